"""Where each reminder goes, looked up when it is sent: whoever took a device off is told there no more."""

from collections.abc import Iterable
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from django.conf import settings

from messaging.models import PushDevice, Reminder, SmsNumber
from painclinic.crypto import keys

Channel = Reminder.Channel


def addresses_of(claimed: Iterable[Reminder]) -> dict[UUID, Any]:
    """The devices and numbers of reminders by push and text; one without is left out. None for mails."""
    found = _devices(claimed) | _numbers(claimed)
    if found:
        keys.prefetch({address.user_id for address in found.values()})
    return found


def server_of(reminder: Reminder, address: Any) -> str:
    """The server that an address is at, to leave it alone for a while when it does not answer."""
    if reminder.channel == Channel.PUSH:
        return urlsplit(str(address.endpoint)).netloc
    return str(reminder.channel)


def _devices(claimed: Iterable[Reminder]) -> dict[UUID, Any]:
    wanted = {one.pk: one for one in claimed if one.channel == Channel.PUSH}
    if not wanted or settings.PUSH is None:
        return {}
    ids = {one.device_id for one in wanted.values() if one.device_id}
    live = {device.pk: device for device in PushDevice.objects.live().filter(pk__in=ids)}
    return {
        pk: live[one.device_id]
        for pk, one in wanted.items()
        if one.device_id in live and live[one.device_id].user_id == one.user_id
    }


def _numbers(claimed: Iterable[Reminder]) -> dict[UUID, Any]:
    """The number that its person has proven; for the code that proves it, the number that it is about."""
    wanted = [one for one in claimed if one.channel == Channel.SMS]
    if not wanted or settings.SMS is None:
        return {}
    live = list(SmsNumber.objects.live().filter(user_id__in={one.user_id for one in wanted}))
    proven = {number.user_id: number for number in live if number.proven_at}
    unproven: dict[UUID | None, SmsNumber] = {number.pk: number for number in live if not number.proven_at}
    found = {
        one.pk: unproven.get(one.target_id) if one.kind == Reminder.Kind.ACCOUNT else proven.get(one.user_id)
        for one in wanted
    }
    return {pk: number for pk, number in found.items() if number}
