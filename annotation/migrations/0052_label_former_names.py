"""Labels remember what they were called: files that were exported before still mean them."""

from typing import ClassVar

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies: ClassVar = [("annotation", "0051_bucket_imports")]
    operations: ClassVar = [
        migrations.AddField(
            model_name="label",
            name="former_names",
            field=models.JSONField(db_default=[], default=list),
        ),
    ]
