from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('annotation', '0008_mask_slot'),
    ]

    operations = [
        migrations.AddField(
            model_name='project',
            name='overlap_share',
            field=models.FloatField(db_default=1, default=1),
        ),
        migrations.AddConstraint(
            model_name='project',
            constraint=models.CheckConstraint(condition=models.Q(('overlap_share__gte', 0), ('overlap_share__lte', 1)), name='project_overlap_share_is_a_fraction'),
        ),
    ]
