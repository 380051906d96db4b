import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('annotation', '0015_revision_by_person'),
    ]

    operations = [
        migrations.AddField(
            model_name='comment',
            name='answers',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='annotation.comment'),
        ),
        migrations.AddConstraint(
            model_name='comment',
            constraint=models.CheckConstraint(condition=models.Q(('answers', None), models.Q(('mask', None), ('x', None), ('y', None)), _connector='OR'), name='comment_answer_has_no_place_of_its_own'),
        ),
        migrations.AddConstraint(
            model_name='comment',
            constraint=models.CheckConstraint(condition=models.Q(('answers', None), ('resolved_at', None), _connector='OR'), name='comment_answer_is_resolved_with_its_comment'),
        ),
    ]
