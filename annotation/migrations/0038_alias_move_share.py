from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('annotation', '0037_retrain_at_price'),
    ]

    operations = [
        migrations.AddField(
            model_name='aliasmove',
            name='share',
            field=models.FloatField(null=True),
        ),
        migrations.AddConstraint(
            model_name='aliasmove',
            constraint=models.CheckConstraint(condition=models.Q(('share', None), models.Q(('name', 'candidate'), ('share__gte', 0), ('share__lte', 1)), _connector='OR'), name='alias_move_share_is_a_fraction_of_a_trial'),
        ),
    ]
