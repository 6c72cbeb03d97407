"""The practice plan comes back every week, and each week begins with the one before."""

from typing import Any

import pytest
from django.test import Client

from painclinic.audit.actions import System
from patients.actions.progress import unlock_module
from patients.models import Entry

PLAN = {"when": "After breakfast", "where": "Kitchen", "confidence": "8"}


@pytest.fixture
def client_of_maria(real_cast: Any, client: Client) -> Client:
    backend = "allauth.account.auth_backends.AuthenticationBackend"
    client.force_login(real_cast.patient.user, backend=backend)
    second = real_cast.enrolment.programme_version.modules.get(number=2)
    unlock_module(by=System("test"), enrolment=real_cast.enrolment, module=second)
    return client


def _step_of(real_cast: Any, module: int) -> str:
    week = real_cast.enrolment.programme_version.modules.get(number=module)
    return f"/course/{module}/{week.steps.get(kind='practice_plan').number}/"


def _hand_in(client: Client, path: str, values: dict[str, str]) -> None:
    page = client.get(path)
    form = page.context["form"]
    hidden = {"draft": str(form.draft.id), "base_rev": form.draft.rev, "submission_id": str(form.draft.id)}
    assert client.post(path, hidden | values).status_code == 302


def test_plan_of_the_week_before_is_offered_and_made_this_weeks(
    real_cast: Any, client_of_maria: Client
) -> None:
    first, second = _step_of(real_cast, 1), _step_of(real_cast, 2)
    _hand_in(client_of_maria, first, PLAN)
    offered = client_of_maria.get(second).content.decode()
    assert "This is your plan from before" in offered
    assert "After breakfast" in offered
    _hand_in(client_of_maria, second, PLAN | {"when": "After lunch"})
    assert "This is your plan from before" not in client_of_maria.get(second).content.decode()
    newest = Entry.objects.current().get(worksheet__slug="practice-plan")
    assert newest.answers["when"] == "After lunch"
    assert newest.supersedes is not None
    assert newest.supersedes.answers["when"] == "After breakfast"


def test_worksheet_that_stands_only_in_the_homework_can_be_filled(
    real_cast: Any, client_of_maria: Client
) -> None:
    """The weekly check-in has no step of its own."""
    assert client_of_maria.get("/practice/w14-weekly-check-in/new/").status_code == 200
    assert "Weekly check-in" in client_of_maria.get("/practice/").content.decode()
    assert client_of_maria.get("/practice/w9-sleep-diary/new/").status_code == 404
