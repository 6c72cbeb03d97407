"""Rows of the outbox for notices to staff: one for each person and way.

By mail always. By web push and text message, to whoever set them up, when the notice is pressing.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from django.conf import settings

from messaging.models import PushDevice, Reminder, SmsNumber
from painclinic import clock

Channel = Reminder.Channel


@dataclass(frozen=True)
class Notice:
    """Something of which people are told now. `cause_id` tells one telling from the next."""

    kind: Reminder.Kind
    clinic_id: UUID
    target_id: UUID
    cause_id: UUID
    user_ids: tuple[UUID, ...]
    is_pressing: bool
    helps_for: timedelta


def rows_of(notices: Iterable[Notice]) -> list[Reminder]:
    """The rows, not stored yet. At most two queries, and none when nothing is pressing.

    Each has a key of its own: kind, person, cause, and in the last place the channel.
    """
    wanted = list(notices)
    pressing = {user_id for notice in wanted if notice.is_pressing for user_id in notice.user_ids}
    devices, texted = _devices_of(pressing), _texted(pressing)
    rows = []
    for notice in wanted:
        for user_id in notice.user_ids:
            rows.append(_row(notice, user_id, Channel.EMAIL))
            if notice.is_pressing:
                rows += [_row(notice, user_id, Channel.PUSH, device_id) for device_id in devices[user_id]]
                rows += [_row(notice, user_id, Channel.SMS)] if user_id in texted else []
    return rows


def _devices_of(user_ids: set[UUID]) -> dict[UUID, list[UUID]]:
    found: dict[UUID, list[UUID]] = defaultdict(list)
    if user_ids and settings.PUSH:
        for pk, user_id in (
            PushDevice.objects.live().filter(user_id__in=user_ids).values_list("pk", "user_id")
        ):
            found[user_id].append(pk)
    return found


def _texted(user_ids: set[UUID]) -> set[UUID]:
    if not user_ids or settings.SMS is None:
        return set()
    return set(SmsNumber.objects.proven().filter(user_id__in=user_ids).values_list("user_id", flat=True))


def _row(notice: Notice, user_id: UUID, channel: str, device_id: UUID | None = None) -> Reminder:
    now = clock.now()
    way = f"{channel}.{device_id.hex}" if device_id else channel
    return Reminder(
        dedupe_key=f"{notice.kind}:{user_id}:{notice.cause_id}:{way}",
        kind=notice.kind,
        clinic_id=notice.clinic_id,
        user_id=user_id,
        target_id=notice.target_id,
        channel=channel,
        device_id=device_id,
        due_at=now,
        not_after=now + notice.helps_for,
        planned_at=now,
    )
