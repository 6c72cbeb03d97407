"""The alert on the desk: first on the list whatever queues do, and handled on its own page."""

import pytest
from django.test import Client

from painclinic.accounts.models import User
from patients.models import Alert
from tests.access.world import BACKEND
from tests.factories.alerts import mood, store
from tests.factories.cast import Cast

pytestmark = pytest.mark.django_db


def sign_in(user: User) -> Client:
    client = Client()
    client.force_login(user, backend=BACKEND)
    return client


def raised(cast: Cast, item: int = 3) -> Alert:
    _, alert = store(cast.enrolment, mood(item))
    assert alert
    return alert


def text(client: Client, path: str) -> str:
    response = client.get(path)
    assert response.status_code == 200
    return response.content.decode()


def test_everybody_who_may_sees_how_many_are_open_on_every_page(cast: Cast) -> None:
    raised(cast)
    for user in (cast.therapist, cast.unassigned_therapist, cast.supervisor):
        page = text(sign_in(user), "/caseload/")
        nav = page[page.index("<nav") : page.index("</nav>")]
        assert '<span class="badge">' in nav
    assert "badge" not in text(sign_in(cast.elsewhere_therapist), "/caseload/")


def test_colleague_sees_that_it_is_open_and_whose_it_is_after_taking_it_on(cast: Cast) -> None:
    alert, client = raised(cast), sign_in(cast.unassigned_therapist)
    path = f"/alerts/{alert.pk}/"
    for page in (text(client, "/today/"), text(client, path)):
        assert "A colleague’s patient" in page
        assert "Maria Lund" not in page
    client.post(path, {"act": "take"})
    page = text(client, path)
    assert "Maria Lund" in page
    assert "tel:07700900123" in page
    assert "Item 9 answered with 3" in page
    assert Alert.objects.get().acknowledged_by == cast.unassigned_therapist


def test_colleague_who_has_not_taken_it_on_can_do_nothing_else_first(cast: Cast) -> None:
    alert, client = raised(cast), sign_in(cast.unassigned_therapist)
    client.post(f"/alerts/{alert.pk}/", {"act": "outcome", "outcome": "false-alarm", "note": "x"})
    assert [event.kind for event in alert.events.all()] == ["raised", "acknowledged"]


def test_alert_is_worked_through_on_its_page(cast: Cast) -> None:
    alert = raised(cast)
    path, client, lead = f"/alerts/{alert.pk}/", sign_in(cast.therapist), sign_in(cast.supervisor)
    client.post(path, {"act": "take"})
    client.post(path, {"act": "contact", "channel": "phone", "result": "reached", "note": "Talked"})
    client.post(path, {"act": "risk-note", "ideation": "Passing", "action": "Sister stays the night"})
    client.post(path, {"act": "downgrade", "level": "2", "reason": "No plan, not alone"})
    client.post(path, {"act": "outcome", "outcome": "safety-plan", "note": "Agreed with her"})
    client.post(path, {"act": "sign-off"})
    assert Alert.objects.get().closed_at is None
    assert "A second person has to agree" in text(client, path)
    assert "I agree: close it" not in text(client, path)
    lead.post(path, {"act": "sign-off"})
    closed = Alert.objects.get()
    assert closed.closed_at
    assert (closed.resolved_by, closed.signed_off_by) == (cast.therapist, cast.supervisor)
    page = text(client, path)
    for words in ("Talked", "Sister stays the night", "No plan, not alone", "Agreed with her"):
        assert words in page
    assert f"/alerts/{alert.pk}/" not in text(client, "/today/")


def test_outcome_before_anything_was_done_is_refused_with_words(cast: Cast) -> None:
    alert, client = raised(cast), sign_in(cast.therapist)
    path = f"/alerts/{alert.pk}/"
    client.post(path, {"act": "take"})
    response = client.post(path, {"act": "outcome", "outcome": "no-action", "note": "x"}, follow=True)
    assert "First try to reach the person" in response.content.decode()
    assert Alert.objects.get().resolved_at is None


@pytest.mark.parametrize("act", ["contact", "risk-note", "downgrade", "outcome"])
def test_form_left_empty_says_what_is_missing_and_keeps_the_page(cast: Cast, act: str) -> None:
    alert, client = raised(cast), sign_in(cast.therapist)
    client.post(f"/alerts/{alert.pk}/", {"act": "take"})
    response = client.post(f"/alerts/{alert.pk}/", {"act": act})
    assert response.status_code == 422
    assert f'<details class="disclosure" open id="{act}"' in response.content.decode()
    assert alert.events.count() == 2


def test_colleague_who_does_not_agree_sends_it_back(cast: Cast) -> None:
    alert = raised(cast)
    path = f"/alerts/{alert.pk}/"
    client, lead = sign_in(cast.therapist), sign_in(cast.supervisor)
    client.post(path, {"act": "contact", "channel": "phone", "result": "no-answer"})
    client.post(path, {"act": "outcome", "outcome": "no-action", "note": "Will see"})
    lead.post(path, {"act": "send-back", "reason": "Nobody has spoken with her"})
    assert Alert.objects.get().resolved_at is None
    assert "Nobody has spoken with her" in text(client, path)


def test_therapist_raises_an_alert_from_the_persons_page(cast: Cast) -> None:
    client = sign_in(cast.therapist)
    assert f"/patients/{cast.patient.pk}/alert/" in text(client, f"/patients/{cast.patient.pk}/")
    empty = client.post(f"/patients/{cast.patient.pk}/alert/", {"level": "2", "reason": ""})
    assert empty.status_code == 422
    client.post(f"/patients/{cast.patient.pk}/alert/", {"level": "3", "reason": "She wrote of an end"})
    alert = Alert.objects.get()
    assert (alert.kind, alert.level) == ("flagged", 3)
    assert f"/alerts/{alert.pk}/" in text(client, f"/patients/{cast.patient.pk}/")
    assert sign_in(cast.patient.user).get("/home/").headers["Location"] == "/support/"


def test_closed_alert_is_gone_for_who_only_handled_it_and_stays_for_who_treats(cast: Cast) -> None:
    alert = raised(cast, 1)
    path, colleague = f"/alerts/{alert.pk}/", sign_in(cast.unassigned_therapist)
    colleague.post(path, {"act": "take"})
    colleague.post(path, {"act": "contact", "channel": "phone", "result": "reached"})
    colleague.post(path, {"act": "outcome", "outcome": "no-action", "note": "Spoke with her"})
    assert colleague.get(path).status_code == 404
    assert "Spoke with her" in text(sign_in(cast.therapist), path)
