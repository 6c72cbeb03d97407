"""What people send while they work, each time something new."""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import count
from typing import Any

from django.test import Client
from django.urls import reverse

from painclinic import clock
from painclinic.accounts.models import User
from patients.drafts import form_state
from patients.models import Draft, StepProgress
from tests.factories.site import Site

Send = Callable[[], Any]


@dataclass(frozen=True)
class Write:
    """One kind of thing to send: who sends it, and the status of success."""

    name: str
    person: str
    sender: Callable[[Site, Client], Send]
    good: int = 302
    # Whether it can be sent again and again; else only once, or undone each time.
    repeats: bool = True


def _drafts(user: User, target: str) -> Callable[[], dict[str, str]]:
    """Makes what a form that saves itself sends of its next draft."""
    done = Draft.objects.filter(user=user, target=target).exclude(closed_at=None).count()
    generations = count(done)

    def fields() -> dict[str, str]:
        draft = str(Draft.id_for(user.pk, target, next(generations)))
        return {"draft": draft, "base_rev": "0", "submission_id": draft, "draft_tab": "aaa"}

    return fields


def _autosave(site: Site, client: Client) -> Send:
    """One more word in a worksheet."""
    patient = site.enrolment.patient
    target = f"entry:{site.enrolment.pk}:practice-plan"
    draft = form_state(patient.user, patient, purpose=Draft.Purpose.ENTRY, target=target)
    words = count(1)

    def send() -> Any:
        number = next(words)
        body = {
            "base_rev": draft.rev + number - 1,
            "data": {"when": f"After breakfast, {number} times", "where": "In the kitchen"},
            "purpose": "entry",
            "target": target,
            "tab": "aaa.1",
        }
        return client.put(draft.url, body, content_type="application/json")

    return send


def _message(site: Site, client: Client) -> Send:
    patient = site.enrolment.patient
    fields = _drafts(patient.user, f"message:{patient.pk}")
    return lambda: client.post(reverse("messaging:thread"), fields() | {"body": "How are you?"})


def _reply(site: Site, client: Client) -> Send:
    patient = site.enrolment.patient
    fields = _drafts(site.therapist, f"message:{patient.pk}")
    path = reverse("therapists:patient-messages", args=[patient.pk])
    return lambda: client.post(path, fields() | {"body": "I am well, and you?"})


def _log_line(site: Site, client: Client) -> Send:
    patient = site.enrolment.patient
    fields = _drafts(patient.user, f"entry:{site.enrolment.pk}:w3-activity-log")
    path = reverse("patients:entry-new", args=["w3-activity-log"])
    line = {"date": clock.local_today(patient.timezone).isoformat(), "minutes": "20", "pain_after": "4"}
    activities = (f"Washing up, {number}" for number in count(1))
    return lambda: client.post(path, {**fields(), **line, "activity": next(activities)})


def _step(site: Site, client: Client) -> Send:
    """A step finished that was not finished before."""
    path = reverse("patients:step-finish", args=[1, 3])
    mine = StepProgress.objects.filter(enrolment=site.enrolment, step__number=3)

    def send() -> Any:
        mine.update(done_at=None)
        return client.post(path)

    return send


def _homework(site: Site, client: Client) -> Send:
    fields = _drafts(site.people["patient"], f"entry:{site.enrolment.pk}:homework-{_module(site).slug}")
    path = reverse("patients:homework-detail", args=[1])
    return lambda: client.post(path, fields() | {"partial": "1", "note": "All of it"})


def _module(site: Site) -> Any:
    return site.version.modules.get(number=1)


def _review(site: Site, client: Client) -> Send:
    homework = site.enrolment.homework.latest("version")
    fields = _drafts(site.therapist, f"review:{homework.pk}")
    path = reverse("therapists:homework-review", args=[homework.patient_id, homework.pk])
    return lambda: client.post(path, fields() | {"comment": "Well done", "next": "reviewed"})


WRITES = (
    Write("PUT autosave", "patient", _autosave, good=200),
    Write("POST message", "patient", _message),
    Write("POST reply", "therapist", _reply),
    Write("POST line of the log", "patient", _log_line),
    Write("POST step finished", "patient", _step),
    Write("POST homework", "patient", _homework, repeats=False),
    Write("POST review", "therapist", _review, repeats=False),
)
