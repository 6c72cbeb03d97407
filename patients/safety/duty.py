"""Who looks after alerts now. Reads the rota; when it is empty, everybody who may is asked."""

from datetime import date, datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import Exists, OuterRef, Q, QuerySet

from painclinic.access.permissions import Permission, allows
from painclinic.accounts.models import Clinic, Membership, Role, User
from patients.models.duty import DutyShift
from patients.safety.ruleset import Standing, standing_of

# So that a shared illness does not leave a clinic without anybody (clinical reference, 4.1).
FEWEST = 2
HANDLING = [role for role in Role.values if allows(role, Permission.ALERT_HANDLE)]


def rota(clinic_id: UUID | OuterRef) -> QuerySet[DutyShift]:
    """The shifts that count: of people who still work at the clinic in a role that may."""
    working = Membership.objects.active().filter(
        user=OuterRef("user_id"), clinic=OuterRef("clinic_id"), role__in=HANDLING, user__is_active=True
    )
    return DutyShift.objects.filter(Exists(working), clinic_id=clinic_id, ended_at=None)


def shifts_on(clinic: Clinic, day: date) -> list[DutyShift]:
    """The shifts of a day, in the order in which people are asked. Dates come before weekdays."""
    found = list(rota(clinic.pk).filter(_of(day)).select_related("user").order_by("order", "created_at"))
    orders_by_date = {shift.order for shift in found if shift.weekday is None}
    return [shift for shift in found if shift.weekday is None or shift.order not in orders_by_date]


def _of(day: date) -> Q:
    return Q(weekday=day.isoweekday()) | Q(first_day__lte=day, last_day__gte=day)


def on_duty(clinic: Clinic, at: datetime, order: int) -> list[User]:
    """Who is asked first or second at a moment; nobody when the rota has nobody for it."""
    day = at.astimezone(ZoneInfo(clinic.timezone)).date()
    return [shift.user for shift in shifts_on(clinic, day) if shift.order == order]


def is_on_call(clinic: Clinic, at: datetime) -> bool:
    """Whether somebody of the rota answers at any hour of this day."""
    day = at.astimezone(ZoneInfo(clinic.timezone)).date()
    return Clinic.objects.filter(somebody_on_call(day, clinic="pk"), pk=clinic.pk).exists()


def somebody_on_call(day: date, *, clinic: str) -> Exists:
    """The same as a condition for rows whose column `clinic` names the clinic, on the clinic's `day`.

    On a day on which the clinic is closed only who is on the rota for that date is there: nobody is to
    believe that somebody answers because the day is a Monday.
    """
    dated = rota(OuterRef("clinic_id")).filter(_of(day), order=OuterRef("order"), weekday=None)
    usual = Q(weekday__isnull=False) & (Exists(dated) | Q(clinic__closed_days__has_key=day.isoformat()))
    return Exists(rota(OuterRef(clinic)).filter(_of(day), is_on_call=True).exclude(usual))


def people_on_rota(clinic_id: UUID) -> int:
    """How many different people are on the rota from now on."""
    return rota(clinic_id).values("user_id").distinct().count()


def staff_of(clinic_id: UUID, *roles: str) -> list[User]:
    """The clinic's people in these roles who may handle alerts; all of them when no role is named."""
    members = Membership.objects.active().filter(
        clinic_id=clinic_id, role__in=roles or HANDLING, user__is_active=True
    )
    return [member.user for member in members.select_related("user").order_by("started_at")]


def unmet(clinic: Clinic) -> list[str]:
    """What a clinic lacks before anybody can be treated: `crisis-lines`, `rota`, `rules`.

    Clinical reference, 4.1.
    """
    faults: list[str] = []
    if not _has_lines(clinic):
        faults.append("crisis-lines")
    if people_on_rota(clinic.pk) < FEWEST:
        faults.append("rota")
    if standing_of(clinic) == Standing.UNSIGNED:
        faults.append("rules")
    return faults


def _has_lines(clinic: Any) -> bool:
    return bool(clinic.emergency_number) and clinic.crisis_lines.exists()
