from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('annotation', '0036_order_of_images'),
    ]

    operations = [
        migrations.AddField(
            model_name='project',
            name='retrain_at_price',
            field=models.FloatField(null=True),
        ),
    ]
