from django.db import migrations, models

from engine.datasets.sample import EDITION


class Migration(migrations.Migration):
    """Versions that there are, and those that the code of before goes on cutting, are of 1.

    The default is Python's alone, whatever it is by now: the database knows that of before.
    """

    dependencies = [
        ('annotation', '0053_webhooks_off_and_again'),
    ]

    operations = [
        migrations.AddField(
            model_name='datasetversion',
            name='edition',
            field=models.PositiveSmallIntegerField(db_default=1, default=EDITION),
        ),
    ]
