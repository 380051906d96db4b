"""An import may read a bucket of others: which, where in it, and what was there as it began."""

from typing import ClassVar

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies: ClassVar = [("annotation", "0050_imported_proposals_and_comments")]
    operations: ClassVar = [
        migrations.AddField(
            model_name="datasetimport",
            name="bucket",
            field=models.CharField(blank=True, db_default="", default="", max_length=50),
        ),
        migrations.AddField(
            model_name="datasetimport",
            name="prefix",
            field=models.CharField(blank=True, db_default="", default="", max_length=400),
        ),
        migrations.AddField(
            model_name="datasetimport",
            name="listing",
            field=models.CharField(blank=True, db_default="", default="", max_length=64),
        ),
    ]
