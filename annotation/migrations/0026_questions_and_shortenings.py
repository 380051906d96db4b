import django.db.models.deletion
from django.db import migrations, models
from django.db.models import OuterRef, Subquery


def ask(apps, schema_editor):
    """Mark the phrases whose newest link leaves them without a mask."""
    phrases = apps.get_model('annotation', 'Phrase').objects
    links = apps.get_model('annotation', 'PhraseLink').objects
    newest = links.filter(phrase=OuterRef('pk')).order_by('-number')
    open_ones = phrases.filter(is_repeat=False).annotate(
        link_kind=Subquery(newest.values('kind')[:1]),
        link_masks=Subquery(newest.values('masks')[:1]),
    )
    open_ones.filter(
        link_masks=[], link_kind__in=['proposed', 'removed']
    ).update(is_asked=True)


class Migration(migrations.Migration):

    dependencies = [
        ('annotation', '0025_caption_proposals'),
    ]

    operations = [
        migrations.AddField(
            model_name='phrase',
            name='is_asked',
            field=models.BooleanField(db_default=False, default=False),
        ),
        migrations.RunPython(ask, migrations.RunPython.noop, elidable=True),
        migrations.AddConstraint(
            model_name='phrase',
            constraint=models.CheckConstraint(condition=models.Q(('is_asked', False), ('is_repeat', False), _connector='OR'), name='phrase_asks_once'),
        ),
        migrations.AddIndex(
            model_name='phrase',
            index=models.Index(condition=models.Q(('is_asked', True)), fields=['transcript'], name='phrase_asked'),
        ),
        migrations.AlterField(
            model_name='operation',
            name='kind',
            field=models.CharField(choices=[('create', 'Create'), ('revise', 'Revise'), ('delete', 'Delete'), ('verdict', 'Verdict'), ('caption', 'Caption')], max_length=7),
        ),
        migrations.CreateModel(
            name='Shortening',
            fields=[
                ('id', models.UUIDField(primary_key=True, serialize=False)),
                ('text', models.TextField(blank=True)),
                ('refusal', models.TextField(blank=True)),
                ('maker', models.CharField(max_length=200)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('transcript', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='shortenings', to='annotation.transcript')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('transcript', 'maker'), name='shortening_once'), models.CheckConstraint(condition=models.Q(models.Q(models.Q(('text', ''), _negated=True), ('refusal', '')), models.Q(models.Q(('refusal', ''), _negated=True), ('text', '')), _connector='OR'), name='shortening_is_offered_or_refused')],
            },
        ),
        migrations.AddField(
            model_name='caption',
            name='shortening',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='captions', to='annotation.shortening'),
        ),
    ]
