from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('annotation', '0023_caption_parts'),
    ]

    operations = [
        migrations.AlterField(
            model_name='operation',
            name='kind',
            field=models.CharField(choices=[('create', 'Create'), ('revise', 'Revise'), ('delete', 'Delete'), ('verdict', 'Verdict'), ('caption', 'Caption')], max_length=7),
        ),
    ]
