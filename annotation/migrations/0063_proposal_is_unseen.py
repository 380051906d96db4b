from django.db import migrations, models

# As what was accepted with others at once is saved, it says so; what has been changed since was
# looked at.
UNSEEN = """
UPDATE annotation_proposal p SET is_unseen = true
FROM annotation_mask m
JOIN annotation_revision head ON head.id = m.head_id
JOIN annotation_operation o ON o.id = head.operation_id
WHERE p.mask_id = m.id AND p.state = 'accepted' AND NOT p.is_auto_accepted
  AND o.kind = 'verdict' AND o.payload @> '{"is_unseen": true}'
"""


class Migration(migrations.Migration):

    dependencies = [
        ('annotation', '0062_proposal_is_untouched'),
    ]

    operations = [
        migrations.AddField(
            model_name='proposal',
            name='is_unseen',
            field=models.BooleanField(db_default=False, default=False),
        ),
        migrations.RunSQL(UNSEEN, migrations.RunSQL.noop),
        migrations.AddConstraint(
            model_name='proposal',
            constraint=models.CheckConstraint(condition=models.Q(('is_unseen', False), models.Q(('is_auto_accepted', False), ('state', 'accepted')), _connector='OR'), name='proposal_unseen_is_accepted_by_a_person'),
        ),
    ]
