from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('annotation', '0004_project_plan'),
    ]

    operations = [
        migrations.AlterField(
            model_name='proposal',
            name='state',
            field=models.CharField(choices=[('pending', 'Pending'), ('accepted', 'Accepted'), ('rejected', 'Rejected'), ('needs_work', 'Needs Work'), ('not_sure', 'Not Sure'), ('superseded', 'Superseded')], default='pending', max_length=10),
        ),
        migrations.RemoveConstraint(
            model_name='proposal',
            name='proposal_verdict_has_its_person',
        ),
        migrations.AddConstraint(
            model_name='proposal',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('decided_by', None), ('state__in', ['pending', 'superseded'])), models.Q(('decided_by__isnull', False), ('state__in', ['accepted', 'rejected', 'needs_work', 'not_sure'])), _connector='OR'), name='proposal_verdict_has_its_person'),
        ),
        migrations.AddIndex(
            model_name='proposal',
            index=models.Index(condition=models.Q(('state__in', ['needs_work', 'not_sure'])), fields=['image'], name='proposal_sent_on'),
        ),
    ]
