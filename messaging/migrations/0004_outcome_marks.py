from django.db import migrations

# A message is part of how soon patients are answered: see the migration `outcomes` of patients.
MARK = """
CREATE FUNCTION messaging_mark_message_outcome() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO patients_outcomedue (enrolment_id)
    SELECT DISTINCT enrolment.id FROM patients_enrolment enrolment JOIN fresh USING (patient_id);
    RETURN NULL;
END $$;
CREATE TRIGGER outcome_mark_insert AFTER INSERT ON messaging_message
REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION messaging_mark_message_outcome();
"""
UNMARK = """
DROP TRIGGER outcome_mark_insert ON messaging_message;
DROP FUNCTION messaging_mark_message_outcome();
"""


class Migration(migrations.Migration):

    dependencies = [
        ("messaging", "0003_alert_notices"),
        ("patients", "0013_outcomes"),
    ]

    operations = [migrations.RunSQL(MARK, UNMARK)]
