"""What the clinic's results page costs with few and with many enrolments, as a ratio.

Run: bin/bench results [many]

Two synthetic clinics are made, of 100 and of `many` (100,000 unless told) enrolments, with answers before,
at the end and later, and no messages, in a database that is thrown away. Everything is committed, and dead
rows are cleared away before the page is timed, as autovacuum does where people work. Of the large one 1,000
courses are drawn and the others are copies of them, made by the database and committed 10,000 at a time;
steps done, which the page does not look at, are left out, and so are checks of foreign keys and triggers
of the copied tables: they are for writing.
The page of each is asked for in turn, unfiltered and for one therapist. Beside it, adding up the same
courses without the kept figures, as a yardstick of what the page would do else.
"""

import os
import subprocess
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from statistics import median
from uuid import UUID

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

# Each of the copies would check a dozen keys of a row that is known to be good.
UNCHECKED = """
from django.db import connection
with connection.cursor() as cursor:
    cursor.execute(
        "SELECT conrelid::regclass, conname FROM pg_constraint "
        "WHERE contype = 'f' AND conrelid::regclass::text = ANY(%s)", [{tables}])
    for table, name in cursor.fetchall():
        cursor.execute(f'ALTER TABLE {{table}} DROP CONSTRAINT "{{name}}"')
    for table in {tables}:
        cursor.execute(f"ALTER TABLE {{table}} DISABLE TRIGGER USER")
"""
CLEAR = "from django.db import connection; connection.cursor().execute('VACUUM ANALYZE')"


def as_owner(*command: str) -> None:
    """The owner makes the tables and clears them; what is measured runs as the application does."""
    environment = os.environ | {"PAINCLINIC_DB_ROLE": "owner"}
    subprocess.run([sys.executable, "manage.py", *command], cwd=ROOT, env=environment, check=True)


if __name__ == "__main__":
    as_owner("migrate", "--no-input", "-v0")
os.environ["PAINCLINIC_DB_ROLE"] = "app"
os.environ["DJANGO_SETTINGS_MODULE"] = "painclinic.settings"

import django  # noqa: E402 - after the path and the environment

django.setup()

from django.db import connection, transaction  # noqa: E402 - after the setup

from clinics.demo.staff import programme  # noqa: E402
from clinics.demo.synthetic import make_clinic  # noqa: E402
from clinics.results.actions import cells_by_full_count, rebuild_results  # noqa: E402
from clinics.results.figures import effect_chart, measures, overview, weeks_chart  # noqa: E402
from clinics.results.instruments import measured_scales  # noqa: E402
from clinics.results.reading import read_choice, read_shown  # noqa: E402
from painclinic.accounts.models import Clinic, Membership, Role  # noqa: E402
from painclinic.audit.actions import System  # noqa: E402
from patients.models import OutcomeCell, Patient  # noqa: E402

FEW, MANY, ROUNDS = 100, 100_000, 15
DRAWN, AT_ONCE = 1000, 10


def page(clinic: Clinic, wanted: dict[str, str]) -> None:
    """All that the view does, without signing in and the template around it."""
    chosen = read_choice(clinic, wanted)
    shown = read_shown(clinic, chosen)
    rows = measures(shown, measured_scales(shown.totals, "en"))
    overview(shown)
    effect_chart(rows)
    weeks_chart(shown)


def taken(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def narrowed(clinic: Clinic) -> dict[str, str]:
    first = Membership.objects.filter(clinic=clinic, role=Role.THERAPIST).order_by("pk")[0]
    return {"therapist": str(first.user_id)}


# The tables of a made-up course, each with its columns that name rows of the course.
COPIED = {
    "accounts_user": ("id",),
    "patients_patient": ("id", "user_id", "enrolment_request_id"),
    "patients_enrolment": ("id", "patient_id"),
    "patients_assignment": ("id", "patient_id", "enrolment_id"),
    "patients_moduleprogress": ("id", "patient_id", "enrolment_id"),
    "patients_occasion": ("id", "patient_id", "enrolment_id"),
    "patients_response": ("id", "patient_id", "enrolment_id", "occasion_id", "submission_id"),
    "patients_score": ("id", "patient_id", "enrolment_id", "response_id"),
    "patients_occasionmissing": ("id", "patient_id", "occasion_id"),
}


def copy(clinic: Clinic, times: int) -> None:
    """So many more of every course of the clinic. Names and addresses stay sealed for the first of them."""
    first = list(Patient.objects.filter(clinic=clinic).values_list("pk", flat=True))
    for begin in range(1, times + 1, AT_ONCE):
        # One transaction of it all would keep millions of checks of foreign keys for its end.
        with transaction.atomic():
            copy_some(first, begin, min(begin + AT_ONCE - 1, times))
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def copy_some(first: list[UUID], begin: int, end: int) -> None:
    mine = "IN (SELECT unnest(%(first)s))"
    with connection.cursor() as cursor:
        for table, named in COPIED.items():
            cursor.execute(
                "SELECT column_name, data_type FROM information_schema.columns WHERE table_name = %s "
                "AND is_identity = 'NO'",
                [table],
            )
            types = dict(cursor.fetchall())
            taken_from = []
            for column in (name for name in types if types["id"] == "uuid" or name != "id"):
                source = f'row."{column}"'
                if column in named:
                    source = f"md5({source}::text || copy.number)::uuid"
                elif column == "email":
                    source = f"copy.number || '.' || {source}"
                taken_from.append((f'"{column}"', source))
            where = {
                "accounts_user": f"row.id IN (SELECT user_id FROM patients_patient WHERE id {mine})",
                "patients_patient": f"row.id {mine}",
            }.get(table, f"row.patient_id {mine}")
            cursor.execute(
                f"CREATE TEMP TABLE copied AS SELECT * FROM {table} row WHERE {where}",
                {"first": first},
            )
            cursor.execute(
                f"INSERT INTO {table} ({', '.join(one for one, _ in taken_from)}) "
                f"SELECT {', '.join(source for _, source in taken_from)} "
                "FROM copied row, generate_series(%s, %s) copy(number)",
                [begin, end],
            )
            cursor.execute("DROP TABLE copied")


def made(count: int) -> Clinic:
    start = time.perf_counter()
    drawn = min(count, DRAWN)
    with transaction.atomic():
        clinic = make_clinic(drawn, programme(), messages=False)
    if count > drawn:
        as_owner("shell", "-v0", "-c", UNCHECKED.format(tables=list(COPIED)))
        copy(clinic, count // drawn - 1)
    middle = time.perf_counter()
    # Copies leave no marks of what is to be counted, as their triggers are off.
    rebuild_results(by=System("bench"))
    end = time.perf_counter()
    as_owner("shell", "-v0", "-c", CLEAR)
    cells = OutcomeCell.objects.filter(clinic=clinic).count()
    kept = OutcomeCell.objects.filter(clinic=clinic, name="enrolled").values_list("value", flat=True)
    assert sum(kept) == count, "not everybody is counted"
    spent = f"made in {middle - start:.0f} s, counted in {end - middle:.0f} s"
    print(f"{count:>8,} enrolments: {spent}, {cells:,} cells", flush=True)
    return clinic


def main() -> None:
    many = int(sys.argv[1]) if len(sys.argv) > 1 else MANY
    clinics = [made(FEW), made(many)]
    for name, filtered in (("all", False), ("one therapist", True)):
        times: list[list[float]] = [[], []]
        for _ in range(ROUNDS):
            for clinic, kept in zip(clinics, times, strict=True):
                wanted = narrowed(clinic) if filtered else {}
                kept.append(taken(partial(page, clinic, wanted)))
        few_ms, many_ms = (median(kept) * 1000 for kept in times)
        both = f"{FEW} enrolments {few_ms:.1f} ms, {many:,} {many_ms:.1f} ms"
        print(f"{name:<14} {both}: x {many_ms / few_ms:.2f}", flush=True)
    seconds = taken(lambda: cells_by_full_count(clinic=clinics[1]))
    print(f"counting the {many:,} courses for each look instead: {seconds:.1f} s")


if __name__ == "__main__":
    main()
