"""A row about a patient belongs to the patient's own clinic: held by composite foreign keys.

Foreign-key checks ignore row-level security, so without these a row of one clinic could name a
patient of another.
"""

from django.db import migrations

TABLES = [
    "enrolment",
    "assignment",
    "emergencyaccess",
    "consent",
    "moduleprogress",
    "modulehold",
    "stepprogress",
    "checkanswer",
    "steprating",
    "draft",
    "draftrevision",
    "entry",
    "homework",
    "review",
    "reviewcomment",
    "report",
]

ADD = """
ALTER TABLE patients_{table} ADD CONSTRAINT {table}_patient_of_clinic
FOREIGN KEY (clinic_id, patient_id) REFERENCES patients_patient (clinic_id, id) DEFERRABLE INITIALLY DEFERRED
"""
DROP = "ALTER TABLE patients_{table} DROP CONSTRAINT {table}_patient_of_clinic"


class Migration(migrations.Migration):
    dependencies = [("patients", "0001_initial")]
    operations = [
        migrations.RunSQL(ADD.format(table=table), DROP.format(table=table)) for table in TABLES
    ]
