"""The end of a treatment: who says so, what stops, what stays, and that it can be taken up again."""

from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse

from messaging.actions.dispatch import deliver
from messaging.actions.planning import plan
from messaging.models import Reminder
from painclinic import clock
from painclinic.audit.actions import System
from painclinic.audit.models import AuditEvent
from patients.actions.changes import ChangeRefusedError, ToldReasonNeededError, end_treatment
from patients.actions.measures import plan_occasions
from patients.actions.progress import unlock_due
from patients.models import CourseChange, Enrolment, ModuleProgress, Occasion
from tests.factories.instruments import load_builtins
from tests.integration.therapists.conftest import Course, signed_in

pytestmark = pytest.mark.django_db
TOLD = "You told me that you have what you came for."


@pytest.fixture
def enrolment(course: Course) -> Enrolment:
    load_builtins()
    plan_occasions(by=course.enrolment.therapist, enrolment=course.enrolment)
    return course.enrolment


def change(anna: Client, enrolment: Enrolment, slug: str, **filled: str) -> Any:
    address = reverse("therapists:course-change", args=[enrolment.patient_id])
    response = anna.post(address, {"change": slug, "reason": TOLD, **filled}, follow=True)
    enrolment.refresh_from_db()
    return response


def end(enrolment: Enrolment, ending: str = "better", reason: str = TOLD) -> None:
    end_treatment(by=enrolment.therapist, enrolment=enrolment, ending=ending, reason=reason)
    enrolment.refresh_from_db()


@pytest.mark.parametrize(("ending", "state"), [("completed", "completed"), ("too-much", "stopped")])
def test_therapist_ends_a_treatment_and_the_patient_reads_why(
    anna: Client, enrolment: Enrolment, ending: str, state: str
) -> None:
    change(anna, enrolment, "end", ending=ending)

    assert enrolment.state == state
    home = signed_in(enrolment.patient.user).get(reverse("patients:home")).content.decode()
    assert "Your treatment here has ended" in home
    assert TOLD in home
    # How it ended is the team's.
    assert "too much" not in home
    assert CourseChange.objects.get(enrolment=enrolment, kind="end").payload == {"ending": ending}
    assert AuditEvent.objects.filter(verb="course-end", subject_id=enrolment.patient_id).count() == 1


@pytest.mark.parametrize(
    ("filled", "error"),
    [
        ({"ending": ""}, "Choose one."),
        ({"ending": "bored"}, "cannot be chosen"),
        ({"ending": "better", "reason": " "}, "few words why"),
    ],
)
def test_ending_needs_how_and_why(
    anna: Client, enrolment: Enrolment, filled: dict[str, str], error: str
) -> None:
    response = change(anna, enrolment, "end", **filled)
    assert response.status_code == 422
    assert error in response.content.decode()
    assert enrolment.state == "active"


def test_ending_twice_or_without_a_word_is_refused(enrolment: Enrolment) -> None:
    with pytest.raises(ToldReasonNeededError):
        end(enrolment, reason=" ")
    with pytest.raises(ChangeRefusedError):
        end(enrolment, ending="bored")
    end(enrolment)
    with pytest.raises(ChangeRefusedError):
        end(enrolment)
    assert CourseChange.objects.filter(enrolment=enrolment, kind="end").count() == 1


def test_nothing_opens_and_nobody_is_reminded_of_the_course_after_the_end(
    course: Course, enrolment: Enrolment
) -> None:
    opened = ModuleProgress.objects.filter(enrolment=enrolment).count()
    end(enrolment)
    for day in range(1, 40):
        with clock.moved(timedelta(days=day)):
            unlock_due(by=System("test"), now=clock.now())
            plan()
            deliver()
    assert ModuleProgress.objects.filter(enrolment=enrolment).count() == opened
    kinds = set(Reminder.objects.filter(patient=enrolment.patient_id).values_list("kind", flat=True))
    assert kinds <= {"patient_invitation"}
    assert not [one for one in mail.outbox if "question" in str(one.subject).lower()]


def test_who_stopped_is_still_asked_at_the_end_and_later_and_softly(enrolment: Enrolment) -> None:
    end(enrolment, ending="too-much")
    patient = signed_in(enrolment.patient.user)
    page = patient.get(reverse("patients:question-list")).content.decode()
    assert "week" not in page.lower().split("<main")[1]
    for slug in ("post", "follow-up-3", "follow-up-12"):
        occasion = Occasion.objects.get(enrolment=enrolment, slug=slug)
        days = (occasion.due_on - clock.local_today(enrolment.patient.timezone)).days
        with clock.moved(timedelta(days=days, hours=1)):
            plan()
            page = signed_in(enrolment.patient.user).get(reverse("patients:question-list")).content.decode()
        assert "You stopped the course, and that is all right." in page
        assert str(occasion.pk) in page
    asked = Reminder.objects.filter(patient=enrolment.patient_id, kind="questions_due")
    assert asked.count() == 3


def test_treatment_is_taken_up_again_where_it_was(anna: Client, course: Course, enrolment: Enrolment) -> None:
    end(enrolment)
    page = change(anna, enrolment, "resume").content.decode()
    assert enrolment.state == "active"
    assert "go on with your treatment" in page
    home = signed_in(enrolment.patient.user).get(reverse("patients:home")).content.decode()
    assert "Your treatment here has ended" not in home.split("Changed for you")[0]
    end(enrolment, ending="completed")
    assert enrolment.state == "completed"


def test_ended_treatment_leaves_the_worklist_and_is_found_in_the_caseload(
    anna: Client, enrolment: Enrolment
) -> None:
    end(enrolment)
    with clock.moved(timedelta(days=12)):
        today = anna.get(reverse("therapists:today")).content.decode()
        ended = anna.get(reverse("therapists:caseload"), {"show": "ended"}).content.decode()
    assert enrolment.patient.name not in today.split("<main")[1]
    assert enrolment.patient.name in ended
