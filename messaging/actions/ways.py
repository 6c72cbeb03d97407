"""Devices and numbers that staff are told by: added, tried, proven and ended by their own person."""

import base64
import binascii
import hashlib
import hmac
import secrets
from datetime import timedelta
from typing import Any
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric import ec
from django.conf import settings
from django.db import transaction
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext as _

from messaging.actions.outbox import own_key, queue_account_mail
from messaging.channels.push import check_endpoint
from messaging.models import PushDevice, Reminder, SmsNumber
from messaging.tasks import ring_after_commit
from painclinic import clock
from painclinic.accounts.models import User
from painclinic.audit.actions import Actor, record
from painclinic.audit.models import Action
from painclinic.ids import new_id

Ending = PushDevice.Ending
MOST_TRIALS_AN_HOUR = 10
TRIAL_LASTS = timedelta(minutes=10)


class BadKeysError(Exception):
    """What the browser gave to encrypt for it can not be used."""


class TooManyDevicesError(Exception):
    """There are as many devices as one person may have."""


class TooOftenError(Exception):
    """Too many codes or trials in a short time."""


@transaction.atomic
def add_device(*, by: User, endpoint: str, p256dh: str, auth: str, label: str) -> PushDevice:
    """Tell this person on this browser from now on. A browser belongs to whoever added it last.

    Raises UnknownPushServiceError, BadKeysError, TooManyDevicesError.
    """
    check_endpoint(endpoint)
    _check_keys(p256dh, auth)
    User.objects.select_for_update(no_key=True).get(pk=by.pk)
    digest = hashlib.sha256(endpoint.encode()).hexdigest()
    same = list(PushDevice.objects.live().select_for_update(no_key=True).filter(endpoint_digest=digest))
    device = next((one for one in same if one.user_id == by.pk), None)
    if device is None:
        if PushDevice.objects.live().filter(user=by).count() >= PushDevice.MOST:
            raise TooManyDevicesError
        _end(by, same, Ending.TAKEN_OVER)
        own_key(by.pk)
        device = PushDevice(user=by, endpoint_digest=digest, created_at=clock.now())
    device.endpoint, device.keys, device.label = endpoint, {"p256dh": p256dh, "auth": auth}, label[:80]
    device.save()
    record(by=by, action=Action.WRITE, verb="notice-device-add", obj=device)
    return device


@transaction.atomic
def remove_device(*, by: User, device: PushDevice) -> None:
    """Tell nobody there any more; what was kept to reach it is wiped."""
    _end(by, list(PushDevice.objects.live().filter(pk=device.pk)), Ending.REMOVED)


@transaction.atomic
def end_devices(*, by: Actor, user: User, ending: PushDevice.Ending) -> int:
    """End all devices of a person at once; returns how many there were."""
    live = list(PushDevice.objects.live().filter(user=user))
    _end(by, live, ending)
    return len(live)


@transaction.atomic
def end_ways(*, by: Actor, user: User) -> None:
    """For somebody whose last role has ended: no device and no number of theirs is kept."""
    end_devices(by=by, user=user, ending=Ending.LEFT)
    _end_numbers(by, user)


@transaction.atomic
def note_gone(*, by: Actor, device: PushDevice) -> None:
    """The push service knows the device no longer: it ends, and its person is told by mail."""
    _end(by, [device], Ending.GONE)
    user = device.user
    with translation.override(user.language):
        text = render_to_string("emails/device_gone.txt", {"page": f"{settings.SITE_URL}/account/notices/"})
        queue_account_mail(
            by=by, user=user, subject=_("A device can not be reached"), body=text.strip() + "\n"
        )


def note_success(address: Any) -> None:
    """The device or number took a notice just now."""
    if isinstance(address, PushDevice | SmsNumber):
        type(address).objects.filter(pk=address.pk).update(last_success_at=clock.now())


@transaction.atomic
def try_device(*, by: User, device: PushDevice, clinic_id: UUID) -> None:
    """Send a trial to one device. Raises TooOftenError."""
    since = clock.now() - timedelta(hours=1)
    trials = Reminder.objects.filter(user=by, kind=Reminder.Kind.NOTICE_TRIAL, planned_at__gt=since)
    if trials.count() >= MOST_TRIALS_AN_HOUR:
        raise TooOftenError
    row = _row(by, Reminder.Kind.NOTICE_TRIAL, f"{Reminder.Channel.PUSH}.{device.pk.hex}", TRIAL_LASTS)
    row.channel, row.device, row.clinic_id = Reminder.Channel.PUSH, device, clinic_id
    row.save(force_insert=True)
    record(by=by, action=Action.WRITE, verb="notice-device-try", obj=device)
    ring_after_commit()


@transaction.atomic
def give_number(*, by: User, number: str) -> SmsNumber:
    """Send a code to a number (E.164); until it is typed, the number that was proven before stays in use.

    Raises TooOftenError.
    """
    User.objects.select_for_update(no_key=True).get(pk=by.pk)
    now = clock.now()
    given = SmsNumber.objects.filter(user=by)
    if (
        given.filter(created_at__gt=now - timedelta(hours=1)).count() >= SmsNumber.MOST_AN_HOUR
        or given.filter(created_at__gt=now - timedelta(days=1)).count() >= SmsNumber.MOST_A_DAY
    ):
        raise TooOftenError
    given.live().filter(proven_at=None).update(ended_at=now, number=None, code_digest="")
    own_key(by.pk)
    code = f"{secrets.randbelow(10**6):06d}"
    row = SmsNumber(user=by, number=number, code_until=now + SmsNumber.CODE_LASTS, created_at=now)
    row.code_digest = _digest(row.pk, code)
    row.save()
    _send_code(by, row, code)
    record(by=by, action=Action.WRITE, verb="notice-number-give", obj=row)
    return row


@transaction.atomic
def prove_number(*, by: User, code: str) -> bool:
    """Take the code that was sent; returns whether it was right, in time, and not tried too often."""
    row = SmsNumber.objects.unproven().select_for_update(no_key=True).filter(user=by).first()
    if row is None:
        return False
    is_right = hmac.compare_digest(row.code_digest, _digest(row.pk, code))
    if is_right:
        SmsNumber.objects.proven().filter(user=by).update(ended_at=clock.now(), number=None)
        row.proven_at, row.code_digest = clock.now(), ""
    else:
        row.tries += 1
    row.save()
    record(
        by=by, action=Action.WRITE, verb="notice-number-prove" if is_right else "notice-number-wrong", obj=row
    )
    return is_right


@transaction.atomic
def remove_number(*, by: User) -> None:
    """Send no texts any more; the number is wiped."""
    _end_numbers(by, by)


def _end(by: Actor, devices: list[PushDevice], ending: str) -> None:
    ids = [device.pk for device in devices]
    live = PushDevice.objects.live().filter(pk__in=ids)
    if live.update(ended_at=clock.now(), ending=ending, endpoint=None, keys=None):
        record(
            by=by,
            action=Action.WRITE,
            verb="notice-device-end",
            object_type="messaging.pushdevice",
            object_ids=ids,
        )


def _end_numbers(by: Actor, user: User) -> None:
    live = SmsNumber.objects.live().filter(user=user)
    ids = list(live.values_list("pk", flat=True))
    if live.update(ended_at=clock.now(), number=None, code_digest=""):
        record(
            by=by,
            action=Action.WRITE,
            verb="notice-number-end",
            object_type="messaging.smsnumber",
            object_ids=ids,
        )


def _check_keys(p256dh: str, auth: str) -> None:
    try:
        point, secret = _decoded(p256dh), _decoded(auth)
        ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), point)
    except (ValueError, binascii.Error):
        raise BadKeysError from None
    if len(point) != 65 or len(secret) != 16:
        raise BadKeysError


def _decoded(text: str) -> bytes:
    return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)


def _digest(number_id: UUID, code: str) -> str:
    return hmac.new(settings.SECRET_KEY.encode(), f"sms:{number_id}:{code}".encode(), "sha256").hexdigest()


def _send_code(user: User, number: SmsNumber, code: str) -> None:
    row = _row(user, Reminder.Kind.ACCOUNT, Reminder.Channel.SMS, SmsNumber.CODE_LASTS)
    row.channel, row.target_id = Reminder.Channel.SMS, number.pk
    with translation.override(user.language):
        row.body = _("%(code)s is your code. It works for ten minutes.") % {"code": code}
    row.save(force_insert=True)
    ring_after_commit()


def _row(user: User, kind: Reminder.Kind, way: str, lasts: timedelta) -> Reminder:
    now, pk = clock.now(), new_id()
    return Reminder(
        id=pk,
        dedupe_key=f"{kind}:{user.pk}:{pk}:{way}",
        kind=kind,
        user=user,
        due_at=now,
        not_after=now + lasts,
        planned_at=now,
    )
