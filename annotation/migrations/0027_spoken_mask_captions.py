import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('annotation', '0026_questions_and_shortenings'),
    ]

    operations = [
        migrations.AddField(
            model_name='recording',
            name='mask',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='recordings', to='annotation.mask'),
        ),
        migrations.AddField(
            model_name='maskcaption',
            name='recording',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='mask_captions', to='annotation.recording'),
        ),
    ]
