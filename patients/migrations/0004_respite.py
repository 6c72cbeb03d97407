# Flare-ups and pauses, and by how many days they move what is due.

import django.db.models.deletion
import painclinic.clock
import painclinic.crypto.fields
import painclinic.ids
from django.conf import settings
from django.db import migrations, models


# As in 0002: a row about a patient belongs to the patient's own clinic.
ADD = """
ALTER TABLE patients_respite ADD CONSTRAINT respite_patient_of_clinic
FOREIGN KEY (clinic_id, patient_id) REFERENCES patients_patient (clinic_id, id) DEFERRABLE INITIALLY DEFERRED
"""
DROP = "ALTER TABLE patients_respite DROP CONSTRAINT respite_patient_of_clinic"


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0002_rest_limits'),
        ('patients', '0003_report_details'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name='moduleprogress',
            name='moved_days',
            field=models.PositiveSmallIntegerField(default=0),
        ),
        migrations.CreateModel(
            name='Respite',
            fields=[
                ('id', models.UUIDField(default=painclinic.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('kind', models.CharField(choices=[('flare_up', 'flare-up'), ('pause', 'pause')], max_length=8)),
                ('started_at', models.DateTimeField(default=painclinic.clock.now)),
                ('days', models.PositiveSmallIntegerField()),
                ('ends_at', models.DateTimeField()),
                ('ended_at', models.DateTimeField(blank=True, null=True)),
                ('reason', painclinic.crypto.fields.EncryptedTextField(null=True, subject='patient_id')),
                ('clinic', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.clinic')),
                ('ended_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('enrolment', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='respites', to='patients.enrolment')),
                ('patient', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='%(class)ss', to='patients.patient')),
                ('started_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['started_at'],
                'indexes': [models.Index(fields=['enrolment', 'ends_at'], name='respite_of_enrolment')],
                'constraints': [models.CheckConstraint(condition=models.Q(('days__gte', 1)), name='respite_lasts_a_day'), models.UniqueConstraint(condition=models.Q(('ended_at', None)), fields=('enrolment', 'kind'), name='respite_one_open_of_a_kind')],
            },
        ),
        migrations.RunSQL(ADD, DROP),
    ]
