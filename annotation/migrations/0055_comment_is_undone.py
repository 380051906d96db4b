from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('annotation', '0054_version_edition'),
    ]

    operations = [
        migrations.AddField(
            model_name='comment',
            name='is_undone',
            field=models.BooleanField(db_default=False, default=False),
        ),
        migrations.AddConstraint(
            model_name='comment',
            constraint=models.CheckConstraint(condition=models.Q(('is_undone', False), ('withdrawn_at__isnull', False), _connector='OR'), name='comment_undone_is_withdrawn'),
        ),
    ]
