"""Minutes, recommending, follow-ups and unanswered questions on the page, and the page as a file."""

import csv
from datetime import timedelta
from decimal import Decimal
from io import StringIO
from uuid import UUID

import pytest
from django.urls import reverse

from clinics.results.answering import late_rows, time_points
from clinics.results.figures import overview
from clinics.results.hiding import Shown
from clinics.results.instruments import measured_scales
from clinics.results.minutes import minutes_of
from clinics.results.reading import read_choice, read_shown
from painclinic import clock
from painclinic.audit.models import AuditEvent
from patients.models import Enrolment, OutcomeCell, Score
from tests.factories.cast import Cast
from tests.integration.results.test_counting import count_all
from tests.integration.results.test_page import PAGE, signed_in, synthetic

pytestmark = pytest.mark.django_db


def opened(cast: Cast, actor: UUID, minutes: float, subject: UUID | None = None) -> None:
    """An event of a page about the patient (or somebody else), so many minutes after enrolling."""
    AuditEvent.objects.create(
        at=cast.enrolment.created_at + timedelta(minutes=minutes),
        actor_id=actor,
        actor="user",
        subject_id=subject or cast.patient.pk,
        action="read",
        verb="patient-view",
    )


def minutes(cast: Cast) -> Decimal:
    one = cast.enrolment
    return minutes_of({cast.patient.pk: [(one.pk, one.created_at)]}, {one.pk}).get(one.pk, Decimal(0))


def test_minutes_count_up_to_the_next_event_and_one_before_a_break() -> None:
    cast = Cast()
    before, therapist = minutes(cast), cast.therapist.pk
    opened(cast, therapist, 1000)
    opened(cast, therapist, 1004)
    # Ten minutes still count whole, more are a break.
    opened(cast, therapist, 1014)
    opened(cast, therapist, 1024.1)
    assert minutes(cast) - before == 4 + 10 + 1 + 1


def test_minutes_of_two_patients_at_once_are_never_counted_twice() -> None:
    cast = Cast()
    before, therapist = minutes(cast), cast.therapist.pk
    opened(cast, therapist, 1000)
    opened(cast, therapist, 1003, subject=cast.other_patient.pk)
    opened(cast, therapist, 1008)
    assert minutes(cast) - before == 3 + 1


def test_minutes_leave_out_who_does_not_treat_and_what_was_before() -> None:
    cast = Cast()
    before = minutes(cast)
    opened(cast, cast.admin.pk, 1000)
    opened(cast, cast.patient.user_id, 1000)
    opened(cast, cast.therapist.pk, -3000)
    assert minutes(cast) == before


def test_minutes_stand_on_the_page_per_week_and_per_course() -> None:
    shown = shown_with(
        {"started": 20, "timed": 18, "minutes": 1270, "minute-weeks": 100}
        | {"over-started": 10, "over-minutes": 677}
    )
    line = next(one for one in overview(shown) if one.anchor == "def-minutes")
    assert (line.value, line.of) == (
        "12.7",
        "of 20 who started; 67.7 minutes per course, of 10 that are over",
    )
    few = shown_with({"started": 4, "timed": 4, "minutes": 400, "minute-weeks": 40})
    assert next(one for one in overview(few) if one.anchor == "def-minutes").value == "too few to show"


def shown_with(totals: dict[str, int]) -> Shown:
    return Shown({name: Decimal(value) for name, value in totals.items()})


def test_follow_ups_show_the_change_from_the_first_score_of_those_who_answered() -> None:
    clinic = synthetic(150)
    shown = read_shown(clinic, read_choice(clinic, {}))
    rows = {(row.months, row.title): row for row in late_rows(shown, measured_scales(shown.totals, "en"))}
    assert {months for months, _ in rows} == {3, 12}
    scores = Score.objects.filter(clinic=clinic, instrument="peg", response__occasion__slug="follow-up-3")
    both = scores.filter(
        enrolment__in=Score.objects.filter(
            instrument="peg", response__occasion__kind="baseline"
        ).values("enrolment")
    )  # fmt: skip
    assert next(row for (months, title), row in rows.items() if months == 3 and "PEG" in title).n == str(
        both.count()
    )
    body = signed_in(clinic).get(PAGE).content.decode()
    assert "Change until the follow-ups" in body
    assert "Would recommend it" in body


def test_unanswered_time_points_stand_with_their_reasons_and_nothing_tells_a_small_one() -> None:
    shown = shown_with(
        {"asked:post": 40, "answered:post": 20, "missed-declined:post": 3, "missed-not-reached:post": 8}
        | {"missed-not-known:post": 9}
    )
    row = time_points(shown)[0]
    assert (row.title, row.asked, row.answered, row.missed) == ("At the end", "40", "50% of 40", "20")
    # Three would be told by 20, 8 and 9: the next smallest is hidden with it.
    assert row.reasons == (
        "reason not known: 9; too few to show: could not be reached, did not want to answer"
    )
    few = time_points(shown_with({"asked:post": 12, "answered:post": 9, "missed-unwell:post": 3}))[0]
    assert (few.answered, few.missed, few.reasons) == ("all but fewer than 5", "–", "–")


def test_time_points_come_in_the_order_of_the_course() -> None:
    slugs = ["follow-up-12", "post", "week-10", "week-2", "baseline", "follow-up-3"]
    rows = time_points(shown_with({f"asked:{slug}": 9 for slug in slugs}))
    titles = ["At the start", "Week 2", "Week 10", "At the end", "3 months after", "12 months after"]
    assert [row.title for row in rows] == titles


def test_courses_with_another_guidance_are_shown_apart() -> None:
    clinic = synthetic(60)
    some = Enrolment.objects.filter(clinic=clinic).order_by("pk")[:20].values("pk")
    Enrolment.objects.filter(pk__in=list(some.values_list("pk", flat=True))).update(guidance="on-request")
    count_all()
    body = signed_in(clinic).get(PAGE, {"guidance": "on-request"}).content.decode()
    assert "20 courses" in body
    assert OutcomeCell.objects.filter(clinic=clinic, guidance="on-request", name="enrolled").exists()


def test_file_of_figures_says_what_the_page_says_and_hides_what_it_hides() -> None:
    clinic = synthetic(40)
    therapist = OutcomeCell.objects.filter(clinic=clinic).values_list("therapist_id", flat=True)[0]
    cells = OutcomeCell.objects.filter(clinic=clinic, therapist=therapist, name="enrolled")
    cells.exclude(pk=cells[0].pk).delete()
    cells.update(value=3)
    client = signed_in(clinic)
    choice = {"therapist": str(therapist)}
    assert "Caseloads differ" in client.get(PAGE, choice).content.decode()
    response = client.post(reverse("clinics:figures-export", query=choice))
    rows = list(csv.DictReader(StringIO(response.content.decode())))
    assert {row["section"] for row in rows} >= {"about", "course", "change", "answering"}
    page = client.get(PAGE, choice)
    by_figure = {row["figure"]: row for row in rows if row["section"] == "course"}
    for line in page.context["overview"]:
        assert by_figure[line.label]["value"] == line.value
        assert by_figure[line.label]["rests_on"] == line.of
    event = AuditEvent.objects.filter(verb="results-export-figures").latest("at")
    assert event.at <= clock.now()
    assert signed_in(clinic, "supervisor").post(reverse("clinics:figures-export")).status_code == 403
