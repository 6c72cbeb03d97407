"""The programme on paper, from the request to the file: a step, a form, what was written, the book."""

import os
import time
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from painclinic.accounts.models import User
from patients import jobs
from patients.actions.reports import request_report
from patients.models import Enrolment, Report
from patients.workbook.document import build_book
from patients.workbook.wanted import find
from programs.models import Module
from tests.factories.skills import fill
from tests.integration.reports.rich import PAIN_CYCLE, Course
from tests.unit.pdf.parsed import Parsed
from tests.unit.reports.pdf_text import text_of

pytestmark = pytest.mark.django_db


def printed(by: User, enrolment: Enrolment, scope: str, target: str = "", **more: Any) -> Report:
    wanted = find(by, enrolment, scope, target)
    assert wanted is not None, (scope, target)
    report = request_report(
        by=by, enrolment=enrolment, edition="therapist", request_id=uuid4(), printed=wanted, **more
    )
    jobs.make_reports()
    report = Report.objects.get(pk=report.pk)
    assert (report.state, report.fault) == ("ready", "")
    _keep(report)
    return report


def _keep(report: Report) -> None:
    """For whoever wants to look at the pages: WORKBOOK_PDFS names a folder."""
    if folder := os.environ.get("WORKBOOK_PDFS"):
        size = "large" if report.large_print else "plain"
        name = f"{report.scope}-{report.target or 'all'}-{size}.pdf".replace("/", "-")
        (Path(folder) / name).write_bytes(bytes(report.content))


def words_of(report: Report) -> str:
    return text_of(bytes(report.content))


@pytest.mark.parametrize("large_print", [False, True])
def test_whole_course_prints_as_one_tagged_book(begun: Course, large_print: bool) -> None:
    began = time.perf_counter()
    report = printed(begun.therapist, begun.enrolment, "course", large_print=large_print)
    seconds = time.perf_counter() - began
    print(
        f"\nworkbook, large print {large_print}: {report.pages} pages, {seconds:.1f} s, {report.size} bytes"
    )
    said = words_of(report)
    for expected in (
        "What is in this book",
        "Help now",
        "Samaritans",
        "This book belongs to",
        "It holds every week of the course.",
        "Week 1: Understanding pain",
        "My pain cycle",
        "How Leah filled it in",
        "How Winston kept the log",
        "Answers to the questions",
        "For a bad day",
        "Where this comes from",
        "Slow belly breathing",
        "silence, 10 seconds",
    ):
        assert expected in said, expected
    # Nothing of the patient stands in an empty workbook, and nothing that is meant for therapists.
    assert "Maria" not in said
    for module in Module.objects.filter(version=begun.enrolment.programme_version):
        for cue in module.therapist_cues:
            assert cue["look_for"] not in said
    document = Parsed(bytes(report.content))
    assert "/MarkInfo <</Marked true>>" in document.one("/Type /Catalog")
    kinds = {kind for _, kind, _ in document.tags()}
    assert {"H1", "H2", "H3", "H4", "L", "LI", "P", "Table", "TH", "Link"} <= kinds
    assert report.pages > 100


def test_patients_workbook_holds_only_the_weeks_that_are_open_and_says_so(begun: Course) -> None:
    report = printed(begun.user, begun.enrolment, "course", is_named=True)
    said = words_of(report)
    assert "This book belongs to Maria Lund" in said
    assert "It holds the weeks that are open to you now." in said
    assert "Week 1: Understanding pain" in said
    assert "Week 2: Goals that matter" not in said
    assert (report.edition, report.title) == ("patient", "The whole workbook")


def test_each_part_prints_on_its_own_and_in_large_print(begun: Course) -> None:
    user, enrolment = begun.user, begun.enrolment
    entry = begun.fill("w1-pain-cycle", PAIN_CYCLE)
    begun.log([("Washing up", "chores", "morning", 20, 4, 5, "Sat down half way")])
    for scope, target, expected in (
        ("step", "1/3", "What turns the volume up and down"),
        ("step", "1/7", "Answers to the questions"),
        ("step", "1/0", "The ten-minute version for a bad day"),
        ("worksheet", "w1-pain-cycle", "What was going on?"),
        ("worksheet", "w3-activity-log", "Activity log"),
        ("module", "1", "What this week is for"),
        ("entry", str(entry.pk), PAIN_CYCLE["situation"]),
        ("log", "w3-activity-log", "Sat down half way"),
    ):
        assert expected in words_of(printed(user, enrolment, scope, target)), (scope, target)
        assert expected in words_of(printed(user, enrolment, scope, target, large_print=True)), (
            scope,
            target,
        )
    # A name only stands where something of the person does, and never in the name of the file.
    filled, empty = (printed(user, enrolment, *what) for what in (("entry", str(entry.pk)), ("step", "1/3")))
    assert "Maria Lund" in words_of(filled)
    assert "Maria" not in words_of(empty)


def test_what_is_closed_strange_or_somebody_elses_cannot_be_printed(begun: Course, people: Any) -> None:
    user, enrolment = begun.user, begun.enrolment
    entry = begun.fill("w1-pain-cycle", PAIN_CYCLE)
    for scope, target in (
        ("module", "2"),
        ("step", "2/1"),
        ("step", "1/99"),
        ("step", "1"),
        ("module", "²"),
        ("worksheet", "w9-sleep-diary"),
        ("worksheet", "../etc"),
        ("entry", "not-an-id"),
        ("entry", str(uuid4())),
        ("log", "w3-activity-log"),
        ("course", "1"),
        ("progress", ""),
        ("all", ""),
    ):
        assert find(user, enrolment, scope, target) is None, (scope, target)
    stranger = people.other_patient.user
    assert find(stranger, people.other_enrolment, "entry", str(entry.pk)) is None
    # Staff read ahead.
    assert find(begun.therapist, enrolment, "module", "2") is not None


def test_print_of_something_that_is_closed_since_fails_in_words(begun: Course) -> None:
    report = request_report(
        by=begun.user,
        enrolment=begun.enrolment,
        edition="patient",
        request_id=uuid4(),
        printed=find(begun.user, begun.enrolment, "module", "1"),
    )
    Report.objects.filter(pk=report.pk).update(target="2")
    jobs.make_reports()
    report.refresh_from_db()
    assert (report.state, report.fault) == ("failed", "gone")


def test_book_costs_a_fixed_number_of_queries(begun: Course, django_assert_max_num_queries: Any) -> None:
    for reader in (begun.user, begun.therapist):
        report = request_report(
            by=reader,
            enrolment=begun.enrolment,
            edition="patient",
            request_id=uuid4(),
            printed=find(reader, begun.enrolment, "course", ""),
        )
        with django_assert_max_num_queries(14):
            build_book(report)


@pytest.mark.parametrize("large_print", [False, True])
def test_flare_up_plan_prints_with_the_signs_that_need_medical_help(begun: Course, large_print: bool) -> None:
    entry = fill(begun.enrolment, "w12-flare-up-plan", FLARE_UP_PLAN)
    for scope, target, is_one_page in (
        ("worksheet", "w12-flare-up-plan", False),
        ("entry", str(entry.pk), not large_print),
    ):
        report = printed(begun.user, begun.enrolment, scope, target, large_print=large_print)
        said = words_of(report)
        assert "When to get medical help" in said
        assert "around your back passage" in said
        assert "Losing weight without trying" in said
        assert report.pages == 1 or not is_one_page, (scope, report.pages)


def test_other_forms_print_without_the_signs(begun: Course) -> None:
    said = words_of(printed(begun.user, begun.enrolment, "worksheet", "w1-pain-cycle"))
    assert "When to get medical help" not in said


FLARE_UP_PLAN = {
    "early_signs-0-sign": "My jaw is tight in the morning",
    "early_signs-1-sign": "I snap at people",
    "early_signs-2-sign": "I sleep badly for two nights",
    "early_signs-3-sign": "I forget to eat",
    "usual_triggers-0-trigger": "Two full days in a row",
    "usual_triggers-1-trigger": "An infection, or a row",
    "usual_triggers-2-trigger": "Long drives",
    "first_hour": "Stop. Lie down with the warm pack for twenty minutes. Tell Jon.",
    "first_day": "Only the dog, half as far. Up every half hour.",
    "days_2_5": "Add the kitchen first, then the walk to the shop, then the desk.",
    "activity_cut_pct": "50",
    "return_days": "5",
    "calming_skill": "Slow belly breathing, ten minutes",
    "helpful_thought": "I have had this before, and it went down again.",
    "people-0-name": "Jon",
    "people-0-phone": "07700 900456",
    "people-1-name": "Ruth next door",
    "people-1-phone": "07700 900123",
    "medicines": "As agreed with Dr Hale: ask at my next visit.",
}
