from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('annotation', '0065_image_by_group'),
    ]

    operations = [
        migrations.AddField(
            model_name='image',
            name='is_due',
            field=models.BooleanField(db_default=False, default=False),
        ),
    ]
