from django.db import migrations, models

# No row is updated twice: a constraint could not follow in the same transaction.
KEPT = """
UPDATE annotation_proposal SET is_untouched = final_iou >= 0.9999
WHERE state = 'accepted' AND final_iou IS NOT NULL
"""
# The person to whom proposals were shown has finished: nothing is to come of these.
TURNED_DOWN = """
UPDATE annotation_proposal p SET is_untouched = false, final_iou = NULL
FROM annotation_assignment a
WHERE p.state IN ('rejected', 'needs_work') AND a.image_id = p.image_id
  AND a.kind = 'annotate' AND a.slot = 0 AND a.finished_at IS NOT NULL
"""
# Accepted and finished once, and taken back since.
TAKEN_BACK = """
UPDATE annotation_proposal SET final_iou = NULL
WHERE state <> 'accepted' AND final_iou IS NOT NULL
"""


class Migration(migrations.Migration):

    dependencies = [
        ('annotation', '0061_upload_batch'),
    ]

    operations = [
        migrations.AddField(
            model_name='proposal',
            name='is_untouched',
            field=models.BooleanField(null=True),
        ),
        migrations.RunSQL([KEPT, TURNED_DOWN, TAKEN_BACK], migrations.RunSQL.noop),
        migrations.AddConstraint(
            model_name='proposal',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('final_iou', None), ('is_untouched', None)), models.Q(('final_iou__isnull', False), ('is_untouched__isnull', False), ('state', 'accepted')), models.Q(('final_iou', None), ('is_untouched', False), ('state__in', ['rejected', 'needs_work'])), _connector='OR'), name='proposal_outcome_is_of_its_verdict'),
        ),
    ]
