from django.db import migrations, models

# What is finished and has no verdict yet waits for a reviewer.
OPEN_FOR_REVIEW = """
INSERT INTO annotation_assignment (image_id, kind, slot, state, active_s)
SELECT id, 'review', 0, 'open', 0 FROM annotation_image WHERE status = 'done'
"""
FORGET = "DELETE FROM annotation_assignment WHERE kind = 'review'"


class Migration(migrations.Migration):

    dependencies = [
        ('annotation', '0006_comments'),
    ]

    operations = [
        migrations.AddField(
            model_name='assignment',
            name='kind',
            field=models.CharField(choices=[('annotate', 'Annotate'), ('review', 'Review')], db_default='annotate', default='annotate', max_length=8),
        ),
        migrations.RemoveConstraint(model_name='assignment', name='assignment_slot_once'),
        migrations.RemoveConstraint(model_name='assignment', name='assignment_once_per_person'),
        migrations.AddConstraint(
            model_name='assignment',
            constraint=models.UniqueConstraint(fields=('image', 'kind', 'slot'), name='assignment_slot_once'),
        ),
        migrations.AddConstraint(
            model_name='assignment',
            constraint=models.UniqueConstraint(condition=models.Q(('state__in', ['leased', 'done'])), fields=('image', 'kind', 'user'), name='assignment_once_per_person'),
        ),
        migrations.RunSQL(OPEN_FOR_REVIEW, FORGET),
    ]
