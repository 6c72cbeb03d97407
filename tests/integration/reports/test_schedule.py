"""Reports at mid-course and at the end, made by the schedule: each once, for a stated reader."""

from datetime import timedelta
from typing import Any

import pytest

from painclinic import clock
from painclinic.accounts.models import Clinic
from painclinic.audit.actions import System
from patients import jobs
from patients.actions import report_batches
from patients.actions.enrolment import change_therapist
from patients.actions.report_batches import schedule_reports
from patients.models import Enrolment, Occasion, Report
from patients.reports import making
from tests.factories.cast import Cast
from tests.factories.measures import occasion_on
from tests.integration.reports.test_pages import html, signed_in

BY = System("schedule-reports")


def occasion_of(enrolment: Enrolment, kind: str, days_ago: int) -> Occasion:
    """A time point whose only day was so many days ago."""
    day = clock.local_today("Europe/London") - timedelta(days=days_ago)
    return occasion_on(enrolment, day, kind, ["peg"], slug=f"{kind}-{days_ago}")


@pytest.fixture
def mid(people: Cast) -> Occasion:
    """Mid-course, missed three days ago. What the course planned for itself is out of the way."""
    Occasion.objects.all().delete()
    return occasion_of(people.enrolment, "mid", 3)


def made() -> set[tuple[Any, ...]]:
    return set(Report.objects.values_list("edition", "reader_id", "requested_by_id", "state"))


def test_schedule_makes_both_editions_each_for_its_reader(people: Cast, mid: Occasion) -> None:
    jobs.plan_reports()
    jobs.make_reports()
    assert made() == {
        ("patient", people.patient.user_id, None, "ready"),
        ("therapist", people.therapist.pk, None, "ready"),
    }
    listed = html(signed_in(people.patient.user).get("/reports/"))
    assert "scheduled" in listed


def test_schedule_run_twice_makes_each_report_once(people: Cast, mid: Occasion) -> None:
    occasion_of(people.enrolment, "post", 3)
    assert schedule_reports(by=BY) == 4
    assert schedule_reports(by=BY) == 0
    making.make_waiting()
    assert schedule_reports(by=BY) == 0
    assert Report.objects.count() == 4


def test_schedule_that_dies_in_between_leaves_whole_pairs_and_goes_on(
    people: Cast, mid: Occasion, monkeypatch: pytest.MonkeyPatch
) -> None:
    occasion_of(people.other_enrolment, "post", 2)
    stored = report_batches._store
    calls: list[object] = []

    def dies(*args: Any, **more: Any) -> Report:
        calls.append(args)
        if len(calls) == 4:
            raise SystemExit
        return stored(*args, **more)

    with monkeypatch.context() as patch:
        patch.setattr(report_batches, "_store", dies)
        with pytest.raises(SystemExit):
            schedule_reports(by=BY)
    assert Report.objects.count() == 2
    assert schedule_reports(by=BY) == 2
    assert Report.objects.values("occasion").distinct().count() == 2


def test_maker_that_dies_loses_the_claim_and_the_report_is_made_once(people: Cast, mid: Occasion) -> None:
    schedule_reports(by=BY)
    from patients.actions.reports import claim_report

    assert claim_report(by=making.MAKER)
    with clock.moved(timedelta(minutes=5)):
        jobs.plan_reports()
        jobs.make_reports()
    assert set(Report.objects.values_list("state", flat=True)) == {"ready"}
    assert Report.objects.count() == 2


def test_only_mid_course_and_end_that_are_over_or_answered_are_due(people: Cast, mid: Occasion) -> None:
    occasion_of(people.enrolment, "weekly", 2)
    occasion_of(people.enrolment, "baseline", 2)
    occasion_of(people.other_enrolment, "post", -5)
    occasion_of(people.other_enrolment, "mid", 60)
    assert schedule_reports(by=BY) == 2
    ahead = Occasion.objects.get(slug="post--5")
    ahead.completed_at = clock.now()
    ahead.save(update_fields=["completed_at"])
    assert schedule_reports(by=BY) == 2
    assert set(Report.objects.values_list("occasion_id", flat=True)) == {mid.pk, ahead.pk}


def test_made_up_clinics_get_no_scheduled_reports(people: Cast, mid: Occasion) -> None:
    Clinic.objects.update(is_synthetic=True)
    assert schedule_reports(by=BY) == 0


def test_report_of_a_patient_who_was_handed_over_goes_to_the_successor(people: Cast, mid: Occasion) -> None:
    schedule_reports(by=BY)
    change_therapist(by=people.admin, enrolment=people.enrolment, therapist=people.unassigned_therapist)
    jobs.make_reports()
    assert ("therapist", people.therapist.pk, None, "failed") in made()
    jobs.plan_reports()
    jobs.make_reports()
    assert made() == {
        ("patient", people.patient.user_id, None, "ready"),
        ("therapist", people.unassigned_therapist.pk, None, "ready"),
    }
