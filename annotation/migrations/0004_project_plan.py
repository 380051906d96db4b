from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('annotation', '0003_recording_deleted_at'),
    ]

    operations = [
        migrations.AddField(
            model_name='project',
            name='plan',
            field=models.CharField(choices=[('whole', 'Whole'), ('queues', 'Queues')], default='whole', max_length=6),
        ),
    ]
