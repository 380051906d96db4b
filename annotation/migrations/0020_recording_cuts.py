from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('annotation', '0018_phrases'),
    ]

    operations = [
        migrations.AddField(
            model_name='recording',
            name='cuts',
            field=models.JSONField(default=list),
        ),
    ]
