import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('annotation', '0018_phrases'),
    ]

    operations = [
        migrations.CreateModel(
            name='LiveTranscript',
            fields=[
                ('recording', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='live', serialize=False, to='annotation.recording')),
                ('chunks', models.PositiveIntegerField(default=0)),
                ('heard', models.JSONField(null=True)),
                ('asked_until', models.DateTimeField(null=True)),
                ('updated_at', models.DateTimeField(auto_now=True)),
            ],
        ),
        migrations.AddField(
            model_name='transcript',
            name='dropped',
            field=models.JSONField(default=list),
        ),
    ]
