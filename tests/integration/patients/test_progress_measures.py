"""A patient's own progress: goals first, their line and plain words, never a label, always a next step."""

import re
from datetime import timedelta

import pytest
from django.urls import reverse

from painclinic import clock
from patients.actions.respite import start_flare_up
from patients.presenters.measures import measures_view
from programs.models import ProgrammeVersion
from tests.factories.cast import Cast
from tests.factories.measures import answered, answered_ago
from tests.integration.therapists.conftest import Course, signed_in
from tests.integration.therapists.conftest import real as real
from tests.integration.therapists.test_worklist import enrolled

pytestmark = pytest.mark.django_db

# Bands of the questionnaires, names of diagnoses, and the words of item 9.
FORBIDDEN = re.compile(
    r"minimal|\bmild\b|\bmoderate|severe|depress|anxiety|PHQ|GAD|better off dead|hurting yourself", re.I
)


@pytest.fixture
def course(cast: Cast, real: ProgrammeVersion) -> Course:
    return enrolled(cast, real, "Petra Progress", days_ago=20)


@pytest.mark.parametrize(
    ("start", "now", "way", "words"),
    [
        (15, 9, "better", "Clearly better"),
        (15, 10, "same", "About the same"),
        (10, 15, "same", "About the same"),
        (10, 16, "worse", "Clearly harder lately"),
        (3, 1, "same", "About the same"),
    ],
)
def test_measure_is_said_in_plain_words(course: Course, start: int, now: int, way: str, words: str) -> None:
    answered_ago(course.enrolment, 19, "baseline", phq_9=start)
    answered(course.enrolment, phq_9=now)

    (view,) = measures_view(course.enrolment, course.user).measures

    assert (view.way, view.words) == (way, words)
    assert view.arrow == ("↓" if now < start else "↑")


def test_measure_without_a_start_is_not_compared(course: Course) -> None:
    answered(course.enrolment, phq_9=12)

    (view,) = measures_view(course.enrolment, course.user).measures

    assert (view.way, view.arrow) == ("start", "")
    assert "chart-band-quiet" not in view.figure.wide


def test_progress_shows_no_label_no_item_and_ends_in_one_step(course: Course) -> None:
    answered_ago(course.enrolment, 19, "baseline", phq_9=15, gad_7=9, peg=7)
    answered(course.enrolment, phq_9=8, gad_7=5, peg=5)

    text = signed_in(course.user).get(reverse("patients:progress")).content.decode()

    main = text[text.index("<main") : text.index("</main")]
    assert not FORBIDDEN.search(main), FORBIDDEN.search(main)
    assert main.count('id="next-title"') == 1
    assert main.index('id="next-title"') > main.index('id="path-title"')
    assert "chart-band-quiet" in main


def test_progress_offers_contact_when_it_got_harder(course: Course) -> None:
    answered_ago(course.enrolment, 19, "baseline", peg=3)
    answered(course.enrolment, peg=7)

    page = signed_in(course.user).get(reverse("patients:progress"))

    step = page.context["page"].next
    assert step.is_contact
    assert step.url == reverse("messaging:thread")


def test_change_of_medicine_and_flare_up_stand_on_the_line(course: Course) -> None:
    answered_ago(course.enrolment, 19, "baseline", peg=6)
    answered_ago(course.enrolment, 12, new_symptoms=1)
    answered_ago(course.enrolment, 6, new_symptoms=0)
    with clock.moved(timedelta(days=-8)):
        start_flare_up(by=course.user, enrolment=course.enrolment, days=2)
    answered(course.enrolment, peg=5)

    (view,) = measures_view(course.enrolment, course.user).measures

    happened = [row[-1] for row in view.figure.table.rows if row[-1]]
    assert happened == ["medicine changed", "flare-up"]
