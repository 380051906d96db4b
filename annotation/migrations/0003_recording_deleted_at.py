from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('annotation', '0002_image_proposed_by'),
    ]

    operations = [
        migrations.AddField(
            model_name='recording',
            name='deleted_at',
            field=models.DateTimeField(null=True),
        ),
    ]
