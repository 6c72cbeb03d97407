"""The page on which staff say how they are told, and what ends with a role or a sign-out."""

import json
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from environ import FileAwareEnv

from clinics.actions import end_staff_membership
from messaging.actions.dispatch import deliver
from messaging.models import PushDevice, Reminder, SmsNumber
from messaging.presenters.ways import device_label
from painclinic import channel_settings
from painclinic.accounts.models import User
from painclinic.audit.models import AuditEvent
from tests.access.world import BACKEND
from tests.factories.cast import Cast
from tests.factories.ways import NUMBER, a_browser, a_device, a_number, code_of

pytestmark = pytest.mark.django_db
PAGE = "/account/notices/"
CHROME = "Mozilla/5.0 (Linux; Android 15) AppleWebKit/537.36 Chrome/140.0.0.0 Mobile Safari/537.36"


@pytest.fixture
def anna(cast: Cast) -> Client:
    client = Client(headers={"User-Agent": CHROME})
    client.force_login(cast.therapist, backend=BACKEND)
    return client


def text_of(client: Client, **data: Any) -> str:
    return client.get(PAGE, **data).content.decode()


def test_device_that_is_switched_on_stands_in_the_list_by_browser_and_system(
    cast: Cast, anna: Client
) -> None:
    answer = anna.post(f"{PAGE}devices/", a_browser().form(), follow=True)
    assert "Notices come to this device now" in answer.content.decode()
    device = PushDevice.objects.get(user=cast.therapist)
    assert device.label == "Chrome on Android"
    assert f'data-device="{device.endpoint_digest}"' in text_of(anna)
    assert AuditEvent.objects.filter(verb="notice-device-add", actor_id=cast.therapist.pk).exists()


@pytest.mark.parametrize(
    "change", [{"endpoint": "https://evil.example/x"}, {"p256dh": "AAAA"}, {"auth": ""}, {"endpoint": ""}]
)
def test_what_no_push_service_gave_is_refused_in_words(anna: Client, change: dict[str, str]) -> None:
    answer = anna.post(f"{PAGE}devices/", a_browser().form() | change, follow=True)
    assert "can not be sent to" in answer.content.decode()
    assert not PushDevice.objects.exists()


def test_trial_goes_to_this_device_alone_and_not_without_end(cast: Cast, anna: Client) -> None:
    device, _ = a_device(cast.therapist), a_device(cast.therapist)
    for _ in range(11):
        answer = anna.post(f"{PAGE}devices/{device.pk}/try/", follow=True)
    assert "Please wait an hour" in answer.content.decode()
    rows = Reminder.objects.filter(kind="notice_trial")
    assert {(row.channel, row.device_id) for row in rows} == {("push", device.pk)}
    assert rows.count() == 10


def test_device_of_somebody_else_is_nobodys(cast: Cast, anna: Client) -> None:
    device = a_device(cast.supervisor)
    for act in ("try", "remove"):
        assert anna.post(f"{PAGE}devices/{device.pk}/{act}/").status_code == 404
    assert device.endpoint_digest not in text_of(anna)


def test_device_that_is_taken_off_is_wiped(cast: Cast, anna: Client) -> None:
    device = a_device(cast.therapist)
    anna.post(f"{PAGE}devices/{device.pk}/remove/")
    device.refresh_from_db()
    assert (device.ending, device.endpoint, device.keys) == ("removed", None, None)
    assert "No device yet" in text_of(anna)


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("+44 7700 900123", NUMBER),
        ("0044 (7700) 900-123", NUMBER),
        ("+34.600.123.456", "+34600123456"),
    ],
)
def test_number_is_kept_as_the_world_writes_it(cast: Cast, anna: Client, given: str, kept: str) -> None:
    anna.post(f"{PAGE}number/", {"number": given})
    assert SmsNumber.objects.get(user=cast.therapist).number == kept


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ("", "Write the number"),
        ("07700 900123", "Begin with a plus"),
        ("+44 77", "not a whole number"),
        ("+0447700900123", "not a whole number"),
        ("+44770090012345678", "not a whole number"),
        ("+44 7700 900abc", "not a whole number"),
        ("+٤٤٧٧٠٠٩٠٠١٢٣", "not a whole number"),
    ],
)
def test_number_that_is_none_is_said_plainly(anna: Client, given: str, said: str) -> None:
    answer = anna.post(f"{PAGE}number/", {"number": given})
    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert not SmsNumber.objects.exists()


def test_number_counts_after_its_code_and_shows_its_last_digits_only(cast: Cast, anna: Client) -> None:
    anna.post(f"{PAGE}number/", {"number": NUMBER})
    assert "ends in 123" in text_of(anna)
    assert anna.post(f"{PAGE}number/code/", {"code": "nope"}).status_code == 422
    right = code_of(cast.therapist)
    anna.post(f"{PAGE}number/code/", {"code": f"{right[:3]} {right[3:]}"})
    assert SmsNumber.objects.proven().filter(user=cast.therapist).exists()
    page = text_of(anna)
    assert "To the number that ends in 123" in page
    assert NUMBER not in page
    anna.post(f"{PAGE}number/remove/")
    assert not SmsNumber.objects.live().exists()
    assert not SmsNumber.objects.filter(number__isnull=False).exists()


def test_codes_can_not_be_ordered_without_end(anna: Client) -> None:
    for _ in range(SmsNumber.MOST_AN_HOUR):
        assert anna.post(f"{PAGE}number/", {"number": NUMBER}).status_code == 302
    answer = anna.post(f"{PAGE}number/", {"number": NUMBER})
    assert answer.status_code == 422
    assert "Please wait an hour" in answer.content.decode()


def test_installation_that_has_neither_says_so_plainly(anna: Client, settings: Any) -> None:
    settings.PUSH = settings.SMS = None
    page = text_of(anna)
    assert "This installation has no notices on devices" in page
    assert "This installation sends no text messages" in page
    assert anna.post(f"{PAGE}devices/", a_browser().form()).status_code == 404
    assert anna.post(f"{PAGE}number/", {"number": NUMBER}).status_code == 404


def test_page_costs_the_same_for_one_and_for_ten(cast: Cast, anna: Client) -> None:
    def cost() -> int:
        with CaptureQueriesContext(connection) as captured:
            anna.get(PAGE)
        return len(captured)

    a_device(cast.therapist)
    cost()
    first = cost()
    for _ in range(9):
        a_device(cast.therapist)
    assert cost() == first


# Endings


def leftovers(user: User) -> tuple[int, int, int]:
    return (
        PushDevice.objects.filter(user=user, endpoint__isnull=False).count(),
        SmsNumber.objects.filter(user=user, number__isnull=False).count(),
        Reminder.objects.open().filter(user=user).count(),
    )


def test_whose_last_role_ends_keeps_no_device_no_number_and_no_notice(cast: Cast, anna: Client) -> None:
    device = a_device(cast.therapist)
    a_number(cast.therapist)
    anna.post(f"{PAGE}devices/{device.pk}/try/")
    assert leftovers(cast.therapist) == (1, 1, 1)
    end_staff_membership(
        by=cast.admin, membership=cast.therapist.memberships.get(), successor=cast.unassigned_therapist
    )
    assert leftovers(cast.therapist) == (0, 0, 0)
    assert PushDevice.objects.get(pk=device.pk).ending == "left"


def test_signing_out_everywhere_else_ends_the_devices_in_the_same_transaction(
    cast: Cast, anna: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    device = a_device(cast.therapist)
    other = a_device(cast.supervisor)

    def broken(*args: Any, **kwargs: Any) -> None:
        raise RuntimeError

    with monkeypatch.context() as patch:
        patch.setattr("allauth.usersessions.views.ListUserSessionsView.form_valid", broken)
        with pytest.raises(RuntimeError):
            anna.post("/account/sessions/")
    assert PushDevice.objects.live().count() == 2
    answer = anna.post("/account/sessions/", follow=True)
    assert "Notices to your devices have ended, too" in answer.content.decode()
    device.refresh_from_db()
    assert device.ending == "signed_out"
    assert list(PushDevice.objects.live()) == [other]


def test_notice_to_somebody_deactivated_is_not_sent(cast: Cast, anna: Client) -> None:
    device = a_device(cast.therapist)
    anna.post(f"{PAGE}devices/{device.pk}/try/")
    User.objects.filter(pk=cast.therapist.pk).update(is_active=False)
    deliver()
    assert Reminder.objects.get(kind="notice_trial").state == "cancelled"


def test_list_of_what_was_sent_shows_the_channel(cast: Cast, anna: Client) -> None:
    device = a_device(cast.therapist)
    anna.post(f"{PAGE}devices/{device.pk}/try/")
    Reminder.objects.update(state="failed")
    ada = Client()
    ada.force_login(cast.admin, backend=BACKEND)
    page = ada.get("/desk/deliveries/").content.decode()
    assert "a trial notice" in page
    assert '<span class="small quiet">device</span>' in page
    assert "The device can not be reached" in page
    assert "Check the address with the patient" not in page


# Words and settings


@pytest.mark.parametrize(
    ("said", "label"),
    [
        (CHROME, "Chrome on Android"),
        ("Mozilla/5.0 (Windows NT 10.0; Win64; x64) Chrome/140.0 Safari/537.36 Edg/140.0", "Edge on Windows"),
        ("Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) Version/18.0 Safari/605.1.15", "Safari on Mac"),
        ("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", "Firefox on Linux"),
        ("<script>", "A browser"),
    ],
)
def test_device_is_named_by_browser_and_system(said: str, label: str) -> None:
    assert device_label(said) == label


def environment(monkeypatch: pytest.MonkeyPatch, **given: str) -> FileAwareEnv:
    for name in (
        "PUSH_PRIVATE_KEY",
        "PUSH_CONTACT",
        "PUSH_HOSTS",
        "SMS_URL",
        "SMS_TOKEN",
        "SMS_SECRET",
        "SMS_SENDER",
    ):
        monkeypatch.delenv(name, raising=False)
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    return FileAwareEnv()


def test_key_that_the_command_makes_is_one_that_the_settings_take(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    call_command("make_push_key")
    name, _, key = capsys.readouterr().out.strip().partition("=")
    env = environment(monkeypatch, **{name: key, "PUSH_HOSTS": "push.example.org,*.push.example.net"})
    push = channel_settings.push(env, "Team <no-reply@clinic.example>")
    assert push
    assert push.contact == "mailto:no-reply@clinic.example"
    assert push.hosts[-2:] == ("push.example.org", "*.push.example.net")


def test_without_any_of_it_there_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    env = environment(monkeypatch)
    assert channel_settings.push(env, "a@b.example") is None
    assert channel_settings.sms(env, is_demo=False) is None


@pytest.mark.parametrize(
    "given",
    [
        {"PUSH_PRIVATE_KEY": "short"},
        {"PUSH_PRIVATE_KEY": "A" * 43, "PUSH_CONTACT": "somebody"},
        {"PUSH_PRIVATE_KEY": "A" * 43, "PUSH_HOSTS": "https://push.example.org"},
        {"PUSH_PRIVATE_KEY": "A" * 43, "PUSH_HOSTS": "*"},
        {"SMS_URL": "https://sms.example/send"},
        {"SMS_URL": "http://sms.example/send", "SMS_TOKEN": "t", "SMS_SECRET": "s", "SMS_SENDER": "T"},
    ],
)
def test_setting_that_is_wrong_stops_the_start_with_its_name(
    monkeypatch: pytest.MonkeyPatch, given: dict[str, str]
) -> None:
    env = environment(monkeypatch, **given)

    def start() -> None:
        channel_settings.push(env, "a@b.example")
        channel_settings.sms(env, is_demo=False)

    with pytest.raises(ImproperlyConfigured, match=r"PUSH_|SMS_"):
        start()


def test_what_leaves_the_audit_trail_holds_no_number_and_no_address(cast: Cast) -> None:
    browser = a_browser()
    a_device(cast.therapist, browser)
    a_number(cast.therapist)
    rows = json.dumps(list(AuditEvent.objects.values()), default=str)
    assert NUMBER not in rows
    assert browser.endpoint not in rows
