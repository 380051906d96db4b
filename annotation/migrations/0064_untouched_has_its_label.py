from django.db import migrations

# What a person called otherwise was not right as it was proposed.
RELABELLED = """
UPDATE annotation_proposal p SET is_untouched = false
FROM annotation_mask m
JOIN annotation_revision head ON head.id = m.head_id
WHERE p.mask_id = m.id AND p.is_untouched AND head.label_id IS DISTINCT FROM p.label_id
  AND p.label_id IS NOT NULL
"""


class Migration(migrations.Migration):

    dependencies = [
        ('annotation', '0063_proposal_is_unseen'),
    ]

    operations = [
        migrations.RunSQL(RELABELLED, migrations.RunSQL.noop),
    ]
