from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('annotation', '0066_proposal_audited_at'),
    ]

    operations = [
        migrations.AddField(
            model_name='image',
            name='is_due',
            field=models.BooleanField(db_default=False, default=False),
        ),
    ]
