import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('annotation', '0022_voice_as_personal_data'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='CaptionPart',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.PositiveSmallIntegerField()),
                ('text', models.TextField()),
                ('author', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('bundle', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='annotation.bundle')),
                ('caption', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='parts', to='annotation.caption')),
                ('recording', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='annotation.recording')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('caption', 'number'), name='caption_part_once'), models.CheckConstraint(condition=models.Q(('text', ''), _negated=True), name='caption_part_has_words')],
            },
        ),
    ]
