# How long a clinic's patients may rest.

import django.core.validators
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0001_initial'),
    ]

    operations = [
        migrations.AddField(
            model_name='clinic',
            name='flare_up_days_least',
            field=models.PositiveSmallIntegerField(default=1, validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(14)], verbose_name='fewest days of a flare-up'),
        ),
        migrations.AddField(
            model_name='clinic',
            name='flare_up_days_most',
            field=models.PositiveSmallIntegerField(default=7, validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(14)], verbose_name='most days of a flare-up'),
        ),
        migrations.AddField(
            model_name='clinic',
            name='pause_days_most',
            field=models.PositiveSmallIntegerField(default=14, validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(42)], verbose_name='most days for which patients pause the course themselves'),
        ),
    ]
