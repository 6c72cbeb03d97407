"""Alert notices by web push and text message: over real TLS to a real server, and never with any content."""

import hashlib
import hmac
import json
import socket
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
from django.core import mail
from django.db import connection

from messaging.actions import ways
from messaging.actions.alerts import HELPS_FOR, escalate
from messaging.actions.dispatch import deliver
from messaging.channels import https, push
from messaging.models import Delivery, PushDevice, Reminder, SmsNumber
from messaging.notices import Notice, rows_of
from painclinic import clock
from painclinic.accounts.models import User
from painclinic.ids import new_id
from patients.models import Alert, DutyShift
from tests.factories.alerts import mood, store
from tests.factories.cast import Cast
from tests.factories.outbox import until
from tests.factories.ways import NUMBER, Browser, a_browser, a_device, a_number, code_of
from tests.integration.listener import Listener, listening

pytestmark = pytest.mark.django_db
# Whatever would say to a bystander what this is about.
TELLING = (
    "maria",
    "lund",
    "anna",
    "phq",
    "suicid",
    "risk",
    "alert",
    "r3",
    "lakeside",
    "patient",
    "pain",
    "clinic",
)

EVERY_WAY = ["email", "push", "sms"]


@pytest.fixture(autouse=True)
def monday() -> Iterator[None]:
    with clock.moved(until("2026-03-02T10:00+00:00")):
        yield


@pytest.fixture
def listener(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, settings: Any) -> Iterator[Listener]:
    """A push service and a gateway in one, in the own network, which the settings of the test allow."""
    with listening(tmp_path, monkeypatch) as server:
        settings.PUSH = replace(settings.PUSH, hosts=(server.host,))
        settings.SMS = replace(settings.SMS, url=server.url("/send"), sender="Team")
        settings.TEST_PRIVATE_HOSTS = frozenset({"localhost"})
        yield server


@pytest.fixture
def duty(cast: Cast) -> Cast:
    """The therapist treats and is on duty, so that the highest level calls her alone at first."""
    DutyShift.objects.filter(clinic=cast.clinic).delete()
    for weekday in range(1, 6):
        DutyShift.objects.create(clinic=cast.clinic, user=cast.therapist, weekday=weekday, order=1)
    return cast


def raised(cast: Cast, item: int = 3) -> Alert:
    _, alert = store(cast.enrolment, mood(item))
    assert alert
    return alert


def browser_of(listener: Listener, user: User) -> tuple[Browser, PushDevice]:
    browser = a_browser(f"https://{listener.host}")
    return browser, a_device(user, browser)


def ways_of(user: User) -> list[str]:
    found = Reminder.objects.filter(kind="alert", user=user).values_list("channel", flat=True)
    return sorted(found)


# What goes where


@pytest.mark.parametrize(("item", "expected"), [(1, ["email"]), (2, EVERY_WAY), (3, EVERY_WAY)])
def test_pressing_alert_goes_by_every_way_and_a_task_of_the_day_by_mail(
    duty: Cast, item: int, expected: list[str]
) -> None:
    a_device(duty.therapist)
    a_number(duty.therapist)
    raised(duty, item)
    escalate()
    assert set(ways_of(duty.therapist)) == set(expected)


def test_task_that_nobody_took_up_goes_by_every_way_then(duty: Cast) -> None:
    a_device(duty.therapist)
    raised(duty, 1)
    escalate()
    deliver()
    assert ways_of(duty.therapist) == ["email"]
    with clock.moved(timedelta(hours=24)):
        escalate()
    assert ways_of(duty.therapist) == ["email", "email", "push"]


def test_each_device_has_a_notice_of_its_own_under_a_key_that_names_the_channel(duty: Cast) -> None:
    devices = {a_device(duty.therapist).pk.hex for _ in range(2)}
    raised(duty)
    escalate()
    escalate()
    ends = [
        key.rpartition(":")[2]
        for key in Reminder.objects.filter(kind="alert").values_list("dedupe_key", flat=True)
    ]
    assert set(ends) == {"email", *(f"push.{one}" for one in devices)}
    assert len(ends) == 3


def test_notices_of_every_way_are_one_transaction_with_the_step(duty: Cast) -> None:
    a_device(duty.therapist)
    a_number(duty.therapist)
    raised(duty)
    broken = patch("messaging.actions.alerts.ring_after_commit", side_effect=RuntimeError)
    with broken, pytest.raises(RuntimeError):
        escalate()
    assert ways_of(duty.therapist) == []
    escalate()
    assert ways_of(duty.therapist) == EVERY_WAY


def test_notices_to_one_device_and_to_ten_cost_two_queries(
    duty: Cast, django_assert_num_queries: Any
) -> None:
    notice = Notice(
        Reminder.Kind.ALERT, duty.clinic.pk, new_id(), new_id(), (duty.therapist.pk,), True, HELPS_FOR
    )
    a_device(duty.therapist)
    with django_assert_num_queries(2):
        assert len(rows_of([notice])) == 2
    for _ in range(9):
        a_device(duty.therapist)
    with django_assert_num_queries(2):
        assert len(rows_of([notice] * 3)) == 33
    with django_assert_num_queries(0):
        assert len(rows_of([replace(notice, is_pressing=False)])) == 1


def test_installation_without_push_and_texts_plans_mail_alone(duty: Cast, settings: Any) -> None:
    a_device(duty.therapist)
    a_number(duty.therapist)
    settings.PUSH = settings.SMS = None
    raised(duty)
    escalate()
    assert ways_of(duty.therapist) == ["email"]


# Web push


def test_push_is_signed_urgent_and_readable_by_the_device_alone(duty: Cast, listener: Listener) -> None:
    browser, device = browser_of(listener, duty.therapist)
    raised(duty)
    escalate()
    deliver()
    [got] = listener.got
    assert got.headers["content-encoding"] == "aes128gcm"
    assert got.headers["urgency"] == "high"
    assert int(got.headers["ttl"]) == 4 * 3600
    assert len(got.headers["topic"]) == 32
    token, _, public = got.headers["authorization"].removeprefix("vapid t=").partition(",k=")
    assert token.count(".") == 2
    assert public == push.public_key()
    assert b"sign in" not in got.body
    assert browser.read(got.body) == {"title": "Please sign in and look now", "tag": got.headers["topic"]}
    with pytest.raises(Exception, match="Decryption error"):
        a_browser().read(got.body)
    device.refresh_from_db()
    assert device.last_success_at


def test_nothing_that_leaves_says_whom_or_what_it_is_about(duty: Cast, listener: Listener) -> None:
    browser, _ = browser_of(listener, duty.therapist)
    a_number(duty.therapist)
    raised(duty)
    escalate()
    deliver()
    assert len(listener.got) == 2
    for got in listener.got:
        plain = json.dumps(browser.read(got.body)) if got.path.startswith("/wpush") else got.body.decode()
        seen = f"{plain} {got.path} {got.headers}".lower()
        assert not [word for word in TELLING if word in seen]


@pytest.mark.parametrize("status", [404, 410])
def test_push_service_that_knows_the_device_no_longer_ends_it_and_its_person_hears_by_mail(
    duty: Cast, listener: Listener, status: int
) -> None:
    _, device = browser_of(listener, duty.therapist)
    listener.status = status
    alert = raised(duty)
    escalate()
    deliver()
    device.refresh_from_db()
    assert (device.ending, device.endpoint, device.keys) == ("gone", None, None)
    assert Reminder.objects.get(channel="push").state == "failed"
    assert any("switch notices on" in str(one.body) for one in mail.outbox)
    assert not alert.events.filter(kind="undelivered").exists()


def test_push_that_is_refused_for_now_is_tried_again_and_holds_up_no_mail(
    duty: Cast, listener: Listener
) -> None:
    browser_of(listener, duty.therapist)
    listener.status = 503
    alert = raised(duty)
    escalate()
    deliver()
    assert [one.to for one in mail.outbox] == [[duty.therapist.email]]
    row = Reminder.objects.get(channel="push")
    assert (row.state, row.attempts, row.deliveries.get().fault) == ("planned", 1, "HTTP503")
    # She was reached by mail.
    assert not alert.events.filter(kind="undelivered").exists()
    listener.status = 201
    with clock.moved(timedelta(minutes=2)):
        deliver()
    row.refresh_from_db()
    assert row.state == "sent"


def test_person_whom_no_way_reaches_is_an_event_of_the_alert(duty: Cast, listener: Listener) -> None:
    browser_of(listener, duty.therapist)
    a_number(duty.therapist)
    listener.status = 500
    alert = raised(duty)
    escalate()
    with patch("django.core.mail.backends.locmem.EmailBackend.send_messages", side_effect=OSError):
        deliver()
    assert alert.events.filter(kind="undelivered").count() == 1


def test_redirect_is_not_followed(duty: Cast, listener: Listener) -> None:
    browser_of(listener, duty.therapist)
    listener.status, listener.headers = 307, {"Location": listener.url("/elsewhere")}
    raised(duty)
    escalate()
    deliver()
    assert len(listener.got) == 1
    assert Delivery.objects.get(reminder__channel="push").fault == "HTTP307"


def test_server_that_does_not_answer_is_waited_for_once_and_mail_goes_all_the_same(
    duty: Cast, listener: Listener, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(https, "TIMEOUT", 0.3)
    with socket.create_server(("127.0.0.1", 0)) as deaf:
        host = f"localhost:{deaf.getsockname()[1]}"
        with patch("messaging.channels.push._fits", return_value=True):
            for _ in range(5):
                a_device(duty.therapist, a_browser(f"https://{host}"))
            raised(duty)
            escalate()
            deliver()
    assert len(mail.outbox) == 1
    faults = sorted(Delivery.objects.filter(reminder__channel="push").values_list("fault", flat=True))
    assert faults == ["ServerSilent"] * 4 + ["TimeoutError"]


def test_killed_worker_sends_again_under_the_same_key(duty: Cast, listener: Listener) -> None:
    """The notice was accepted, and the worker died before it could write that down."""
    browser, _ = browser_of(listener, duty.therapist)
    a_number(duty.therapist)
    raised(duty)
    escalate()
    killed = patch("messaging.actions.dispatch.Delivery.objects.create", side_effect=KeyboardInterrupt)
    for _ in ("push", "sms"):
        with killed, pytest.raises(KeyboardInterrupt):
            deliver()
    with clock.moved(Reminder.LEASE + timedelta(seconds=1)):
        deliver()
    pushed = [got for got in listener.got if got.path.startswith("/wpush")]
    texts = [got for got in listener.got if got.path == "/send"]
    assert (len(pushed), len(texts)) == (2, 2)
    assert len({got.headers["topic"] for got in pushed}) == 1
    assert len({browser.read(got.body)["tag"] for got in pushed}) == 1
    assert len({got.headers["idempotency-key"] for got in texts}) == 1
    assert Delivery.objects.filter(was_accepted=True).count() == 3


def test_trial_says_that_it_is_one(cast: Cast, listener: Listener) -> None:
    browser, device = browser_of(listener, cast.therapist)
    ways.try_device(by=cast.therapist, device=device, clinic_id=cast.clinic.pk)
    deliver()
    [got] = listener.got
    assert browser.read(got.body)["title"] == "This is a trial. Notices reach this device."
    assert got.headers["urgency"] == "normal"


# The own network


def test_push_to_an_address_of_the_own_network_never_leaves(
    duty: Cast, listener: Listener, settings: Any
) -> None:
    browser_of(listener, duty.therapist)
    settings.TEST_PRIVATE_HOSTS = frozenset()
    raised(duty)
    escalate()
    deliver()
    assert listener.knocks == 0
    assert Delivery.objects.get(reminder__channel="push").fault == "PrivateAddressError"


def test_name_of_a_push_service_that_leads_into_the_own_network_is_refused(
    duty: Cast, listener: Listener, settings: Any
) -> None:
    """The name is fine and allowed; what the name server says is not."""
    settings.PUSH = replace(settings.PUSH, hosts=(f"push.example.org:{listener.port}",))
    settings.TEST_PRIVATE_HOSTS = frozenset()
    a_device(duty.therapist, a_browser(f"https://push.example.org:{listener.port}"))
    raised(duty)
    escalate()
    found = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", listener.port))]
    with patch("socket.getaddrinfo", return_value=found):
        deliver()
    assert listener.knocks == 0
    assert Delivery.objects.get(reminder__channel="push").fault == "PrivateAddressError"


def test_permission_for_tests_counts_in_tests_only(duty: Cast, listener: Listener, settings: Any) -> None:
    browser_of(listener, duty.therapist)
    settings.MODE = "production"
    raised(duty)
    escalate()
    deliver()
    assert listener.knocks == 0


@pytest.mark.parametrize(
    "endpoint",
    [
        "http://updates.push.services.mozilla.com/x",
        "https://localhost/x",
        "https://127.0.0.1/x",
        "https://169.254.169.254/latest/meta-data/",
        "https://evil.example/x",
        "https://updates.push.services.mozilla.com.evil.example/x",
        "https://updates.push.services.mozilla.com:8443/x",
        "https://updates.push.services.mozilla.com@evil.example/x",
        "https://someone@updates.push.services.mozilla.com/x",
        "https://push.apple.com.evil.example/x",
        "https://evil@web.push.apple.com/x",
        "https://evil.example#.push.apple.com/x",
        "https://evil.example\\.push.apple.com/x",
        "https://updates.push.services.mozilla.com/x\r\nHost: evil.example",
        "https://updates.push.services.mozilla.com/" + "x" * 1000,
        "",
    ],
)
def test_address_that_is_no_push_service_is_not_kept(cast: Cast, endpoint: str) -> None:
    browser = a_browser()
    browser.endpoint = endpoint
    with pytest.raises(push.UnknownPushServiceError):
        a_device(cast.therapist, browser)


@pytest.mark.parametrize(
    "service",
    [
        "https://fcm.googleapis.com",
        "https://updates.push.services.mozilla.com:443",
        "https://web.push.apple.com",
        "https://wns2-par02p.notify.windows.com",
    ],
)
def test_push_services_of_the_browsers_are_known(cast: Cast, service: str) -> None:
    assert a_device(cast.therapist, a_browser(service)).ended_at is None


# Text messages


def test_text_is_signed_and_names_key_number_and_sender(
    duty: Cast, listener: Listener, settings: Any
) -> None:
    a_number(duty.therapist)
    listener.status, listener.body = 202, b'{"id": "msg-77"}'
    raised(duty)
    escalate()
    deliver()
    [got] = listener.got
    assert json.loads(got.body) == {"to": NUMBER, "from": "Team", "text": "Please sign in and look now."}
    assert got.headers["authorization"] == "Bearer for-tests"
    moment, _, signature = got.headers["signature"].removeprefix("t=").partition(",v1=")
    expected = hmac.new(b"for-tests", moment.encode() + b"." + got.body, hashlib.sha256).hexdigest()
    assert signature == expected
    row = Reminder.objects.get(channel="sms", kind="alert")
    assert got.headers["idempotency-key"] == hashlib.sha256(row.dedupe_key.encode()).hexdigest()[:32]
    assert row.deliveries.get().provider_id == "msg-77"


@pytest.mark.parametrize(
    "said", [b"", b"<html>", b"[]", b'{"id": "a b"}', b'{"id": {}}', b'{"id": "' + b"x" * 300 + b'"}']
)
def test_gateway_that_says_something_else_is_taken_at_its_status(
    duty: Cast, listener: Listener, said: bytes
) -> None:
    a_number(duty.therapist)
    listener.body = said
    raised(duty)
    escalate()
    deliver()
    delivery = Delivery.objects.get(reminder__channel="sms", reminder__kind="alert")
    assert delivery.was_accepted
    assert len(delivery.provider_id) == 32


def test_number_that_was_not_proven_gets_no_notice(duty: Cast) -> None:
    ways.give_number(by=duty.therapist, number=NUMBER)
    raised(duty)
    escalate()
    assert ways_of(duty.therapist) == ["email"]


# Whose they are, and how they end


def test_endpoint_keys_and_number_are_not_readable_in_the_database(cast: Cast) -> None:
    browser = a_browser()
    a_device(cast.therapist, browser)
    a_number(cast.therapist)
    with connection.cursor() as cursor:
        for table in ("messaging_pushdevice", "messaging_smsnumber", "messaging_reminder"):
            cursor.execute(f"SELECT row_to_json(t)::text FROM {table} t")
            text = " ".join(str(row[0]) for row in cursor.fetchall())
            for secret in (browser.endpoint, browser.p256dh, NUMBER):
                assert secret not in text
                assert secret.encode().hex() not in text


def test_browser_belongs_to_who_added_it_last(cast: Cast) -> None:
    browser = a_browser()
    first = a_device(cast.therapist, browser)
    second = a_device(cast.supervisor, browser)
    first.refresh_from_db()
    assert (first.ending, first.endpoint) == ("taken_over", None)
    assert list(PushDevice.objects.live()) == [second]


def test_same_browser_added_again_is_one_device(cast: Cast) -> None:
    browser = a_browser()
    assert a_device(cast.therapist, browser).pk == a_device(cast.therapist, browser, "Firefox").pk


def test_ten_devices_are_the_most(cast: Cast) -> None:
    devices = [a_device(cast.therapist) for _ in range(PushDevice.MOST)]
    with pytest.raises(ways.TooManyDevicesError):
        a_device(cast.therapist)
    ways.remove_device(by=cast.therapist, device=devices[0])
    a_device(cast.therapist)


@pytest.mark.parametrize(("p256dh", "auth"), [("", ""), ("AAAA", "AAAA"), ("!", "!"), ("B" * 87, "A" * 22)])
def test_keys_that_nothing_can_be_encrypted_with_are_refused(cast: Cast, p256dh: str, auth: str) -> None:
    with pytest.raises(ways.BadKeysError):
        ways.add_device(by=cast.therapist, endpoint=a_browser().endpoint, p256dh=p256dh, auth=auth, label="x")


def test_notice_that_waits_for_a_device_that_was_taken_off_is_not_sent(
    duty: Cast, listener: Listener
) -> None:
    _, device = browser_of(listener, duty.therapist)
    alert = raised(duty)
    escalate()
    ways.remove_device(by=duty.therapist, device=device)
    deliver()
    assert not listener.got
    assert Reminder.objects.get(channel="push").state == "cancelled"
    assert not alert.events.filter(kind="undelivered").exists()


def test_only_way_left_that_is_taken_off_counts_as_not_reached(duty: Cast, listener: Listener) -> None:
    _, device = browser_of(listener, duty.therapist)
    alert = raised(duty)
    escalate()
    with (
        patch("messaging.actions.dispatch.CHANNELS", ("email",)),
        patch("django.core.mail.backends.locmem.EmailBackend.send_messages", side_effect=OSError),
    ):
        deliver()
    assert not alert.events.filter(kind="undelivered").exists()
    ways.remove_device(by=duty.therapist, device=device)
    with patch("django.core.mail.backends.locmem.EmailBackend.send_messages", side_effect=OSError):
        deliver()
    assert alert.events.filter(kind="undelivered").count() == 1


# The code that proves a number


def test_codes_are_few_short_lived_and_not_to_be_guessed(cast: Cast) -> None:
    user = cast.therapist
    ways.give_number(by=user, number=NUMBER)
    row = SmsNumber.objects.get(user=user)
    right = code_of(user)
    wrong = f"{(int(right) + 1) % 10**6:06d}"
    for _ in range(SmsNumber.MOST_TRIES):
        assert not ways.prove_number(by=user, code=wrong)
    assert not ways.prove_number(by=user, code=right)
    ways.give_number(by=user, number=NUMBER)
    with clock.moved(SmsNumber.CODE_LASTS + timedelta(seconds=1)):
        assert not ways.prove_number(by=user, code=code_of(user))
    ways.give_number(by=user, number=NUMBER)
    with pytest.raises(ways.TooOftenError):
        ways.give_number(by=user, number=NUMBER)
    assert ways.prove_number(by=user, code=code_of(user))
    row.refresh_from_db()
    assert row.ended_at
    assert SmsNumber.objects.proven().get(user=user).number == NUMBER


def test_code_of_one_person_proves_nothing_for_another(cast: Cast) -> None:
    ways.give_number(by=cast.therapist, number=NUMBER)
    ways.give_number(by=cast.supervisor, number=NUMBER)
    right, other = code_of(cast.therapist), code_of(cast.supervisor)
    if right != other:
        assert not ways.prove_number(by=cast.supervisor, code=right)
    assert ways.prove_number(by=cast.supervisor, code=other)


def test_code_goes_to_the_new_number_and_is_kept_no_longer_than_its_sending(
    cast: Cast, listener: Listener
) -> None:
    a_number(cast.therapist)
    ways.give_number(by=cast.therapist, number="+34600123456")
    deliver()
    [got] = listener.got
    sent = json.loads(got.body)
    assert sent["to"] == "+34600123456"
    assert not Reminder.objects.filter(channel="sms", state="sent", body__isnull=False).exists()
    assert ways.prove_number(by=cast.therapist, code=sent["text"][:6])
    assert SmsNumber.objects.proven().get(user=cast.therapist).number == "+34600123456"
