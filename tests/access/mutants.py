"""Holes made on purpose, one at a time: the access table has to notice each of them."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import pytest
from django.apps import apps
from django.db.models import Q
from django.http import HttpRequest

from painclinic.access import api, decorators
from painclinic.access.permissions import ROLE_PERMISSIONS, Permission
from painclinic.access.scoping import ScopedQuerySet
from painclinic.accounts.models import Role, User
from patients import access as patient_access
from patients.models import scope
from tests.access.rows import row_faults, scoped_models
from tests.access.table import ROWS, Row
from tests.access.visits import PAGES, Visits
from therapists import access as staff_access

PEOPLE_OF = {
    Role.PATIENT: ["own", "pat", "far", "new"],
    Role.THERAPIST: ["ther", "same", "was", "thfar", "emer"],
    Role.SUPERVISOR: ["sup"],
    Role.CLINIC_ADMIN: ["adm", "admfar"],
}
# Asked for within a page, beside PATIENT_VIEW, which opens it.
ACTS = {
    Permission.HOMEWORK_REVIEW: "therapists:homework-review-POST",
    Permission.MESSAGE_SEND: "therapists:patient-messages-POST",
    Permission.COURSE_STEER: "therapists:hold-release-POST",
}
# Pages about oneself take a patient of one's own to be on, whatever the role: held twice.
ABOUT_ONESELF = {
    Permission.COURSE_WORK,
    Permission.OWN_MESSAGES,
    Permission.OWN_RECORD,
    Permission.CONSENT_GIVE,
}


@dataclass(frozen=True)
class Mutant:
    """A hole: how it is made, and the pages and people that could fall through it.

    `in_rows` are holes in what `visible_to` gives, which pages often close by a second condition:
    they are looked for in the rows first.
    """

    name: str
    make: Callable[[pytest.MonkeyPatch], None]
    rows: list[Row]
    people: list[str] = field(default_factory=list)
    in_rows: tuple[Any, ...] = ()

    def is_noticed(self, visits: Visits) -> bool:
        """Whether any answer is not what the table says, shows what it may not or changes what it may not."""
        if self.in_rows and next(row_faults(visits.world, list(self.in_rows)), ""):
            return True
        for row in self.rows:
            for person in self.people or list(row.cells):
                seen = visits.ask(row, person)
                is_refused = person not in row.allowed()
                if row.fault(seen) or seen.leaks or (is_refused and seen.changed):
                    return True
        return False


def all_mutants() -> Iterator[Mutant]:
    yield from dropped_gates()
    yield from widened_roles()
    yield from forgotten_conditions()


def rows_of(page: str) -> list[Row]:
    return [row for row in ROWS if row.page == page]


def dropped_gates() -> Iterator[Mutant]:
    """One page at a time lets everybody through."""
    for page in PAGES.values():
        if page.is_public:
            continue
        if page.is_api:
            yield Mutant(
                f"no gate at {page.name}",
                lambda patch: patch.setattr(api.HasPermission, "has_permission", lambda *_: True),
                rows_of(page.name),
            )
        else:
            yield Mutant(f"no gate at {page.name}", _without_gate(page.name), rows_of(page.name))


def _without_gate(name: str) -> Callable[[pytest.MonkeyPatch], None]:
    plain = decorators._gate

    def gate(request: HttpRequest, *args: Any) -> Any:
        if request.resolver_match is None or request.resolver_match.view_name != name:
            return plain(request, *args)
        memberships = request.user.active_memberships if isinstance(request.user, User) else []
        nobody = SimpleNamespace(clinic_id=None, clinic=None, role="", user_id=None)
        request.membership = memberships[0] if memberships else nobody  # type: ignore[attr-defined]  # as _gate
        return None

    return lambda patch: patch.setattr(decorators, "_gate", gate)


def widened_roles() -> Iterator[Mutant]:
    """Each role is given each permission that it does not have."""
    for role, held in ROLE_PERMISSIONS.items():
        for permission in Permission:
            rows = [row for row in ROWS if PAGES[row.page].permission == permission]
            if permission in ACTS and role == Role.SUPERVISOR:
                rows = [row for row in ROWS if row.id == ACTS[permission]]
            if permission in held or not rows or permission in ABOUT_ONESELF:
                continue
            yield Mutant(
                f"{role} may {permission}",
                lambda patch, role=role, wide=held | {permission}: patch.setitem(
                    ROLE_PERMISSIONS, role, wide
                ),
                rows,
                PEOPLE_OF[Role(role)],
            )


def _widened(role: str, permission: Permission) -> Callable[[pytest.MonkeyPatch], None]:
    return lambda patch: patch.setitem(ROLE_PERMISSIONS, role, ROLE_PERMISSIONS[role] | {permission})


def _returning(value: Any) -> Callable[..., Any]:
    return lambda *args, **kwargs: value


RECORDS = [row for row in ROWS if PAGES[row.page].kwargs and "404" in row.cells.values()]
LISTS = [row for row in ROWS if row.trace in {"list", "both"}]
OWN = [row for row in ROWS if row.page.startswith(("patients:", "messaging:"))]


def _everybody_in(patch: pytest.MonkeyPatch) -> None:
    for model in apps.get_models():
        queryset = type(model._default_manager.all())
        if issubclass(queryset, ScopedQuerySet):
            patch.setattr(queryset, "visible_to", lambda self, user: self.all())
            if hasattr(queryset, "treated_by"):
                patch.setattr(queryset, "treated_by", lambda self, user: self.all())


def _ended_assignments_count(user: User) -> Any:
    return apps.get_model("patients", "Assignment").objects.filter(therapist=user).values("patient_id")


def _any_emergency_counts(user: User) -> Any:
    return apps.get_model("patients", "EmergencyAccess").objects.all().values("patient_id")


def _any_patient_of_the_clinic(user: User) -> Any:
    clinics = [membership.clinic_id for membership in user.active_memberships]
    return apps.get_model("patients", "Patient").objects.filter(clinic_id__in=clinics).values("pk")


def _set(where: Any, name: str, value: Any) -> Callable[[pytest.MonkeyPatch], None]:
    return lambda patch: patch.setattr(where, name, value)


def forgotten_conditions() -> Iterator[Mutant]:
    """Conditions of who may see and do what, each left out or turned into another."""
    without_factor = _set(decorators, "second_factor_missing", _returning(False))
    yield Mutant("no second factor is asked for", without_factor, ROWS, ["n2f"])
    without_factor = _set(api, "second_factor_missing", _returning(False))
    yield Mutant("no second factor for the API", without_factor, rows_of("patients:draft-api"), ["n2f"])
    yield Mutant("no act is refused", _set(staff_access, "may", _returning(True)), ROWS, ["sup"])
    without_consent = _set(patient_access, "text_to_agree_to", _returning(None))
    yield Mutant("no consent is asked for", without_consent, OWN, ["new"])
    every_role = property(lambda user: list(user.memberships.all()))
    yield Mutant("ended roles count", _set(User, "active_memberships", every_role), ROWS, ["ended"])
    yield Mutant("every row is visible to everybody, seen on pages", _everybody_in, RECORDS + LISTS)
    for name, make in CONDITIONS.items():
        yield Mutant(name, make, RECORDS + LISTS, in_rows=tuple(scoped_models()))
    for model in scoped_models():
        opened = _set(type(model._default_manager.all()), "visible_to", lambda rows, user: rows.all())
        yield Mutant(f"{model.__name__} is visible to everybody", opened, RECORDS, in_rows=(model,))


CONDITIONS = {
    "ended assignments count": _set(scope, "assigned_patients", _ended_assignments_count),
    "a therapist sees the whole clinic": _set(scope, "assigned_patients", _any_patient_of_the_clinic),
    "a patient sees the whole clinic": _set(scope, "own_patients", _any_patient_of_the_clinic),
    "anybody's emergency counts": _set(scope, "emergency_patients", _any_emergency_counts),
    "every role sees what a supervisor sees": _set(
        scope, "_clinics_as", lambda user, role: [m.clinic_id for m in user.active_memberships]
    ),
    "administration reads therapy": _set(
        scope, "_clinics_as", lambda user, role: scope.clinics_where(user, Permission.ACCOUNT_KEEP)
    ),
    "everybody administers": _set(
        scope, "administrative_scope", lambda user, clinic="clinic_id": ~Q(pk__in=[])
    ),
}
