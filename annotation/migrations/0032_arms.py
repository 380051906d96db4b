from django.db import migrations, models

# Whatever proposed so far was what served.
SERVED = """
UPDATE annotation_image SET arm = 'serving' WHERE proposed_by_id IS NOT NULL AND NOT is_holdout
"""


class Migration(migrations.Migration):

    dependencies = [
        ('annotation', '0031_auto_accept'),
    ]

    operations = [
        migrations.AddField(
            model_name='image',
            name='arm',
            field=models.CharField(blank=True, choices=[('serving', 'Serving'), ('previous', 'Previous'), ('none', 'None')], db_default='', default='', max_length=8),
        ),
        migrations.RunSQL(SERVED, migrations.RunSQL.noop),
        migrations.AddField(
            model_name='project',
            name='previous_bundle_share',
            field=models.FloatField(db_default=0.1, default=0.1),
        ),
        migrations.AddField(
            model_name='project',
            name='without_proposals_share',
            field=models.FloatField(db_default=0.1, default=0.1),
        ),
        migrations.AddConstraint(
            model_name='image',
            constraint=models.CheckConstraint(condition=models.Q(('is_holdout', False), ('arm', ''), _connector='OR'), name='image_holdout_is_in_no_arm'),
        ),
        migrations.AddConstraint(
            model_name='project',
            constraint=models.CheckConstraint(condition=models.Q(('previous_bundle_share__gte', 0), ('previous_bundle_share__lte', 0.4), ('without_proposals_share__gte', 0), ('without_proposals_share__lte', 0.4)), name='project_arms_leave_images_to_what_serves'),
        ),
    ]
