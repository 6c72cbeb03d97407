"""`visible_to` of every model, asked by everybody; and the table of roles."""

from collections.abc import Iterator
from typing import Any

import pytest

from painclinic.access.permissions import ROLE_PERMISSIONS, Permission, allows
from painclinic.access.scoping import ScopedQuerySet, clinics_where
from painclinic.accounts.models import Role, User
from tests.access.rows import owners, patients_of, row_faults, scoped_models
from tests.access.table import ROWS
from tests.access.visits import PAGES
from tests.access.world import TREATED, World, a_world

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def world(django_db_setup: None, django_db_blocker: Any) -> Iterator[World]:
    with django_db_blocker.unblock(), a_world() as made:
        gone = made.people["gone"]
        assert gone
        User.objects.filter(pk=gone.pk).update(is_active=False)
        yield made


def test_everybody_sees_the_rows_they_may_and_no_others(world: World) -> None:
    faults = list(row_faults(world))
    assert not faults, "\n".join(["", *faults])


def test_every_model_of_patients_has_rows_to_be_seen(world: World) -> None:
    """Else the test above says nothing about it."""
    names = patients_of(world)
    empty = {
        model.__name__
        for model in scoped_models()
        if "maria" not in owners(model._default_manager.all(), names)
    }
    assert not empty


def test_treated_by_leaves_out_the_administration(world: World) -> None:
    from patients.models import Patient

    names = patients_of(world)
    for person, user in world.people.items():
        if user:
            viewer = User.objects.get(pk=user.pk)
            assert owners(Patient.objects.treated_by(viewer), names) == TREATED.get(person, set()), person


def test_a_queryset_that_forgets_to_say_who_may_see_it_gives_nothing(world: World) -> None:
    with pytest.raises(NotImplementedError):
        ScopedQuerySet(User).visible_to(world.cast.admin)


def test_an_unknown_role_may_do_nothing() -> None:
    assert not any(allows("director", permission) for permission in Permission)
    assert not clinics_where(None, Permission.PATIENT_VIEW)


def test_every_role_has_a_line_and_every_permission_a_use() -> None:
    assert set(ROLE_PERMISSIONS) == set(Role)
    asked = {PAGES[row.page].permission for row in ROWS}
    # Asked for within pages or by conditions of rows.
    within = {
        Permission.ALERT_HANDLE,
        Permission.HOMEWORK_REVIEW,
        Permission.MESSAGE_SEND,
        Permission.COURSE_STEER,
        Permission.REPORT_MAKE,
        Permission.ADVERSE_RECORD,
        Permission.ADVERSE_LEAD,
    }
    assert set(Permission) == {permission for permission in asked if permission} | within


@pytest.mark.parametrize(
    "permission", [Permission.HOMEWORK_REVIEW, Permission.MESSAGE_SEND, Permission.COURSE_STEER]
)
def test_only_therapists_act_on_a_treatment(permission: Permission) -> None:
    assert [role for role in Role if allows(role, permission)] == [Role.THERAPIST]


def test_administration_and_treatment_share_only_what_is_about_nobody() -> None:
    shared = ROLE_PERMISSIONS[Role.CLINIC_ADMIN] & (
        ROLE_PERMISSIONS[Role.THERAPIST] | ROLE_PERMISSIONS[Role.SUPERVISOR] | ROLE_PERMISSIONS[Role.PATIENT]
    )
    assert shared == {
        Permission.ACCOUNT_KEEP,
        Permission.DRAFT_SAVE,
        Permission.NOTICES_KEEP,
        Permission.RESULTS_VIEW,
        Permission.RULES_VIEW,
        Permission.CHAIN_VIEW,
        # Without names and without what anybody wrote.
        Permission.ADVERSE_EXPORT,
        Permission.SAFETY_VIEW,
    }
