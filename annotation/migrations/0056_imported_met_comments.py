from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('annotation', '0055_comment_is_undone'),
    ]

    operations = [
        migrations.AddField(
            model_name='importedsample',
            name='met_comments',
            field=models.JSONField(db_default=models.Value([], models.JSONField()), default=list),
        ),
    ]
