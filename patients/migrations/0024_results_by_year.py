from django.db import migrations, models

# Months made ten times as many sums as years do, and no page asks for them. All of it is made again from
# the record, so it goes and comes back.
EMPTY = """
SELECT set_config('painclinic.rebuilding', 'on', true);
DELETE FROM patients_outcome;
DELETE FROM patients_outcomecell;
SELECT set_config('painclinic.rebuilding', '', true);
INSERT INTO patients_outcomedue (enrolment_id) SELECT id FROM patients_enrolment;
"""
# Whoever takes an outcome away takes it out of the sums in the same moment; a rebuild, which empties both,
# says so. The number is the lock of `clinics.results.actions`.
TAKE_BACK = """
CREATE OR REPLACE FUNCTION patients_take_back_outcome() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF current_setting('painclinic.rebuilding', true) = 'on' THEN
        RETURN NULL;
    END IF;
    PERFORM pg_advisory_xact_lock(5304117);
    INSERT INTO patients_outcomecell AS cell
        (clinic_id, programme_id, therapist_id, guidance, year, name, value)
    SELECT gone.clinic_id, gone.programme_id, gone.therapist_id, gone.guidance, gone.year, fact.key,
        -sum(fact.value::numeric)
    FROM gone, jsonb_each_text(gone.facts) fact
    GROUP BY 1, 2, 3, 4, 5, 6 ORDER BY 1, 2, 3, 4, 5, 6
    ON CONFLICT (clinic_id, programme_id, therapist_id, guidance, year, name)
    DO UPDATE SET value = cell.value + EXCLUDED.value;
    RETURN NULL;
END $$;
"""


class Migration(migrations.Migration):

    dependencies = [
        ("patients", "0023_end_of_treatment"),
    ]

    operations = [
        migrations.RunSQL(EMPTY, migrations.RunSQL.noop),
        migrations.RemoveConstraint(model_name="outcomecell", name="outcome_cell_once"),
        migrations.RemoveIndex(model_name="outcomecell", name="outcome_cell_of_clinic"),
        migrations.RemoveField(model_name="outcome", name="month"),
        migrations.RemoveField(model_name="outcomecell", name="month"),
        migrations.AddField(
            model_name="outcome",
            name="year",
            field=models.PositiveSmallIntegerField(default=0),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="outcomecell",
            name="year",
            field=models.PositiveSmallIntegerField(default=0),
            preserve_default=False,
        ),
        migrations.AddConstraint(
            model_name="outcomecell",
            constraint=models.UniqueConstraint(
                fields=["clinic", "programme", "therapist", "guidance", "year", "name"],
                name="outcome_cell_once",
            ),
        ),
        migrations.AddIndex(
            model_name="outcomecell",
            index=models.Index(fields=["clinic", "year"], name="outcome_cell_of_clinic"),
        ),
        migrations.RunSQL(TAKE_BACK, migrations.RunSQL.noop),
    ]
