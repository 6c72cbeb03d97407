"""Mails about signing in: in the outbox, encrypted, and telling nobody who has an account."""

import re
import socket
import time
from typing import Any

import pytest
from celery import Celery
from django.core import mail
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from clinics.actions import end_staff_membership
from messaging import tasks
from messaging.actions import cancel_reminders, queue_account_mail
from messaging.actions.dispatch import deliver
from messaging.models import Reminder
from painclinic.accounts.models import User
from painclinic.audit.actions import System
from painclinic.crypto.models import SubjectKey
from tests.factories.cast import PASSWORD, Cast
from tests.factories.outbox import open_module


def ask_reset(email: str) -> Any:
    return Client().post("/password/reset/", {"email": email})


def stored_bodies() -> list[bytes]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT body FROM messaging_reminder WHERE body IS NOT NULL")
        return [bytes(row[0]) for row in cursor.fetchall()]


def test_password_reset_goes_through_the_outbox_encrypted_and_its_link_works(cast: Cast) -> None:
    assert ask_reset("maria@example.org").status_code == 302
    assert not mail.outbox
    (stored,) = stored_bodies()
    assert b"password/reset" not in stored
    deliver()
    (message,) = mail.outbox
    assert message.recipients() == ["maria@example.org"]
    assert message.subject == "Set a new password"
    link = re.search(r"http://localhost:8000(/password/reset/key/\S+)", str(message.body))
    assert link
    assert stored_bodies() == []
    assert "bad token" not in Client().get(link[1], follow=True).content.decode().casefold()


def test_password_reset_link_does_not_follow_the_host_of_the_request(cast: Cast) -> None:
    Client().post("/password/reset/", {"email": "maria@example.org"}, HTTP_HOST="127.0.0.1")
    deliver()
    assert "http://localhost:8000/password/reset/key/" in str(mail.outbox[0].body)


def test_password_reset_of_an_unknown_address_looks_the_same_and_keeps_nothing(cast: Cast) -> None:
    known, unknown = ask_reset("maria@example.org"), ask_reset("nobody@example.org")
    assert (known.status_code, known["Location"]) == (unknown.status_code, unknown["Location"])
    assert set(known.headers) == set(unknown.headers)
    assert Reminder.objects.count() == 1
    assert SubjectKey.objects.filter(subject_id=cast.patient.user_id).count() == 1
    deliver()
    assert [m.recipients() for m in mail.outbox] == [["maria@example.org"]]


def test_password_reset_does_the_same_work_for_known_and_unknown_addresses(cast: Cast) -> None:
    def work(email: str) -> list[str]:
        with CaptureQueriesContext(connection) as captured:
            ask_reset(email)
        return [re.sub(r"[0-9]+|'[^']*'", "?", query["sql"])[:40] for query in captured.captured_queries]

    known, unknown = work("maria@example.org"), work("nobody@example.org")
    assert abs(len(known) - len(unknown)) <= 1
    assert sum(q.startswith("INSERT") for q in known) == sum(q.startswith("INSERT") for q in unknown)


def test_password_change_is_told_to_its_owner(cast: Cast) -> None:
    client = Client()
    client.force_login(cast.patient.user, backend="allauth.account.auth_backends.AuthenticationBackend")
    new = "another-long-password-9"
    client.post("/account/password/", {"oldpassword": PASSWORD, "password1": new, "password2": new})
    deliver()
    (message,) = mail.outbox
    assert message.recipients() == ["maria@example.org"]
    assert "Something about how you sign in has changed" in str(message.body)
    assert new not in str(message.body)


def test_account_mail_of_somebody_deactivated_is_cancelled_and_its_text_dropped(cast: Cast) -> None:
    queue_account_mail(by=System("test"), user=cast.therapist, subject="Hello", body="secret link")
    User.objects.filter(pk=cast.therapist.pk).update(is_active=False)
    deliver()
    assert Reminder.objects.get().state == "cancelled"
    assert stored_bodies() == []
    assert not mail.outbox


def test_account_mail_subject_cannot_smuggle_headers(cast: Cast) -> None:
    queue_account_mail(by=System("test"), user=cast.therapist, subject="Hi\nBcc: x@evil.test", body="b")
    deliver()
    assert mail.outbox[0].message()["Bcc"] is None
    assert mail.outbox[0].subject == "Hi Bcc: x@evil.test"


def test_account_mail_is_not_among_what_staff_see(cast: Cast) -> None:
    queue_account_mail(by=System("test"), user=cast.patient.user, subject="Hello", body="b")
    for person in (cast.admin, cast.therapist, cast.supervisor):
        assert not Reminder.objects.visible_to(person).exists()


def test_cancel_reminders_leaves_nothing_waiting_for_the_person_and_all_for_others(cast: Cast) -> None:
    from messaging.actions.planning import plan

    open_module(cast.enrolment)
    open_module(cast.other_enrolment)
    plan()
    queue_account_mail(by=System("test"), user=cast.patient.user, subject="Hello", body="b")
    assert cancel_reminders(by=cast.admin, user=cast.patient.user) == 2
    assert cancel_reminders(by=cast.admin, user=cast.patient.user) == 0
    assert set(Reminder.objects.open().values_list("user_id", flat=True)) == {cast.other_patient.user_id}


def test_ending_a_membership_leaves_nothing_waiting(cast: Cast) -> None:
    membership = cast.unassigned_therapist.memberships.get()
    queue_account_mail(by=System("test"), user=cast.unassigned_therapist, subject="Hello", body="b")
    end_staff_membership(by=cast.admin, membership=membership, successor=cast.therapist)
    assert not Reminder.objects.open().filter(user=cast.unassigned_therapist).exists()


def bell(url: str) -> Celery:
    app = Celery("bell", set_as_current=False)
    app.config_from_object("django.conf:settings", namespace="CELERY")
    app.conf.broker_url = url
    return app


def heard() -> bool:
    """Waits until nobody rings any more."""
    done = tasks._ringing.acquire(timeout=15)
    tasks._ringing.release()
    return done


def test_doorbell_rings_after_the_commit_only(
    cast: Cast, monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks: Any
) -> None:
    rung = []
    monkeypatch.setattr(tasks.current_app, "send_task", lambda name, **options: rung.append(name))
    with django_capture_on_commit_callbacks() as callbacks:
        queue_account_mail(by=System("test"), user=cast.patient.user, subject="Hello", body="b")
    assert rung == []
    for callback in callbacks:
        callback()
    assert heard()
    assert rung == ["messaging.deliver_due"]


@pytest.mark.parametrize("kind", ["refuses", "never answers"])
def test_doorbell_of_a_dead_broker_neither_fails_nor_holds_up(
    cast: Cast, monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks: Any, kind: str
) -> None:
    with socket.socket() as mute:
        mute.bind(("127.0.0.1", 0))
        if kind == "never answers":
            mute.listen(1)
        monkeypatch.setattr(tasks, "current_app", bell(f"redis://127.0.0.1:{mute.getsockname()[1]}/0"))
        began = time.monotonic()
        with django_capture_on_commit_callbacks(execute=True):
            queue_account_mail(by=System("test"), user=cast.patient.user, subject="Hello", body="b")
        assert time.monotonic() - began < 1
        assert heard()
    assert Reminder.objects.count() == 1
