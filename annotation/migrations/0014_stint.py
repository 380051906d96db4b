import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

# The seconds of a place that is done go to who finished it: what others may have spent there
# before is not known apart.
DONE_SO_FAR = """
INSERT INTO annotation_stint (image_id, user_id, ended_as, active_s, ended_at)
SELECT image_id, user_id, CASE kind WHEN 'review' THEN 'reviewed' ELSE 'finished' END, active_s,
  finished_at
FROM annotation_assignment
WHERE state = 'done' AND finished_at IS NOT NULL AND user_id IS NOT NULL
"""


class Migration(migrations.Migration):

    dependencies = [
        ('annotation', '0013_assignment_stint'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Stint',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('ended_as', models.CharField(choices=[('released', 'Released'), ('finished', 'Finished'), ('reviewed', 'Reviewed')], max_length=8)),
                ('active_s', models.FloatField()),
                ('ended_at', models.DateTimeField(auto_now_add=True)),
                ('image', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='stints', to='annotation.image')),
                ('user', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='stints', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'indexes': [models.Index(fields=['user', 'ended_at'], name='stint_by_person')],
            },
        ),
        migrations.RunSQL(DONE_SO_FAR, migrations.RunSQL.noop),
    ]
