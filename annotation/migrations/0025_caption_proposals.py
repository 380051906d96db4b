import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('annotation', '0024_round_parts'),
    ]

    operations = [
        migrations.AddField(
            model_name='caption',
            name='seconds',
            field=models.FloatField(null=True),
        ),
        migrations.AddField(
            model_name='caption',
            name='withdrawn_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name='project',
            name='caption_control_share',
            field=models.FloatField(db_default=0.2, default=0.2),
        ),
        migrations.AddConstraint(
            model_name='project',
            constraint=models.CheckConstraint(condition=models.Q(('caption_control_share__gte', 0), ('caption_control_share__lte', 1)), name='project_caption_control_share_is_a_fraction'),
        ),
        migrations.CreateModel(
            name='CaptionProposal',
            fields=[
                ('id', models.UUIDField(primary_key=True, serialize=False)),
                ('text', models.TextField(blank=True)),
                ('phrases', models.JSONField(default=list)),
                ('is_shown', models.BooleanField()),
                ('state', models.CharField(choices=[('pending', 'Pending'), ('accepted', 'Accepted'), ('edited', 'Edited'), ('respoken', 'Respoken'), ('superseded', 'Superseded')], default='pending', max_length=10)),
                ('edits', models.PositiveIntegerField(null=True)),
                ('words', models.PositiveIntegerField(null=True)),
                ('created_at', models.DateTimeField()),
                ('decided_at', models.DateTimeField(null=True)),
                ('bundle', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='caption_proposals', to='annotation.bundle')),
                ('caption', models.OneToOneField(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='annotation.caption')),
                ('image', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='caption_proposals', to='annotation.image')),
            ],
            options={
                'constraints': [models.UniqueConstraint(condition=models.Q(('state', 'pending')), fields=('image',), name='caption_proposal_one_pending'), models.CheckConstraint(condition=models.Q(models.Q(('caption', None), ('decided_at', None), ('edits', None), ('state__in', ('pending', 'superseded')), ('words', None)), models.Q(('caption__isnull', False), ('decided_at__isnull', False), ('edits__isnull', False), ('state__in', ['accepted', 'edited', 'respoken']), ('words__isnull', False)), _connector='OR'), name='caption_proposal_decided_has_its_caption'), models.CheckConstraint(condition=models.Q(('is_shown', True), models.Q(('state__in', ['accepted', 'edited']), _negated=True), _connector='OR'), name='caption_proposal_taken_up_was_shown')],
            },
        ),
        migrations.AddField(
            model_name='caption',
            name='proposal',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='annotation.captionproposal'),
        ),
    ]
