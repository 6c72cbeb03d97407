"""The course and its weeks: what is open, why something is not, and one thing to do on each page."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from painclinic import clock
from painclinic.audit.models import Action, AuditEvent
from patients.actions.progress import finish_step, open_module
from patients.actions.steering import place_hold
from patients.models import Enrolment, ModuleProgress
from programs.models import Step
from tests.factories.cast import Cast
from tests.integration.patients.test_homework import fill_everything

pytestmark = pytest.mark.django_db
BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


@pytest.fixture
def patient(real_cast: Cast, client: Client) -> Client:
    client.force_login(real_cast.patient.user, backend=BACKEND)
    return client


def text_of(client: Client, url: str) -> str:
    page = client.get(url)
    assert page.status_code == 200
    return str(page.content.decode())


def steps(enrolment: Enrolment, module: int = 1) -> list[Step]:
    own = Step.objects.filter(module__version_id=enrolment.programme_version_id, module__number=module)
    return list(own.filter(number__gt=0).order_by("number").select_related("module"))


def finish(enrolment: Enrolment, *found: Step) -> None:
    for step in found:
        finish_step(by=enrolment.patient.user, enrolment=enrolment, step=step)


def queries(client: Client, url: str) -> int:
    with CaptureQueriesContext(
        connection,
    ) as captured:
        assert client.get(url).status_code == 200
    return len(captured)


def test_course_shows_every_week_and_what_opens_next(patient: Client) -> None:
    page = text_of(patient, "/course/")
    assert page.count('class="path-stop-long') == 8
    assert "Opens when you have read week 1" in page
    assert "Opens after week 7" in page
    assert page.count('aria-current="step"') == 1


def test_course_offers_to_begin_before_the_first_look_and_to_go_on_after(
    real_cast: Cast, patient: Client
) -> None:
    assert "Begin week 1" in text_of(patient, "/course/")
    finish(real_cast.enrolment, *steps(real_cast.enrolment)[:2])
    assert "Go on: week 1, step 3" in text_of(patient, "/course/")


def test_beginning_a_week_opens_it_once_and_leads_to_its_first_step(real_cast: Cast, patient: Client) -> None:
    for _ in range(2):
        response = patient.post("/course/1/", {"begin": "1"})
        assert response["Location"] == "/course/1/1/"
    progress = ModuleProgress.objects.get(enrolment=real_cast.enrolment)
    assert progress.first_opened_at is not None
    assert AuditEvent.objects.filter(verb="module-open", object_ids=[str(progress.pk)]).count() == 1


def test_looking_at_the_course_writes_nothing_but_the_reading(real_cast: Cast, patient: Client) -> None:
    before = AuditEvent.objects.exclude(action=Action.READ).count()
    for url in ("/course/", "/course/1/", "/course/2/", "/course/1/1/", "/course/1/7/"):
        assert patient.get(url).status_code == 200
    assert AuditEvent.objects.exclude(action=Action.READ).count() == before
    assert AuditEvent.objects.filter(action=Action.READ, subject_id=real_cast.patient.pk).count() == 5
    assert ModuleProgress.objects.get(enrolment=real_cast.enrolment).first_opened_at is None


def test_week_says_what_it_is_for_what_is_in_it_and_who_has_reviewed_it(patient: Client) -> None:
    page = text_of(patient, "/course/1/")
    for words in (
        "Know why hurt does not always mean harm",
        "Draw your own pain cycle",
        "minutes left in this week",
        "Keep the activity log on at least three days",
        "The short version, 10 minutes",
        "I am too tired or too sore.",
        "10.1126/science.150.3699.971",
        "A clinician has not reviewed this text yet.",
    ):
        assert words in page


def test_closed_week_says_why_and_shows_nothing_of_its_steps(real_cast: Cast, patient: Client) -> None:
    page = patient.get("/course/2/")
    assert page.status_code == 200
    assert "This week is still ahead" in page.content.decode()
    assert "Opens when you have read week 1" in page.content.decode()
    assert "patients/module_closed.html" in [one.name for one in page.templates]
    assert patient.post("/course/2/")["Location"] == "/course/"
    assert not ModuleProgress.objects.filter(enrolment=real_cast.enrolment, module__number=2).exists()


def test_week_after_the_core_is_read_names_the_day_it_opens(real_cast: Cast, patient: Client) -> None:
    finish(real_cast.enrolment, *steps(real_cast.enrolment))
    assert "Opens on " in text_of(patient, "/course/2/")


def test_held_week_says_so_kindly_and_not_why(real_cast: Cast, patient: Client) -> None:
    place_hold(by=real_cast.therapist, enrolment=real_cast.enrolment, reason="Wait for the scan")
    page = text_of(patient, "/course/2/")
    assert "Anna would like to wait a little" in page
    assert "anything.</p>" in page
    assert "scan" not in page


def test_outline_counts_as_read_once_it_was_looked_at(outlined_cast: Cast, client: Client) -> None:
    client.force_login(outlined_cast.patient.user, backend=BACKEND)
    finish(outlined_cast.enrolment, *steps(outlined_cast.enrolment))
    with clock.moved(timedelta(days=6)):
        page = text_of(client, "/course/2/")
        assert "This week is still being written" in page
        assert client.post("/course/2/")["Location"] == "/course/2/"
        progress = ModuleProgress.objects.get(enrolment=outlined_cast.enrolment, module__number=2)
        assert progress.core_completed_at is not None
        assert "Go to practice" in text_of(client, "/course/2/")


def test_read_week_leads_to_its_homework(real_cast: Cast, patient: Client) -> None:
    finish(real_cast.enrolment, *steps(real_cast.enrolment))
    page = text_of(patient, "/course/1/")
    assert "Now it is about trying it out" in page
    assert 'href="/course/1/homework/"' in page


def test_no_such_week_is_not_found(patient: Client) -> None:
    assert patient.get("/course/9/").status_code == 404
    assert patient.get("/course/0/").status_code == 404


@pytest.mark.parametrize("url", ["/course/", "/course/1/"])
def test_pages_cost_the_same_however_much_was_done(real_cast: Cast, patient: Client, url: str) -> None:
    open_module(
        by=real_cast.patient.user, enrolment=real_cast.enrolment, module=steps(real_cast.enrolment)[0].module
    )
    patient.get(url)
    few = queries(patient, url)
    finish(real_cast.enrolment, *steps(real_cast.enrolment))
    fill_everything(real_cast.enrolment)
    assert queries(patient, url) == few


def test_consent_is_asked_for_first(patient: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("patients.access.text_to_agree_to", lambda patient: object())
    assert patient.get("/course/")["Location"] == "/consent/"
    assert patient.post("/course/1/1/finish/")["Location"] == "/consent/"
