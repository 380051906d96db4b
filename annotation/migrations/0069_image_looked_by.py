import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('annotation', '0068_stint_unjudged'),
    ]

    operations = [
        migrations.AddField(
            model_name='image',
            name='looked_by',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='annotation.bundle'),
        ),
    ]
