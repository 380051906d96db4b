from django.db import migrations, models

# Each was drawn for its audit as it was made, but where its bundle had proposed there before.
WHEN_MADE = """
UPDATE annotation_proposal SET audited_at = created_at WHERE is_audited
"""
WHETHER = """
UPDATE annotation_proposal SET is_audited = true WHERE audited_at IS NOT NULL
"""


class Migration(migrations.Migration):

    dependencies = [
        ('annotation', '0065_image_by_group'),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name='proposal',
            name='proposal_verdict_has_its_person',
        ),
        migrations.RemoveConstraint(
            model_name='proposal',
            name='proposal_is_of_a_bundle_or_of_an_outside_model',
        ),
        migrations.AddField(
            model_name='proposal',
            name='audited_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.RunSQL(WHEN_MADE, WHETHER),
        # The column itself goes with a later release: processes of the one before read it still.
        # What these draw while they are replaced has no time: that release has to fill it in first.
        migrations.SeparateDatabaseAndState(
            state_operations=[migrations.RemoveField(model_name='proposal', name='is_audited')],
        ),
        migrations.AddConstraint(
            model_name='proposal',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('decided_by', None), ('is_auto_accepted', False), ('state__in', ['pending', 'superseded'])), models.Q(('decided_by__isnull', False), ('is_auto_accepted', False), ('state__in', ['accepted', 'rejected', 'needs_work', 'not_sure'])), models.Q(('audited_at', None), ('decided_by', None), ('is_auto_accepted', True), ('state', 'accepted'), ('verifier_score__isnull', False)), _connector='OR'), name='proposal_verdict_has_its_person'),
        ),
        migrations.AddConstraint(
            model_name='proposal',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('bundle__isnull', False), ('outside_model', None), ('point_xy__isnull', False), ('predicted_iou__isnull', False), ('stability__isnull', False)), models.Q(('audited_at', None), ('bundle', None), ('outside_model__isnull', False), ('stability', None), ('verifier_score', None)), _connector='OR'), name='proposal_is_of_a_bundle_or_of_an_outside_model'),
        ),
    ]
