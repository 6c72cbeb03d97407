"""The letter to the referrer or GP: on one page, to a stated reader, and nothing in it that is not theirs."""

from typing import Any
from uuid import uuid4

import pytest

from painclinic.accounts.models import Clinic, User
from patients import jobs
from patients.actions.alert_handling import acknowledge, note_contact, resolve
from patients.actions.alerts import flag_risk
from patients.actions.reports import TooManyReportsError, request_report
from patients.addressee import MAX_ADDRESS, MAX_NAME, MAX_NOTE, Letter
from patients.models import Alert, Entry, Patient, Report
from patients.reports import making
from tests.factories.cast import Cast
from tests.factories.measures import answered, answered_ago
from tests.factories.skills import a_goal, fill, today_of
from tests.integration.reports.rich import FIRST_ANSWER, PAIN_CYCLE, Course
from tests.integration.reports.test_making import words_of
from tests.unit.pdf.parsed import Parsed

TO = Letter("Dr Osei", "12 High Street\nLeeds LS1 1AA", "She sleeps better since week 2.")


def ask_letter(course: Course, letter: Letter = TO, by: User | None = None) -> Report:
    return request_report(
        by=by or course.therapist,
        enrolment=course.enrolment,
        edition=Report.Edition.REFERRER,
        request_id=uuid4(),
        letter=letter,
    )


def letter_of(course: Course, letter: Letter = TO) -> Report:
    report = ask_letter(course, letter)
    jobs.make_reports()
    return Report.objects.get(pk=report.pk)


def handled(course: Course, outcome: str, **more: Any) -> Alert:
    alert = flag_risk(
        by=course.therapist, enrolment=course.enrolment, level=1, reason="She sounded low today"
    )
    acknowledge(by=course.therapist, alert=alert)
    note_contact(by=course.therapist, alert=alert, channel="phone", result="reached")
    return resolve(by=course.therapist, alert=alert, outcome=outcome, note="We made a plan together", **more)


def test_letter_says_course_measures_goals_medicines_and_what_is_asked(lived: Course) -> None:
    answered_ago(lived.enrolment, 6, "baseline", phq_9=16, peg=7)
    answered(lived.enrolment, phq_9=8, peg=7)
    report = letter_of(lived)
    said = words_of(report)

    assert (report.state, report.pages) == ("ready", 1)
    for expected in (
        "Dr Osei",
        "Leeds LS1 1AA",
        "Dear Dr Osei,",
        "Maria Lund, born 12 April 1979",
        "Maria has been taking part in “Living well with pain” since 1 March 2026.",
        "Weekly modules done: 1 of 8; the last was week 1, Understanding pain.",
        "She sleeps better since week 2.",
        "Mood (PHQ-9), 0 to 27 (lower is better) 16 on 13 Mar 2026 8 on 19 Mar 2026 Clearly better",
        "No clear change: within ordinary ups and downs",
        "We give no advice on medicines",
        "What we ask of you",
        "we are not an emergency service",
        "Yours sincerely, Anna Berg for Lakeside Clinic",
        "The patient can read this letter in their account.",
    ):
        assert expected in said, expected


def test_letter_holds_no_entry_no_answer_no_message_and_no_label(lived: Course) -> None:
    answered_ago(lived.enrolment, 6, "baseline", phq_9=16)
    answered(lived.enrolment, phq_9=8)
    said = words_of(letter_of(lived))
    secrets = [
        PAIN_CYCLE["situation"],
        FIRST_ANSWER.split(".")[0],
        "Cat on my lap",
        "Cleaned all the windows",
    ]
    texts = [
        text for entry in Entry.objects.all() for text in (entry.texts or {}).values() if len(str(text)) > 12
    ]
    assert texts
    for hidden in (*secrets, *map(str, texts), "Moderate", "Mild", "Recovered", "better off dead", "boom"):
        assert hidden not in said, hidden


def test_letter_tells_what_was_done_about_safety_only_where_something_was_and_it_is_wanted(
    course: Course,
) -> None:
    with course.at(3):
        handled(course, "false-alarm")
        assert "Safety" not in words_of(letter_of(course))
    with course.at(5):
        handled(course, "safety-plan")
        told = words_of(letter_of(course))
        assert "We talked about safety (7 Mar 2026): safety plan agreed." in told
        assert "sounded low" not in told
        assert "We made a plan" not in told
        assert "R1" not in told
        assert "Safety" not in words_of(letter_of(course, Letter("Dr Osei", "", tells_safety=False)))


LONG_WORD = "Wolfeschlegelsteinhausenbergerdorff" * 4


@pytest.mark.parametrize("country", ["GB", "US"])
@pytest.mark.parametrize("word", [LONG_WORD, "Maria Magdalena von und zu " * 6])
def test_letter_with_the_longest_names_and_words_is_one_page(lived: Course, word: str, country: str) -> None:
    Clinic.objects.filter(pk=lived.enrolment.clinic_id).update(name=word[:120], country=country)
    Patient.objects.filter(pk=lived.enrolment.patient_id).update(name=word[:120])
    User.objects.filter(pk=lived.therapist.pk).update(name=word[:120])
    for outcome in ("safety-plan", "gp-informed", "safety-plan"):
        handled(lived, outcome)
    answered_ago(lived.enrolment, 6, "baseline", phq_9=16, peg=7, gad_7=12)
    answered(lived.enrolment, phq_9=8, peg=3, gad_7=12)
    address = "\n".join([word[:45]] * 6)[:MAX_ADDRESS]
    note = (word * 20)[:MAX_NOTE]
    for number in range(3):
        fill(lived.enrolment, "w2-goal", a_goal(today_of(lived.enrolment), goal=f"{number} {word}"[:120]))
    fresh = User.objects.get(pk=lived.therapist.pk)

    ask_letter(lived, Letter(word[:MAX_NAME].strip(), address, note), by=fresh)
    jobs.make_reports()
    report = Report.objects.get()
    assert (report.state, report.fault, report.pages) == ("ready", "", 1)
    assert "What we ask of you" in words_of(report)


def test_letter_of_a_course_that_has_just_begun_is_whole(course: Course) -> None:
    with course.at(0):
        said = words_of(letter_of(course))
    assert "weekly modules is done yet" in said
    assert "There are no questionnaire scores to report yet." in said


def test_letter_is_tagged_and_in_the_clinics_language_and_zone(lived: Course) -> None:
    User.objects.filter(pk=lived.therapist.pk).update(timezone="Asia/Tokyo", language="es")
    report = letter_of(lived)
    document = Parsed(bytes(report.content))
    assert "/MarkInfo <</Marked true>>" in document.one("/Type /Catalog")
    assert "/Lang (en-gb)" in document.one("/Type /Catalog")
    assert {"H1", "H2", "L", "LI", "P"} <= {kind for _, kind, _ in document.tags()}


def test_letter_is_refused_without_addressee_too_long_or_by_the_patient(course: Course) -> None:
    long = (("x" * 121, ""), ("Dr Osei", "a\n" * 7), ("Dr Osei", "", "x" * 501), ("Dr Osei", "", "a\nb"))
    for wrong in (("", ""), *long):
        with pytest.raises(ValueError, match="addressee"):
            Letter(*wrong)
    with pytest.raises(ValueError, match="addressee"):
        request_report(
            by=course.therapist, enrolment=course.enrolment, edition="referrer", request_id=uuid4()
        )
    with pytest.raises(Patient.DoesNotExist):
        ask_letter(course, by=course.user)
    assert not Report.objects.exists()


def test_two_letters_that_wait_are_two_and_a_double_press_is_one(course: Course) -> None:
    press = uuid4()
    common: dict[str, Any] = {"by": course.therapist, "enrolment": course.enrolment, "edition": "referrer"}
    first = request_report(request_id=press, letter=TO, **common)
    assert request_report(request_id=press, letter=TO, **common).pk == first.pk
    other = request_report(request_id=uuid4(), letter=Letter("Dr Ito", ""), **common)
    assert other.pk != first.pk


def test_letters_count_among_the_reports_of_a_day(course: Course, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("patients.actions.reports.MAX_PER_DAY", 1)
    ask_letter(course)
    with pytest.raises(TooManyReportsError):
        ask_letter(course)


def test_letter_is_read_by_who_treats_the_patient_and_by_the_patient_once_made(
    people: Cast, course: Course
) -> None:
    report = ask_letter(course)
    everybody = (people.therapist, course.user, people.supervisor, people.unassigned_therapist, people.admin)

    def readers() -> list[User]:
        return [
            user
            for user in everybody
            if Report.objects.visible_to(User.objects.get(pk=user.pk)).filter(pk=report.pk).exists()
        ]

    assert readers() == [people.therapist]
    making.make_waiting()
    assert readers() == [people.therapist, course.user, people.supervisor]


def test_addressee_and_paragraph_are_unreadable_in_the_database(course: Course) -> None:
    from django.db import connection

    ask_letter(course)
    with connection.cursor() as cursor:
        cursor.execute("SELECT letter FROM patients_report")
        assert b"Osei" not in bytes(cursor.fetchone()[0])
