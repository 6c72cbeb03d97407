# What a report is like (large print, size) and why it failed; one unfinished report per reader.

from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0001_initial'),
        ('patients', '0002_one_clinic'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name='report',
            name='fault',
            field=models.CharField(blank=True, choices=[('no_access', 'The record is not open to you any more.'), ('unavailable', 'PDFs cannot be made on this installation.'), ('too_large', 'The report became too long.'), ('broken', 'Something went wrong while the report was made.')], max_length=11),
        ),
        migrations.AddField(
            model_name='report',
            name='large_print',
            field=models.BooleanField(default=False),
        ),
        migrations.AddField(
            model_name='report',
            name='size',
            field=models.PositiveIntegerField(default=0),
        ),
        migrations.AddIndex(
            model_name='report',
            index=models.Index(condition=models.Q(('state__in', ['queued', 'running'])), fields=['requested_at'], name='report_unfinished'),
        ),
        migrations.AddConstraint(
            model_name='report',
            constraint=models.UniqueConstraint(condition=models.Q(('state__in', ['queued', 'running'])), fields=('requested_by', 'enrolment', 'edition'), name='report_one_unfinished_per_reader'),
        ),
    ]
