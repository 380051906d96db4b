from django.db import migrations

# Until now labels were refused or promoted with the masks that they were learned beside.
WITH_MASKS = """
UPDATE annotation_round
SET metrics = jsonb_set(metrics, '{passed}', metrics->'passed' || '["labels"]')
WHERE metrics->'passed' ? 'masks' AND NOT metrics->'passed' ? 'labels'
"""


class Migration(migrations.Migration):

    dependencies = [
        ('annotation', '0080_bundles_of_rounds'),
    ]

    operations = [
        migrations.RunSQL(WITH_MASKS, migrations.RunSQL.noop),
    ]
