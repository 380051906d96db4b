import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('annotation', '0021_mask_captions'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        # A take could be completed, with its trace, after its voice had been deleted.
        migrations.RunSQL(
            "UPDATE annotation_recording SET trace = '[]'"
            " WHERE voice_deleted_at IS NOT NULL AND trace <> '[]'",
            migrations.RunSQL.noop,
        ),
        migrations.AddConstraint(
            model_name='recording',
            constraint=models.CheckConstraint(condition=models.Q(('voice_deleted_at', None), ('trace', []), _connector='OR'), name='recording_without_voice_has_no_trace'),
        ),
        # Deny by default, also where all members could listen so far.
        migrations.AddField(
            model_name='project',
            name='listeners',
            field=models.CharField(choices=[('nobody', 'Nobody'), ('manager', 'Manager'), ('reviewer', 'Reviewer')], db_default='nobody', default='nobody', max_length=8),
        ),
        migrations.AddField(
            model_name='project',
            name='voice_days',
            field=models.PositiveSmallIntegerField(null=True),
        ),
        migrations.AddConstraint(
            model_name='project',
            constraint=models.CheckConstraint(condition=models.Q(('voice_days', None), ('voice_days__gte', 1), _connector='OR'), name='project_voice_days_is_positive'),
        ),
        # Whoever has agreed so far agreed to the first text.
        migrations.AddField(
            model_name='consent',
            name='version',
            field=models.PositiveSmallIntegerField(db_default=1),
        ),
        migrations.AlterField(
            model_name='consent',
            name='user',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='voice_consents', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddConstraint(
            model_name='consent',
            constraint=models.UniqueConstraint(condition=models.Q(('withdrawn_at', None)), fields=('user', 'version'), name='consent_once_to_a_version'),
        ),
    ]
