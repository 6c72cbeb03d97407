from django.db import migrations, models

# Rows that go change results as much as rows that come (see the migration `outcomes`). Most of them cannot
# go; what an operator does by hand, or a rule to come, is counted all the same.
COLUMNS = {
    "assignment": "enrolment_id",
    "moduleprogress": "enrolment_id",
    "stepprogress": "enrolment_id",
    "entry": "enrolment_id",
    "occasion": "enrolment_id",
    "score": "enrolment_id",
    "response": "enrolment_id",
}
MARK_GONE = """
CREATE FUNCTION patients_mark_{table}_gone() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO patients_outcomedue (enrolment_id) SELECT DISTINCT {column} FROM gone;
    RETURN NULL;
END $$;
CREATE TRIGGER outcome_mark_delete AFTER DELETE ON patients_{table}
REFERENCING OLD TABLE AS gone FOR EACH STATEMENT EXECUTE FUNCTION patients_mark_{table}_gone();
"""
UNMARK_GONE = """
DROP TRIGGER outcome_mark_delete ON patients_{table};
DROP FUNCTION patients_mark_{table}_gone();
"""
# A reason why questions were not answered; and answers to questionnaires without a score.
MARK_NEW = """
CREATE FUNCTION patients_mark_missing_outcome() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO patients_outcomedue (enrolment_id)
    SELECT DISTINCT occasion.enrolment_id FROM fresh
    JOIN patients_occasion occasion ON occasion.id = fresh.occasion_id;
    RETURN NULL;
END $$;
CREATE TRIGGER outcome_mark_insert AFTER INSERT ON patients_occasionmissing
REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION patients_mark_missing_outcome();
CREATE FUNCTION patients_mark_response_outcome() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO patients_outcomedue (enrolment_id) SELECT DISTINCT enrolment_id FROM fresh;
    RETURN NULL;
END $$;
CREATE TRIGGER outcome_mark_insert AFTER INSERT ON patients_response
REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION patients_mark_response_outcome();
"""
UNMARK_NEW = """
DROP TRIGGER outcome_mark_insert ON patients_occasionmissing;
DROP FUNCTION patients_mark_missing_outcome();
DROP TRIGGER outcome_mark_insert ON patients_response;
DROP FUNCTION patients_mark_response_outcome();
"""
# Whoever takes an outcome away takes it out of the sums in the same moment; a rebuild, which empties both,
# says so. The number is the lock of `clinics.results.actions`.
TAKE_BACK = """
CREATE FUNCTION patients_take_back_outcome() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF current_setting('painclinic.rebuilding', true) = 'on' THEN
        RETURN NULL;
    END IF;
    PERFORM pg_advisory_xact_lock(5304117);
    INSERT INTO patients_outcomecell AS cell
        (clinic_id, programme_id, therapist_id, guidance, month, name, value)
    SELECT gone.clinic_id, gone.programme_id, gone.therapist_id, gone.guidance, gone.month, fact.key,
        -sum(fact.value::numeric)
    FROM gone, jsonb_each_text(gone.facts) fact
    GROUP BY 1, 2, 3, 4, 5, 6 ORDER BY 1, 2, 3, 4, 5, 6
    ON CONFLICT (clinic_id, programme_id, therapist_id, guidance, month, name)
    DO UPDATE SET value = cell.value + EXCLUDED.value;
    RETURN NULL;
END $$;
CREATE TRIGGER outcome_take_back AFTER DELETE ON patients_outcome
REFERENCING OLD TABLE AS gone FOR EACH STATEMENT EXECUTE FUNCTION patients_take_back_outcome();
"""
KEEP = """
DROP TRIGGER outcome_take_back ON patients_outcome;
DROP FUNCTION patients_take_back_outcome();
"""
# What is counted now and was not before.
AGAIN = "INSERT INTO patients_outcomedue (enrolment_id) SELECT id FROM patients_enrolment"


class Migration(migrations.Migration):

    dependencies = [
        ("patients", "0019_attention_marks"),
    ]

    operations = [
        migrations.AddField(
            model_name="enrolment",
            name="guidance",
            field=models.CharField(
                choices=[
                    ("regular", "regular: the therapist writes every week"),
                    ("on-request", "on request: the therapist answers when asked"),
                ],
                default="regular",
                max_length=12,
                verbose_name="guidance",
            ),
        ),
        *[
            migrations.RunSQL(
                MARK_GONE.format(table=table, column=column), UNMARK_GONE.format(table=table)
            )
            for table, column in COLUMNS.items()
        ],
        migrations.RunSQL(MARK_NEW, UNMARK_NEW),
        migrations.RunSQL(TAKE_BACK, KEEP),
        migrations.RunSQL(AGAIN, migrations.RunSQL.noop),
    ]
