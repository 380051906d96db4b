import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('annotation', '0009_project_overlap_share'),
    ]

    operations = [
        migrations.CreateModel(
            name='Agreement',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('slot', models.PositiveSmallIntegerField()),
                ('matched', models.PositiveIntegerField()),
                ('same_label', models.PositiveIntegerField()),
                ('iou_sum', models.FloatField()),
                ('only_first', models.PositiveIntegerField()),
                ('only_other', models.PositiveIntegerField()),
                ('image', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='agreements', to='annotation.image')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('image', 'slot'), name='agreement_once_per_person')],
            },
        ),
    ]
