"""The patient's pages of messaging through the real client."""

import re
from datetime import time, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client, override_settings

from messaging.actions import send_message
from messaging.models import NUDGE_KINDS, DemoMail, Message, ReminderPreference, ThreadRead
from painclinic import clock
from painclinic.accounts.models import User
from painclinic.audit.models import AuditEvent
from tests.factories.cast import Cast

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user, backend=BACKEND)
    return client


@pytest.fixture
def patient(cast: Cast) -> Client:
    return signed_in(cast.patient.user)


def fields(html: str) -> dict[str, str]:
    """The hidden inputs of the message form."""
    return dict(
        re.findall(
            r'<input type="hidden" name="(draft|base_rev|submission_id|draft_tab)" value="([^"]*)"', html
        )
    )


def say(cast: Cast, body: str = "Good to hear from you") -> Message:
    return send_message(by=cast.therapist, patient=cast.patient, body=body, submission_id=uuid4())


def test_thread_of_a_new_patient_says_who_reads_when_and_what_to_do_in_a_crisis(patient: Client) -> None:
    html = patient.get("/messages/").content.decode()
    assert "Anna Berg" in html
    assert "Monday to Friday, 09:00 to 17:00" in html
    assert 'href="/help-now/"' in html
    assert "If you write now, Anna answers by" in html


def test_thread_in_another_time_zone_tells_both_clocks(cast: Cast) -> None:
    User.objects.filter(pk=cast.patient.user_id).update(timezone="Asia/Tokyo")
    html = signed_in(User.objects.get(pk=cast.patient.user_id)).get("/messages/").content.decode()
    assert "on the clinic&#x27;s clock (London). On yours that is" in html


def test_message_send_twice_by_a_double_click_is_one_message(patient: Client) -> None:
    data = fields(patient.get("/messages/").content.decode()) | {"body": "My back\r\nis better"}
    for _ in range(2):
        assert patient.post("/messages/", data).status_code == 302
    assert [m.body for m in Message.objects.all()] == ["My back\nis better"]
    html = patient.get("/messages/").content.decode()
    assert "Anna answers by" in html
    assert data["submission_id"] not in html


def test_message_from_a_second_page_with_another_text_is_kept_and_not_sent(patient: Client) -> None:
    data = fields(patient.get("/messages/").content.decode())
    patient.post("/messages/", data | {"body": "From the first page"})
    answer = patient.post("/messages/", data | {"body": "From the second page"}, follow=True)
    assert [m.body for m in Message.objects.all()] == ["From the first page"]
    assert "From the second page" in answer.content.decode()


def test_message_empty_is_explained_and_nothing_sent(patient: Client) -> None:
    data = fields(patient.get("/messages/").content.decode())
    answer = patient.post("/messages/", data | {"body": " "})
    assert "Write a few words before you send." in answer.content.decode()
    assert not Message.objects.exists()


def test_message_too_long_keeps_what_was_typed(patient: Client) -> None:
    data = fields(patient.get("/messages/").content.decode())
    answer = patient.post("/messages/", data | {"body": "y" * 5001})
    assert "y" * 5001 in answer.content.decode()
    assert not Message.objects.exists()


def test_message_is_escaped(patient: Client, cast: Cast) -> None:
    say(cast, "<script>window.__xss = 1</script>")
    assert "<script>window" not in patient.get("/messages/").content.decode()


def test_reading_is_marked_by_post_and_never_by_get(patient: Client, cast: Cast) -> None:
    message = say(cast)
    html = patient.get("/messages/").content.decode()
    assert "Mark as read" in html
    assert not ThreadRead.objects.exists()
    assert patient.get("/messages/read/").status_code == 405
    assert patient.post("/messages/read/", {"until": str(message.pk)}).status_code == 302
    assert Message.objects.unread_by(cast.patient.user).count() == 0
    assert "Mark as read" not in patient.get("/messages/").content.decode()


def test_reading_of_somebody_elses_message_is_404(cast: Cast) -> None:
    message = say(cast)
    stranger = signed_in(cast.other_patient.user)
    assert stranger.post("/messages/read/", {"until": str(message.pk)}).status_code == 404
    assert stranger.post("/messages/read/", {"until": "x"}).status_code == 404
    assert "Good to hear" not in stranger.get(f"/messages/?before={message.pk}").content.decode()


@pytest.mark.parametrize("url", ["/messages/", "/messages/new/", "/settings/reminders/"])
def test_pages_of_patients_are_forbidden_to_staff_and_closed_to_strangers(cast: Cast, url: str) -> None:
    assert signed_in(cast.therapist).get(url).status_code == 403
    assert signed_in(cast.admin).get(url).status_code == 403
    assert Client().get(url).status_code == 302


def test_thread_view_leaves_one_read_event(patient: Client, cast: Cast) -> None:
    patient.get("/messages/")
    assert AuditEvent.objects.filter(action="read", subject_id=cast.patient.pk).count() == 1


def test_news_without_anything_new_shows_and_audits_nothing_and_ends(patient: Client, cast: Cast) -> None:
    message = say(cast)
    answer = patient.get("/messages/new/", {"after": str(message.pk), "looks": "3"}).content.decode()
    assert "Good to hear" not in answer
    assert "looks=4" in answer
    assert not AuditEvent.objects.filter(verb="thread-view").exists()
    assert (
        "hx-get"
        not in patient.get("/messages/new/", {"after": str(message.pk), "looks": "20"}).content.decode()
    )


def test_news_of_a_new_message_brings_the_conversation(patient: Client, cast: Cast) -> None:
    first = say(cast)
    say(cast, "One more thing")
    answer = patient.get("/messages/new/", {"after": str(first.pk), "looks": "x"}).content.decode()
    assert "One more thing" in answer
    assert AuditEvent.objects.filter(verb="thread-view").count() == 1


def test_thread_costs_the_same_with_one_message_and_with_many(
    patient: Client, cast: Cast, django_assert_max_num_queries: Any
) -> None:
    def queries() -> int:
        from django.db import connection
        from django.test.utils import CaptureQueriesContext

        with CaptureQueriesContext(connection) as captured:
            patient.get("/messages/")
        return len(captured)

    say(cast)
    patient.get("/messages/")
    few = queries()
    for number in range(30):
        say(cast, f"Message {number}")
    assert queries() == few


def test_preferences_begin_with_everything_and_are_kept(patient: Client, cast: Cast) -> None:
    html = patient.get("/settings/reminders/").content.decode()
    assert html.count("checked") == len(NUDGE_KINDS) + 1
    chosen = {
        "kinds": ["unread_message"],
        "most_per_cause": "1",
        "quiet_from": "18:00",
        "quiet_until": "10:00",
    }
    assert patient.post("/settings/reminders/", chosen).status_code == 302
    kept = ReminderPreference.objects.get(patient=cast.patient)
    assert kept.off_kinds == [kind for kind in NUDGE_KINDS if kind != "unread_message"]
    assert (kept.most_per_cause, kept.quiet_from, kept.quiet_until) == (1, time(18), time(10))
    assert patient.get("/settings/reminders/").content.decode().count("checked") == 2


@pytest.mark.parametrize(
    "wrong",
    [{"most_per_cause": "9"}, {"quiet_from": "23:00"}, {"quiet_until": "04:00"}, {"kinds": ["account"]}],
)
def test_preferences_outside_what_is_offered_are_refused(patient: Client, wrong: dict[str, Any]) -> None:
    chosen = {"kinds": [], "most_per_cause": "1", "quiet_from": "21:00", "quiet_until": "08:00"} | wrong
    assert patient.post("/settings/reminders/", chosen).status_code == 200
    assert not ReminderPreference.objects.exists()


def test_demo_mail_outside_a_demonstration_is_404(db: None) -> None:
    mail = DemoMail.objects.create(to="a@example.org", subject="Hello", body="Text")
    assert Client().get("/demo/mail/").status_code == 404
    assert Client().get(f"/demo/mail/{mail.pk}/").status_code == 404


@override_settings(DEMO=True)
def test_demo_mail_in_a_demonstration_can_be_read_and_its_links_followed(db: None) -> None:
    mail = DemoMail.objects.create(
        to="a@example.org", subject="Hello", body="Go:\nhttp://localhost:8000/invitation/x/\n<b>"
    )
    assert "Hello" in Client().get("/demo/mail/").content.decode()
    html = Client().get(f"/demo/mail/{mail.pk}/").content.decode()
    assert 'href="http://localhost:8000/invitation/x/"' in html
    assert "<b>" not in html


def test_home_card_and_badge_tell_what_is_new(cast: Cast, rf: Any) -> None:
    from django.template import engines

    def look() -> str:
        request = rf.get("/")
        request.user = cast.patient.user
        return template.render({"patient": cast.patient}, request)

    source = (
        "{% load messaging_tags %}{% unread_messages request.user as n %}[{{ n }}]"
        "{% home_message_card patient %}"
    )
    template = engines["django"].from_string(source)
    assert "Write to Anna" in look()
    with clock.moved(-timedelta(hours=1)):
        say(cast)
        say(cast)
    html = look()
    assert "[2]" in html
    assert "You have 2 new messages." in html
    send_message(by=cast.patient.user, patient=cast.patient, body="Thanks", submission_id=uuid4())
