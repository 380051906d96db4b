from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('annotation', '0019_live_transcripts'),
    ]

    operations = [
        migrations.AddField(
            model_name='recording',
            name='cuts',
            field=models.JSONField(default=list),
        ),
    ]
