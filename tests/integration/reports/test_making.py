"""Reports from the request to the file, with the real maker and the real layout."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection, connections
from django.utils import translation
from kombu.exceptions import OperationalError

from painclinic import clock, pdf
from painclinic.accounts.actions import end_membership
from painclinic.accounts.models import Clinic, User
from painclinic.audit.models import AuditEvent
from painclinic.celery import app
from painclinic.pdf import PdfTooLarge, PdfUnavailable
from patients import jobs
from patients.actions import reports as actions
from patients.actions.emergency import open_in_emergency
from patients.actions.enrolment import change_therapist
from patients.actions.reports import (
    LostClaimError,
    RequestTakenError,
    TooManyReportsError,
    claim_report,
    finish_report,
    note_percent,
    request_report,
)
from patients.actions.steering import place_hold
from patients.models import Enrolment, Patient, Report
from patients.reports import making
from patients.reports.document import build
from tests.factories.cast import Cast
from tests.integration.reports.rich import FIRST_ANSWER, HOPE, PAIN_CYCLE, PLAN, REMARKS, Course
from tests.unit.pdf.parsed import Parsed
from tests.unit.reports.pdf_text import text_of

EVIL = "<script>window.__xss = 1</script><img src=x onerror=alert(1)>"


def ask(by: User, enrolment: Enrolment, edition: str = "patient", **more: Any) -> Report:
    return request_report(
        by=by, enrolment=enrolment, edition=edition, request_id=more.pop("request_id", uuid4()), **more
    )


def made(by: User, enrolment: Enrolment, edition: str = "patient", **more: Any) -> Report:
    report = ask(by, enrolment, edition, **more)
    jobs.make_reports()
    return Report.objects.get(pk=report.pk)


def words_of(report: Report) -> str:
    return text_of(bytes(report.content))


def test_patient_edition_holds_course_log_homework_feedback_plan_and_what_comes_next(lived: Course) -> None:
    report = made(lived.user, lived.enrolment)
    assert (report.state, report.percent, report.fault) == ("ready", 100, "")
    assert report.size == len(report.content)
    said = words_of(report)
    for expected in (
        "This is made for you, Maria.",
        "Made for Maria Lund on Thursday 19 March 2026, 12:00 (Europe/London)",
        "Living well with pain",
        "Lakeside Clinic",
        "On 15 days you took time for this.",
        "13 days logged from 3 March to 18 March.",
        "245 active minutes on Wed 4 March and 20 the day after",
        PAIN_CYCLE["situation"],
        "They ask me less often, and I miss it.",
        "Guilty, 70%",
        REMARKS["long_term_result"],
        "You stopped in time here.",
        "We look at pacing in week 3.",
        FIRST_ANSWER.split(". ")[0],
        HOPE["hope"],
        PLAN["if_then"],
        "Pacing and moving opens when you have read week 2, at your own pace",
        "Cat on my lap, better than any pill",
        "… and 9 more notes, which are on your Practice page.",
        "Samaritans",
    ):
        assert expected in said, expected
    assert "boom" not in said.lower()


def test_therapist_edition_is_dense_with_dates_and_states(lived: Course) -> None:
    said = words_of(made(lived.therapist, lived.enrolment, "therapist"))
    for expected in (
        "Made for Anna Berg, for use in treatment.",
        "Maria Lund, born 12 April 1979",
        "1. Understanding pain 2 Mar 2026 4 Mar 2026 12/12 version 2, reviewed",
        "Boom and bust:",
        "coefficient of variation",
        "version 2, handed in 10 March 2026, 18:00 · reviewed: Anna Berg, 11 March 2026, 18:00",
        "Version 1 was handed in on 7 March 2026 (another look, please).",
        "check questions right at the first try",
        "Week 3, Pacing and moving: waits until week 2 is read.",
        "Cooked for everybody",
    ):
        assert expected in said, expected
    assert "116 123" not in said


def test_report_is_tagged_with_a_described_picture_and_whole_tables(lived: Course) -> None:
    document = Parsed(bytes(made(lived.therapist, lived.enrolment, "therapist").content))
    catalog = document.one("/Type /Catalog")
    assert "/MarkInfo <</Marked true>>" in catalog
    assert "/Lang (en-gb)" in catalog
    kinds = [kind for _, kind, _ in document.tags()]
    assert {"H1", "H2", "H3", "H4", "Figure", "Table", "TH", "L", "LI", "P"} <= set(kinds)
    figures = [text for _, kind, text in document.tags() if kind == "Figure"]
    assert len(figures) == 1
    assert "13 days logged" in figures[0]
    assert kinds.count("Table") == kinds.count("TBody")


def test_large_print_says_the_same_on_more_pages(lived: Course) -> None:
    plain = made(lived.user, lived.enrolment)
    large = made(lived.user, lived.enrolment, large_print=True)
    assert large.pages > plain.pages > 1
    for expected in (PLAN["if_then"], REMARKS["thoughts"]):
        assert expected in words_of(large)


def test_words_that_look_like_markup_stay_words(course: Course) -> None:
    with course.at(1, hour=18):
        course.read(1)
        course.log([(EVIL[:120], "other", "evening", 5, 1, 2, EVIL)])
        course.fill("w1-pain-cycle", {**PAIN_CYCLE, "situation": EVIL})
        course.answer(course.hand_in(note=EVIL), "reviewed", EVIL, {"situation": EVIL})
        course.fill("practice-plan", {**PLAN, "when": EVIL})
        Patient.objects.filter(pk=course.enrolment.patient_id).update(name=f"Mar<b>ia {EVIL}"[:120])
        User.objects.filter(pk=course.therapist.pk).update(name="<i>Anna</i>")
        for reader, edition in ((course.user, "patient"), (course.therapist, "therapist")):
            report = made(reader, course.enrolment, edition)
            said = "".join(words_of(report).split())
            assert said.count("".join(EVIL.split())) >= 5
            assert "<i>Anna</i>" in said
            assert b"/JavaScript" not in bytes(report.content)


def test_report_of_somebody_who_has_just_begun_is_kind_and_whole(course: Course) -> None:
    with course.at(0):
        Clinic.objects.filter(pk=course.enrolment.clinic_id).update(is_demo=True)
        said = words_of(made(course.user, course.enrolment))
        assert "You are at the very beginning." in said
        assert "Demonstration: everybody in it is made up." in said
        said = words_of(made(course.therapist, course.enrolment, "therapist"))
        assert "0 days active in the programme" in said
        assert "Homework and feedback" not in said


def test_what_is_not_shared_stands_only_in_the_patients_own_report(course: Course) -> None:
    with course.at(1, hour=18):
        course.read(1)
        course.log([("Something of my own", "other", "evening", 5, 1, 2, "")])
        # No page makes this choice yet; the row is frozen, as every entry is.
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL session_replication_role = replica")
            cursor.execute("UPDATE patients_entry SET is_shared = false")
            cursor.execute("SET LOCAL session_replication_role = DEFAULT")
        assert "1 day logged" in words_of(made(course.user, course.enrolment))
        for edition in ("therapist", "patient"):
            said = words_of(made(course.therapist, course.enrolment, edition))
            assert "Something of my own" not in said
            assert "1 day logged" not in said


def test_report_is_written_in_the_readers_language_and_zone(begun: Course) -> None:
    User.objects.filter(pk=begun.therapist.pk).update(timezone="Asia/Tokyo")
    with translation.override("de"):
        said = words_of(made(begun.therapist, begun.enrolment, "therapist"))
    assert "on Wednesday 4 March 2026, 21:00 (Asia/Tokyo)" in said
    assert "Patient’s time zone Europe/London" in said


def test_pages_of_a_report_cost_the_same_queries_for_a_long_course(
    course: Course, django_assert_max_num_queries: Any
) -> None:
    with course.at(1, hour=18):
        course.read(1)
        course.log([("One", "other", "evening", 5, 1, 2, "")])
        report = ask(course.therapist, course.enrolment, "therapist")
        with django_assert_max_num_queries(45):
            build(report)
    course.live()
    with course.at(17, hour=12), django_assert_max_num_queries(45):
        build(report)


def test_patient_who_is_asked_to_wait_reads_only_that(course: Course) -> None:
    with course.at(1):
        course.read(1)
        place_hold(by=course.therapist, enrolment=course.enrolment, reason="After the operation")
        said = words_of(made(course.user, course.enrolment))
        assert "Goals that matter your therapist would like to wait a little" in said
        assert "not before" not in said
        assert "After the operation" not in said
        said = words_of(made(course.therapist, course.enrolment, "therapist"))
        assert "Week 2, Goals that matter: on hold; not before Sunday 8 March 2026." in said
        assert "On hold since 3 March 2026 by Anna Berg: After the operation" in said


# --- asking ---


def test_asking_twice_makes_one_report(course: Course) -> None:
    request_id = uuid4()
    first = ask(course.user, course.enrolment, request_id=request_id)
    assert ask(course.user, course.enrolment, request_id=request_id).pk == first.pk
    assert ask(course.user, course.enrolment).pk == first.pk
    jobs.make_reports()
    assert ask(course.user, course.enrolment, request_id=request_id).pk == first.pk
    assert ask(course.user, course.enrolment).pk != first.pk
    exports = AuditEvent.objects.filter(verb="report-request")
    assert [event.action for event in exports] == ["export", "export"]


@pytest.mark.django_db(transaction=True)
def test_asking_at_the_same_moment_makes_one_report(people: Cast) -> None:
    def press(_: int) -> Any:
        try:
            return ask(people.patient.user, people.enrolment).pk
        finally:
            connections.close_all()

    with ThreadPoolExecutor(4) as pool:
        assert len(set(pool.map(press, range(4)))) == 1
    assert Report.objects.count() == 1


def test_patient_asks_for_the_therapists_edition_and_gets_their_own(course: Course) -> None:
    assert ask(course.user, course.enrolment, "therapist").edition == "patient"


def test_stranger_cannot_ask(people: Cast) -> None:
    for stranger in (
        people.unassigned_therapist,
        people.other_patient.user,
        people.admin,
        people.elsewhere_therapist,
    ):
        with pytest.raises(Patient.DoesNotExist):
            ask(stranger, people.enrolment, "therapist")
    assert not Report.objects.exists()


def test_request_id_of_somebody_elses_report_is_refused(people: Cast) -> None:
    request_id = uuid4()
    ask(people.patient.user, people.enrolment, request_id=request_id)
    with pytest.raises(RequestTakenError):
        ask(people.therapist, people.enrolment, "therapist", request_id=request_id)


def test_asking_without_end_is_stopped_until_the_day_is_over(
    course: Course, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(actions, "MAX_PER_DAY", 2)
    for _ in range(2):
        made(course.user, course.enrolment)
    with pytest.raises(TooManyReportsError):
        ask(course.user, course.enrolment)
    with clock.moved(timedelta(hours=25)):
        assert ask(course.user, course.enrolment).state == "queued"


# --- making ---


def test_dying_maker_is_taken_over_when_the_lease_runs_out(course: Course) -> None:
    report = ask(course.user, course.enrolment)
    dead = claim_report(by=making.MAKER)
    assert dead is not None
    note_percent(claim=dead, percent=40)
    assert making.make_waiting() == 0
    with clock.moved(actions.LEASE + timedelta(seconds=1)):
        assert making.make_waiting() == 1
        with pytest.raises(LostClaimError):
            note_percent(claim=dead, percent=60)
        with pytest.raises(LostClaimError):
            finish_report(by=making.MAKER, claim=dead, pdf=b"late", pages=1)
    finished = Report.objects.get(pk=report.pk)
    assert (finished.state, finished.attempts) == ("ready", 2)
    assert bytes(finished.content).startswith(b"%PDF")


def test_report_that_kills_every_maker_is_given_up(course: Course) -> None:
    report = ask(course.user, course.enrolment)
    for number in range(Report.MAX_ATTEMPTS):
        with clock.moved(number * (actions.LEASE + timedelta(seconds=1))):
            assert claim_report(by=making.MAKER)
    with clock.moved(timedelta(hours=1)):
        assert claim_report(by=making.MAKER) is None
    report.refresh_from_db()
    assert (report.state, report.fault) == ("failed", "broken")


@pytest.mark.django_db(transaction=True)
def test_two_makers_at_once_make_each_report_once(people: Cast) -> None:
    for reader, enrolment in (
        (people.patient.user, people.enrolment),
        (people.other_patient.user, people.other_enrolment),
        (people.elsewhere_patient.user, people.elsewhere_enrolment),
    ):
        ask(reader, enrolment)

    def work(_: int) -> int:
        try:
            return making.make_waiting()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(2) as pool:
        assert sum(pool.map(work, range(2))) == 3
    assert set(Report.objects.values_list("state", "attempts")) == {("ready", 1)}


def test_fault_of_one_report_is_tried_again_and_holds_up_nobody(
    people: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = ask(people.patient.user, people.enrolment)
    whole = ask(people.other_patient.user, people.other_enrolment)

    def sometimes(report: Report, **more: Any) -> Any:
        if report.pk == broken.pk:
            raise ValueError("what Maria wrote")
        return build(report, **more)

    monkeypatch.setattr(making, "build", sometimes)
    assert making.make_waiting() == 1
    whole.refresh_from_db()
    assert whole.state == "ready"
    for hours in range(1, 4):
        with clock.moved(timedelta(hours=hours)):
            making.make_waiting()
    broken.refresh_from_db()
    assert (broken.state, broken.fault, broken.attempts) == ("failed", "broken", 3)


def test_fault_that_passes_leaves_a_report(course: Course, monkeypatch: pytest.MonkeyPatch) -> None:
    report = ask(course.user, course.enrolment)
    with monkeypatch.context() as patch:
        patch.setattr(making, "build", lambda *args, **more: 1 / 0)
        making.make_waiting()
    report.refresh_from_db()
    assert report.state == "queued"
    assert making.make_waiting() == 0
    with clock.moved(timedelta(minutes=1)):
        assert making.make_waiting() == 1


@pytest.mark.parametrize(
    ("error", "fault"), [(PdfUnavailable(), "unavailable"), (PdfTooLarge(), "too_large")]
)
def test_report_that_can_never_be_made_fails_at_once_and_says_why(
    course: Course, monkeypatch: pytest.MonkeyPatch, error: Exception, fault: str
) -> None:
    def refuse(*args: Any, **more: Any) -> bytes:
        raise error

    monkeypatch.setattr(pdf, "render", refuse)
    report = made(course.user, course.enrolment)
    assert (report.state, report.fault, report.attempts) == ("failed", fault, 1)


@pytest.fixture
def readers(people: Cast) -> Any:
    """Who asked for a report, and how they lose their access to Maria before it is made."""

    def hand_over() -> User:
        change_therapist(by=people.admin, enrolment=people.enrolment, therapist=people.unassigned_therapist)
        return people.therapist

    def leave() -> User:
        end_membership(by=people.admin, membership=people.therapist.memberships.get())
        return people.therapist

    def deactivate() -> User:
        User.objects.filter(pk=people.therapist.pk).update(is_active=False)
        return people.therapist

    return {"hand over": hand_over, "leave": leave, "deactivate": deactivate}


@pytest.mark.parametrize("how", ["hand over", "leave", "deactivate"])
def test_reader_without_access_when_it_is_made_gets_none(people: Cast, readers: Any, how: str) -> None:
    report = ask(people.therapist, people.enrolment, "therapist")
    readers[how]()
    assert making.make_waiting() == 0
    report.refresh_from_db()
    assert (report.state, report.fault) == ("failed", "no_access")
    assert report.content is None


def test_emergency_that_is_over_when_it_is_made_gives_no_report(people: Cast) -> None:
    open_in_emergency(
        by=people.unassigned_therapist, patient=people.patient, reason="Called from the ward now"
    )
    fresh = User.objects.get(pk=people.unassigned_therapist.pk)
    report = ask(fresh, people.enrolment, "therapist")
    with clock.moved(timedelta(minutes=61)):
        assert making.make_waiting() == 0
    report.refresh_from_db()
    assert report.fault == "no_access"


def test_file_is_unreadable_in_the_database(course: Course) -> None:
    report = made(course.user, course.enrolment)
    with connection.cursor() as cursor:
        cursor.execute("SELECT content FROM patients_report WHERE id = %s", [report.pk])
        stored = bytes(cursor.fetchone()[0])
    assert b"%PDF" not in stored
    assert len(stored) > report.size


def test_making_is_in_the_trail_as_done_by_the_system(course: Course) -> None:
    report = made(course.user, course.enrolment)
    event = AuditEvent.objects.get(verb="report-make")
    assert (event.actor, event.actor_id, event.subject_id) == (
        "system:make-reports",
        None,
        course.enrolment.patient_id,
    )
    assert event.object_ids == [report.pk]


# --- the doorbell ---


@pytest.mark.django_db(transaction=True)
def test_asking_rings_for_a_worker_when_it_is_committed(people: Cast) -> None:
    assert "patients.make_reports" in app.tasks
    with app.connection_for_read() as broker, broker.SimpleQueue("celery") as queue:
        queue.clear()
        ask(people.patient.user, people.enrolment)
        message = queue.get(timeout=10)
        assert message.headers["task"] == "patients.make_reports"
        message.ack()


@pytest.mark.django_db(transaction=True)
def test_broker_that_is_gone_holds_up_nobody_and_loses_nothing(
    people: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    def gone(*args: Any, **more: Any) -> None:
        raise OperationalError("nobody there")

    monkeypatch.setattr(app, "send_task", gone)
    report = ask(people.patient.user, people.enrolment)
    jobs.make_reports()
    report.refresh_from_db()
    assert report.state == "ready"
