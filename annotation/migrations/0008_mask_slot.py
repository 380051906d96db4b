from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('annotation', '0007_assignment_kind'),
    ]

    operations = [
        migrations.AddField(
            model_name='mask',
            name='slot',
            field=models.PositiveSmallIntegerField(db_default=0, default=0),
        ),
        migrations.AddField(
            model_name='mask',
            name='is_aside',
            field=models.BooleanField(db_default=False, default=False),
        ),
    ]
