from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('annotation', '0046_version_queries'),
    ]

    operations = [
        migrations.AddField(
            model_name='datasetversion',
            name='distributions',
            field=models.JSONField(null=True),
        ),
    ]
