"""The duty rota: who looks after alerts on which day."""

from collections.abc import Iterable
from datetime import date

from django.db import IntegrityError, transaction

from painclinic import clock
from painclinic.accounts.models import Clinic, Membership, User
from painclinic.audit.actions import Actor, record
from painclinic.audit.models import Action
from patients.models import DutyShift
from patients.safety.duty import HANDLING


class CannotHandleError(Exception):
    """Only therapists and supervisors who work at the clinic look after alerts."""


class NoDaysError(Exception):
    """A shift has weekdays, or a first and a last day."""


@transaction.atomic
def add_shifts(
    *,
    by: Actor,
    clinic: Clinic,
    user: User,
    order: int,
    weekdays: Iterable[int] = (),
    first_day: date | None = None,
    last_day: date | None = None,
    is_on_call: bool = False,
) -> list[DutyShift]:
    """Put somebody on the rota: each week on these days, or on every day of some dates.

    What is there already stays as it is. Raises CannotHandleError, NoDaysError.
    """
    working = Membership.objects.active().filter(user=user, clinic=clinic, role__in=HANDLING)
    if not user.is_active or not working.exists():
        raise CannotHandleError
    days = sorted(set(weekdays))
    spans = [(first_day, last_day)] if first_day and last_day and first_day <= last_day else []
    if bool(days) == bool(spans):
        raise NoDaysError
    maker = by if isinstance(by, User) else None
    shift = {"clinic": clinic, "user": user, "order": order, "is_on_call": is_on_call, "created_by": maker}
    made = [DutyShift(**shift, weekday=day) for day in days]
    made += [DutyShift(**shift, first_day=first, last_day=last) for first, last in spans]
    stored = [one for one in made if _store(one)]
    record(
        by=by,
        action=Action.WRITE,
        verb="duty-add",
        object_type="patients.dutyshift",
        object_ids=[one.pk for one in stored],
        clinic_id=clinic.pk,
    )
    return stored


@transaction.atomic
def end_shift(*, by: Actor, shift: DutyShift) -> None:
    """Take a shift off the rota; it stays as history."""
    shift = DutyShift.objects.select_for_update(no_key=True).get(pk=shift.pk)
    if shift.ended_at is None:
        shift.ended_at = clock.now()
        shift.save(update_fields=["ended_at"])
        record(by=by, action=Action.WRITE, verb="duty-end", obj=shift)


def _store(shift: DutyShift) -> bool:
    try:
        with transaction.atomic():
            shift.save(force_insert=True)
    except IntegrityError:
        return False
    return True
