import annotation.models.learning
import django.contrib.postgres.fields
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('annotation', '0023_caption_parts'),
    ]

    operations = [
        migrations.AddField(
            model_name='round',
            name='caption_curve',
            field=models.JSONField(default=list),
        ),
        migrations.AddField(
            model_name='round',
            name='parts',
            field=django.contrib.postgres.fields.ArrayField(base_field=models.CharField(choices=[('masks', 'Masks'), ('captions', 'Captions')], max_length=8), default=annotation.models.learning.masks_alone, size=None),
        ),
        migrations.AddConstraint(
            model_name='round',
            constraint=models.CheckConstraint(condition=models.Q(('parts__contained_by', ['masks', 'captions']), models.Q(('parts', []), _negated=True)), name='round_trains_known_parts'),
        ),
    ]
