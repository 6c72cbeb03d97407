from collections.abc import Iterator

import pytest

from painclinic import clock
from tests.factories.cast import Cast, real_version
from tests.factories.outbox import until
from tests.integration.reports.rich import Course


@pytest.fixture
def long_ago(db: None) -> Iterator[None]:
    """Everybody came to the clinic before the course began."""
    with clock.moved(until("2026-03-02T08:00+00:00")):
        yield


@pytest.fixture
def people(long_ago: None) -> Cast:
    """The cast on the real programme. Maria's course began the day before."""
    return Cast(on_programme=real_version)


@pytest.fixture
def course(people: Cast) -> Course:
    """Maria's course, not lived yet."""
    return Course(people.enrolment, people.therapist)


@pytest.fixture
def lived(course: Course) -> Iterator[Course]:
    """Maria's course after 17 days, at noon of that day."""
    course.live()
    with course.at(17, hour=12):
        yield course


@pytest.fixture
def begun(course: Course) -> Iterator[Course]:
    """Maria's course at noon of its third day, with little in it: for what does not depend on more."""
    with course.at(0):
        course.read(1, last=2)
    with course.at(2, hour=12):
        yield course
