"""The export: every answer once, no names, nothing that a spreadsheet computes, in bounded memory."""

import csv
import gc
import tracemalloc
from io import StringIO

import pytest
from django.test import Client

from clinics.results import export
from clinics.results.codebook import HEAD
from clinics.results.lines import line
from painclinic import clock
from painclinic.accounts.models import Clinic, User
from painclinic.audit.models import AuditEvent
from patients.models import Enrolment, Occasion, OccasionMissing, Patient, Response
from tests.integration.results.test_page import signed_in, synthetic

pytestmark = pytest.mark.django_db
ANSWERS, CODEBOOK = "/clinic/results/answers.csv", "/clinic/results/codebook.csv"


def rows_of(client: Client) -> list[dict[str, str]]:
    response = client.post(ANSWERS)
    assert response["Content-Disposition"].startswith("attachment")
    return list(csv.DictReader(StringIO(b"".join(response.streaming_content).decode())))


def test_export_holds_every_answer_and_score_once_and_says_that_they_are_synthetic() -> None:
    clinic = synthetic(25)
    rows = rows_of(signed_in(clinic))
    responses = Response.objects.filter(clinic=clinic)
    answers = sum(len(one.answers) for one in responses)
    scores = sum(one.scores.exclude(value=None).count() for one in responses)
    missed = [row for row in rows if row["item"] == export.NOT_ANSWERED]
    assert len([row for row in rows if row["raw"]]) - len(missed) == answers
    today = clock.local_today(clinic.timezone)
    over = Occasion.objects.filter(clinic=clinic, completed_at=None, closes_on__lt=today)
    assert len(missed) == over.count() > 0
    known = OccasionMissing.objects.filter(occasion__in=over).values_list("reason", flat=True)
    assert sorted(row["raw"] for row in missed if row["raw"] != "not-known") == sorted(known)
    assert len([row for row in rows if row["score"]]) == scores
    keys = [tuple(row[name] for name in ("participant", "timepoint", "instrument", "item")) for row in rows]
    assert len(set(keys)) == len(keys)
    assert {row["synthetic"] for row in rows} == {"1"}
    assert {row["in_window"] for row in rows if row not in missed} <= {"0", "1"}


def test_export_names_nobody_and_nothing_of_another_clinic() -> None:
    clinic, other = synthetic(6), synthetic(4, seed=3)
    text = "".join(export.answer_lines(admin_of(clinic), clinic))
    for patient in Patient.objects.all():
        assert patient.name not in text
        assert str(patient.pk) not in text
    participants = {row["participant"] for row in csv.DictReader(StringIO(text))}
    own = {export.pseudonym(clinic, pk) for pk in ids(clinic)}
    assert participants <= own
    assert not participants & {export.pseudonym(other, pk) for pk in ids(other)}
    # Even asked for by name, another clinic's rows are not given.
    assert len(list(export.answer_lines(admin_of(clinic), other))) == 1


def ids(clinic: Clinic) -> list[object]:
    return list(Enrolment.objects.filter(clinic=clinic).values_list("pk", flat=True))


def admin_of(clinic: Clinic) -> User:
    return clinic.memberships.get(role="clinic_admin").user


def test_taking_the_export_leaves_an_event_before_the_first_line() -> None:
    clinic = synthetic(3)
    client = signed_in(clinic)
    client.post(ANSWERS)
    event = AuditEvent.objects.latest("at", "pk")
    assert (event.verb, event.action, event.clinic_id) == ("results-export-answers", "export", clinic.pk)


def test_export_of_many_pieces_holds_one_piece_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    clinic = synthetic(60)
    monkeypatch.setattr(export, "PIECE", 20)
    by = admin_of(clinic)
    list(export.answer_lines(by, clinic))
    tracemalloc.start()
    held = []
    for _ in export.answer_lines(by, clinic):
        # Rows and those that were fetched with them point at each other: the collector frees them.
        gc.collect()
        held.append(tracemalloc.get_traced_memory()[0])
    tracemalloc.stop()
    assert len(held) > 8
    early, late = sum(held[1:4]) / 3, sum(held[-4:-1]) / 3
    assert late < early + 200_000


def test_codebook_has_the_columns_of_a_redcap_data_dictionary_and_every_item() -> None:
    clinic = synthetic(3)
    response = signed_in(clinic).get(CODEBOOK)
    rows = list(csv.DictReader(StringIO(response.content.decode())))
    assert tuple(rows[0]) == HEAD
    assert len(HEAD) == 18
    named = {(row["Form Name"], row["Variable / Field Name"]) for row in rows}
    exported = rows_of(signed_in(clinic))
    for row in exported:
        form = f"{row['instrument']}_v{row['version']}_{row['language']}".replace("-", "_")
        form = "export" if row["item"] == export.NOT_ANSWERED else form
        assert (form, row["item"].replace("-", "_")) in named


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@x", "\t=1", " =1", "\r=1"])
def test_text_that_looks_like_a_formula_is_kept_from_being_one(text: str) -> None:
    cell = next(csv.reader(StringIO(line([text, 3]), newline="")))[0]
    assert cell == f"'{text}"


def test_numbers_stay_numbers() -> None:
    assert line([-3, None, "4"]) == "-3,,4\r\n"
