"""The drafts API: whose text, which answers, and what it costs."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from django.core.cache import cache
from django.test import Client
from redis.exceptions import ConnectionError as NoBroker

from painclinic.accounts.models import User
from patients.actions.drafts import close_draft
from patients.api import DraftThrottle
from patients.drafts import form_state, owner_mark
from patients.models import Draft, DraftRevision
from tests.factories.cast import Cast

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


def signed_in(user: User, **options: Any) -> Client:
    client = Client(**options)
    client.force_login(user, backend=BACKEND)
    return client


class Page:
    """A page of the worksheet form, with the browser it is open in."""

    def __init__(self, cast: Cast, user: User | None = None, **options: Any) -> None:
        author = cast.patient.user
        self.user = user or author
        target = f"entry:{cast.enrolment.pk}:w1"
        self.state = form_state(author, cast.patient, purpose="entry", target=target)
        self.client = signed_in(self.user, **options)

    def put(self, text: str, base: int = 0, **changes: Any) -> Any:
        headers = changes.pop("headers", None)
        body = {
            "base_rev": base,
            "data": {"thoughts": text},
            "purpose": "entry",
            "target": self.state.target,
            "tab": "a",
        } | changes
        return self.client.put(self.state.url, body, content_type="application/json", headers=headers)


@pytest.fixture
def sheet(cast: Cast) -> Page:
    return Page(cast)


def test_save_is_acknowledged_with_number_and_time(sheet: Page) -> None:
    response = sheet.put("one")
    assert response.status_code == 200
    assert response.json().keys() == {"rev", "saved_at"}
    assert "no-store" in response["Cache-Control"]
    assert response["X-Draft-Owner"] == owner_mark(sheet.user)


def test_stale_save_answers_409_with_the_newer_text(sheet: Page) -> None:
    sheet.put("one")
    response = sheet.put("two", tab="b")
    assert response.status_code == 409
    answer = response.json()
    assert (answer["rev"], answer["data"], answer["mine_kept"]) == (1, {"thoughts": "one"}, True)
    assert [row.data["thoughts"] for row in DraftRevision.objects.all()] == ["one", "two"]


def test_save_after_handing_in_says_so(cast: Cast, sheet: Page) -> None:
    sheet.put("one")
    close_draft(by=sheet.user, draft_id=sheet.state.id)
    response = sheet.put("late", 1)
    assert response.status_code == 409
    assert response.json()["is_closed"] is True


def test_get_brings_text_and_token(sheet: Page) -> None:
    sheet.put("one")
    answer = sheet.client.get(sheet.state.url).json()
    assert answer["data"] == {"thoughts": "one"}
    assert answer["csrf_token"]


def test_get_of_a_form_not_saved_yet_is_empty_for_its_author_only(cast: Cast, sheet: Page) -> None:
    address = f"{sheet.state.url}?target={sheet.state.target}"
    answer = sheet.client.get(address).json()
    assert (answer["rev"], answer["data"]) == (0, {})
    assert sheet.client.get(sheet.state.url).status_code == 404
    assert Page(cast, cast.therapist).client.get(address).status_code == 404
    assert not Draft.objects.exists()


def test_signed_out_is_401(sheet: Page) -> None:
    sheet.client = Client()
    assert sheet.put("one").status_code == 401
    assert sheet.client.get(sheet.state.url).status_code == 401


def test_without_token_nothing_is_saved(cast: Cast) -> None:
    sheet = Page(cast, enforce_csrf_checks=True)
    response = sheet.put("one")
    assert response.status_code == 403
    assert response["X-Draft-Owner"] == owner_mark(sheet.user)
    assert not Draft.objects.exists()
    address = f"{sheet.state.url}?target={sheet.state.target}"
    token = sheet.client.get(address).json()["csrf_token"]
    assert sheet.put("one", headers={"X-CSRFToken": token}).status_code == 200


@pytest.mark.parametrize(
    "who",
    [
        "therapist",
        "unassigned_therapist",
        "supervisor",
        "admin",
        "elsewhere_therapist",
        "elsewhere_admin",
    ],
)
def test_strangers_find_nothing(cast: Cast, sheet: Page, who: str) -> None:
    sheet.put("one")
    stranger = Page(cast, getattr(cast, who))
    assert stranger.client.get(sheet.state.url).status_code == 404
    assert stranger.put("mine now", 1).status_code == 404
    assert [row.data for row in DraftRevision.objects.all()] == [{"thoughts": "one"}]


@pytest.mark.parametrize("other", ["other_patient", "elsewhere_patient"])
def test_other_patients_find_nothing(cast: Cast, sheet: Page, other: str) -> None:
    sheet.put("one")
    stranger = Page(cast, getattr(cast, other).user)
    assert stranger.client.get(sheet.state.url).status_code == 404
    assert stranger.put("mine now", 1).status_code == 404


def test_staff_without_second_factor_are_refused(cast: Cast) -> None:
    cast.therapist.authenticator_set.all().delete()
    sheet = Page(cast, cast.therapist)
    assert sheet.put("one").status_code == 403


def test_therapist_may_no_longer_save_when_the_assignment_ends(cast: Cast) -> None:
    target = f"message:{cast.patient.pk}"
    state = form_state(cast.therapist, cast.patient, purpose="message", target=target)
    sheet = Page(cast, cast.therapist)
    sheet.state = state
    assert sheet.put("Dear Maria", purpose="message").status_code == 200
    cast.enrolment.assignments.update(ended_at=cast.enrolment.created_at)
    assert sheet.put("Dear Maria,", 1, purpose="message").status_code == 404
    assert sheet.client.get(state.url).status_code == 404


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"base_rev": -1}, "base_rev"),
        ({"base_rev": "x"}, "base_rev"),
        ({"base_rev": 10**12}, "base_rev"),
        ({"data": []}, "data"),
        ({"data": {"thoughts": 1}}, "thoughts"),
        ({"data": {"thoughts": "x" * 64_001}}, "data"),
        ({"purpose": "diary"}, "purpose"),
        ({"target": "x" * 121}, "target"),
        ({"tab": "<b>"}, "tab"),
    ],
)
def test_what_is_wrong_is_said_by_field(sheet: Page, changes: dict[str, Any], field: str) -> None:
    response = sheet.put("one", **changes)
    assert response.status_code == 400
    assert isinstance(response.json()["errors"][field], str)
    assert not Draft.objects.exists()


def test_bodies_that_are_no_json_are_refused(sheet: Page) -> None:
    for body in ("{", "[]", "7", ""):
        response = sheet.client.put(sheet.state.url, body, content_type="application/json")
        assert response.status_code == 400
    assert sheet.client.put(sheet.state.url, "x=1", content_type="text/plain").status_code == 415


@pytest.mark.parametrize("method", ["post", "patch", "delete"])
def test_other_methods_do_not_exist(sheet: Page, method: str) -> None:
    assert getattr(sheet.client, method)(sheet.state.url).status_code == 405


def test_unknown_target_is_not_found(sheet: Page) -> None:
    for target in (f"entry:{uuid4()}:w1", "entry:x", "message:", "nothing"):
        assert sheet.put("one", target=target).status_code == 404


def test_too_many_saves_wait_and_lose_nothing(sheet: Page, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(DraftThrottle, "rate", "2/min")
    assert [sheet.put(str(n), n).status_code for n in range(3)] == [200, 200, 429]
    response = sheet.put("2", 2)
    assert int(response["Retry-After"]) > 0
    cache.clear()
    assert sheet.put("2", 2).status_code == 200


def test_without_the_counter_saving_goes_on(sheet: Page, monkeypatch: pytest.MonkeyPatch) -> None:
    def gone(*args: Any, **kwargs: Any) -> None:
        raise NoBroker

    monkeypatch.setattr("patients.api.UserRateThrottle.allow_request", gone)
    assert sheet.put("one").status_code == 200


def test_a_save_costs_a_handful_of_queries(
    sheet: Page, django_assert_max_num_queries: Callable[..., Any], capsys: pytest.CaptureFixture[str]
) -> None:
    sheet.put("one")
    with django_assert_max_num_queries(14) as counted:
        sheet.put("one two", 1)
    with capsys.disabled():
        print(f"\nqueries of one save through the API, session and all: {len(counted.captured_queries)}")
