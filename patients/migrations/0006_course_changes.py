# What therapists change in one patient's course.

import django.db.models.deletion
import painclinic.clock
import painclinic.crypto.fields
import painclinic.ids
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models


# As in 0002: a row about a patient belongs to the patient's own clinic.
ADD = """
ALTER TABLE patients_coursechange ADD CONSTRAINT coursechange_patient_of_clinic
FOREIGN KEY (clinic_id, patient_id) REFERENCES patients_patient (clinic_id, id) DEFERRABLE INITIALLY DEFERRED
"""
DROP = "ALTER TABLE patients_coursechange DROP CONSTRAINT coursechange_patient_of_clinic"


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0002_rest_limits'),
        ('patients', '0005_goal_rating'),
        ('programs', '0002_resources_and_relaxation'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name='moduleprogress',
            name='is_skipped',
            field=models.BooleanField(default=False),
        ),
        migrations.AddField(
            model_name='moduleprogress',
            name='repeated_at',
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.CreateModel(
            name='CourseChange',
            fields=[
                ('id', models.UUIDField(default=painclinic.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('kind', models.CharField(choices=[('skip', 'leave a week out'), ('reorder', 'change the order'), ('add_module', 'add a week'), ('add_step', 'add a step'), ('add_worksheet', 'add a worksheet'), ('extend_window', 'more time for the course'), ('extend_homework', 'more time for homework'), ('repeat', 'repeat a week'), ('feedback', 'feedback before the next week'), ('hold', 'wait with the next week'), ('unlock', 'open a week early'), ('undo', 'take a change back')], max_length=15)),
                ('payload', models.JSONField(default=dict)),
                ('reason', painclinic.crypto.fields.EncryptedTextField(subject='patient_id')),
                ('at', models.DateTimeField(default=painclinic.clock.now)),
                ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('clinic', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.clinic')),
                ('enrolment', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='course_changes', to='patients.enrolment')),
                ('module', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='programs.module')),
                ('patient', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='%(class)ss', to='patients.patient')),
                ('step', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='programs.step')),
                ('undoes', models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='undone_by', to='patients.coursechange')),
                ('worksheet', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='programs.worksheet')),
            ],
            options={
                'ordering': ['at'],
                'indexes': [models.Index(fields=['enrolment', 'at'], name='course_change_of_enrolment')],
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('kind', 'undo'), ('undoes__isnull', False)), models.Q(models.Q(('kind', 'undo'), _negated=True), ('undoes', None)), _connector='OR'), name='course_change_undo_names_another')],
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='coursechange',
            trigger=pgtrigger.compiler.Trigger(name='frozen', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='57a1699e1710c3a9ab29445a5b194eb792e69cb1', operation='UPDATE OR DELETE', pgid='pgtrigger_frozen_984b1', table='patients_coursechange', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='coursechange',
            trigger=pgtrigger.compiler.Trigger(name='no_truncate', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'painclinic: these rows are kept';", hash='ab6c1e935c961156cab0ca942b3c57ff3c544333', level='STATEMENT', operation='TRUNCATE', pgid='pgtrigger_no_truncate_4b6d9', table='patients_coursechange', when='BEFORE')),
        ),
        migrations.RunSQL(ADD, DROP),
    ]
