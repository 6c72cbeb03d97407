"""What logs show a therapist: figures and cues, on the patient's page and beside homework."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.urls import reverse

from painclinic import clock
from patients.models import Enrolment, Entry
from tests.factories.cast import Cast, open_first_module
from tests.factories.skills import a_night, a_practice, a_thought, fill, skills_version, today_of
from tests.integration.therapists.conftest import signed_in
from tests.integration.therapists.test_skills import seen
from therapists.presenters.findings import findings

pytestmark = pytest.mark.django_db
START = datetime(2026, 3, 2, 9, tzinfo=UTC)


@pytest.fixture
def cast(db: None, tmp_path: Path) -> Iterator[Cast]:
    with clock.moved(START - clock.now()):
        cast = Cast(on_programme=lambda: skills_version(tmp_path))
        open_first_module(cast.enrolment)
        yield cast


def tags(enrolment: Enrolment, slug: str) -> dict[str, str]:
    entries = list(Entry.objects.current().of(slug).select_related("worksheet"))
    return {one.tag: one.text for one in findings(entries[0].worksheet, entries)}


def nights(enrolment: Enrolment, count: int, **changed: str) -> None:
    for back in range(count):
        day = today_of(enrolment) - timedelta(days=back)
        fill(enrolment, "w9-sleep-diary", a_night(day, **changed))


def test_person_page_shows_nights_deltas_and_cues(cast: Cast) -> None:
    nights(cast.enrolment, 3)
    fill(cast.enrolment, "w7-thought-record", a_thought(today_of(cast.enrolment)))

    page = seen(signed_in(cast.therapist).get(reverse("therapists:patient-detail", args=[cast.patient.pk])))

    assert "3 nights: asleep 5 hours 45 minutes of 8 hours 45 minutes in bed" in page
    assert "efficiency 66% of the time in bed, 73% of the time spent trying" in page
    assert "below 85%" in page
    assert "Belief in the first thought: 90% to 30%, 60 less" in page
    assert "Sad: 80% to 45%, 35 less" in page


def test_two_nights_raise_no_cue_on_efficiency(cast: Cast) -> None:
    nights(cast.enrolment, 2)

    found = tags(cast.enrolment, "w9-sleep-diary")

    assert list(found) == ["Last seven days"]
    assert "efficiency" not in found["Last seven days"]


def test_long_nights_are_pointed_out(cast: Cast) -> None:
    nights(
        cast.enrolment, 3, out_of_bed="08:15", final_wake="08:15", sol_min="5", waso_min="5", tasafa_min="0"
    )

    found = tags(cast.enrolment, "w9-sleep-diary")

    assert "Long in bed" in found
    assert "Sleep efficiency" not in found


def test_thoughts_that_did_not_move_are_pointed_out(cast: Cast) -> None:
    still = {"feelings_after-0-pct_after": "75", "belief_alternative": "20"}
    fill(cast.enrolment, "w7-thought-record", a_thought(today_of(cast.enrolment), **still))
    fill(cast.enrolment, "w7-thought-record", a_thought(today_of(cast.enrolment)))

    found = tags(cast.enrolment, "w7-thought-record")

    assert found["Little change"] == "no feeling eased by 10 or more in 1 of 2 records"
    assert found["Balanced thought"] == "believed below 40% in 1 record"


@pytest.mark.parametrize(
    ("count", "after", "expected"),
    [(2, "4", ["Few practices"]), (6, "7", []), (7, "7", ["No change"]), (7, "6", [])],
)
def test_practice_that_changes_nothing_is_pointed_out(
    cast: Cast, count: int, after: str, expected: list[str]
) -> None:
    for _practice in range(count):
        line = a_practice(today_of(cast.enrolment), tension_before="7", tension_after=after)
        fill(cast.enrolment, "w5-relaxation-log", line)

    assert list(tags(cast.enrolment, "w5-relaxation-log")) == expected


def test_activity_better_than_expected_is_there_to_reflect(cast: Cast) -> None:
    day = today_of(cast.enrolment).isoformat()
    plan = {"activity": "Tea", "planned_date": day, "done": "yes", "expected_enjoyment": "3"}
    fill(cast.enrolment, "w6-activity-plan", plan | {"actual_enjoyment": "7"})

    assert tags(cast.enrolment, "w6-activity-plan") == {
        "To reflect": "1 of 1 activity was enjoyed more than expected."
    }
