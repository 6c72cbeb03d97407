"""Turning the sleep-window tools on and off: a therapist's decision, with its safety stops."""

from collections.abc import Collection

from django.db import transaction

from painclinic.accounts.models import User
from painclinic.audit.actions import record
from painclinic.audit.models import Action
from patients.models import Enrolment, SleepWindow
from programs.formulas.sleep_window import DEFAULT_MINIMUM, LEAST_MINIMUM, MOST_MINIMUM


class StopNotRuledOutError(Exception):
    """Every stop has to be asked about and ruled out."""


class WindowTooShortError(Exception):
    """The minimum lies outside of what is safe."""


class WindowReasonNeededError(Exception):
    """The patient is told why."""


@transaction.atomic
def turn_on_sleep_window(
    *,
    by: User,
    enrolment: Enrolment,
    reason: str,
    ruled_out: Collection[str],
    minimum: int = DEFAULT_MINIMUM,
) -> SleepWindow:
    """Let the patient see an earliest bed time. Tools that are on already stay as they are.

    Source of stops and minimum: W10 in the clinical reference (1.3). Raises StopNotRuledOutError,
    WindowTooShortError, WindowReasonNeededError.
    """
    if not set(SleepWindow.Stop.values) <= set(ruled_out):
        raise StopNotRuledOutError
    if not LEAST_MINIMUM <= minimum <= MOST_MINIMUM:
        raise WindowTooShortError
    newest = _newest(enrolment)
    if newest and newest.is_on:
        return newest
    return _append(by, enrolment, reason, is_on=True, minimum=minimum, ruled_out=SleepWindow.Stop.values)


@transaction.atomic
def turn_off_sleep_window(*, by: User, enrolment: Enrolment, reason: str) -> SleepWindow | None:
    """Take the suggestion away; None when the tools were off. Raises WindowReasonNeededError."""
    newest = _newest(enrolment)
    if newest is None or not newest.is_on:
        return None
    return _append(by, enrolment, reason, is_on=False, minimum=newest.minimum, ruled_out=[])


def _newest(enrolment: Enrolment) -> SleepWindow | None:
    """The row that counts, read under the enrolment's lock."""
    Enrolment.objects.select_for_update(no_key=True, of=("self",)).get(pk=enrolment.pk)
    return SleepWindow.objects.filter(enrolment=enrolment).newest()


def _append(
    by: User, enrolment: Enrolment, reason: str, *, is_on: bool, minimum: int, ruled_out: list[str]
) -> SleepWindow:
    if not reason.strip():
        raise WindowReasonNeededError
    row = SleepWindow.objects.create(
        enrolment=enrolment,
        patient_id=enrolment.patient_id,
        clinic_id=enrolment.clinic_id,
        is_on=is_on,
        minimum=minimum,
        ruled_out=ruled_out,
        reason=reason.strip()[: SleepWindow.MAX_REASON],
        by=by,
    )
    record(by=by, action=Action.WRITE, verb=f"sleep-window-{'on' if is_on else 'off'}", obj=row)
    return row
