from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('annotation', '0067_image_is_due'),
    ]

    operations = [
        migrations.AlterField(
            model_name='stint',
            name='ended_as',
            field=models.CharField(choices=[('released', 'Released'), ('finished', 'Finished'), ('reviewed', 'Reviewed'), ('unjudged', 'Unjudged')], max_length=8),
        ),
    ]
