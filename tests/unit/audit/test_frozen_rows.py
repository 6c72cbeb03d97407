"""What is history stays as it was written: the database itself refuses, whoever asks."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import pytest
from django.apps import apps
from django.db import DatabaseError, InternalError, ProgrammingError, connection, transaction

from painclinic.audit.actions import System, record
from painclinic.audit.models import Action, AuditEvent
from tests.access.world import World

pytestmark = pytest.mark.django_db
SwitchRole = Callable[[], AbstractContextManager[None]]

# Every model whose rows are history. Named here, so that nobody drops its triggers unseen.
HISTORY = {
    "audit.AuditEvent",
    "messaging.Delivery",
    "messaging.Message",
    "patients.AdverseEvent",
    "patients.AdverseVersion",
    "patients.AlertEvent",
    "patients.AlertHandler",
    "patients.AttentionMark",
    "patients.AttentionReading",
    "patients.AuditItem",
    "patients.AuditReview",
    "patients.AuditSample",
    "patients.CheckAnswer",
    "patients.Consent",
    "patients.ConsentText",
    "patients.CourseChange",
    "patients.DraftRevision",
    "patients.Entry",
    "patients.GoalRating",
    "patients.Homework",
    "patients.OccasionMissing",
    "patients.Response",
    "patients.Review",
    "patients.ReviewComment",
    "patients.RuleSetSignature",
    "patients.Score",
    "patients.SafetyPlan",
    "patients.SafetyPlanOffer",
    "patients.SleepWindow",
    "patients.StepRating",
    "patients.WorseSeen",
    "programs.InstrumentLicence",
    "programs.InstrumentVersion",
    "programs.MeasureSchedule",
}


def table_of(label: str) -> str:
    return apps.get_model(label)._meta.db_table


def refused(statement: str, *, by: type[DatabaseError]) -> bool:
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)
    except by:
        return True
    return False


@pytest.fixture(scope="module")
def world(django_db_setup: None, django_db_blocker: Any) -> Any:
    """One row of everything, for the whole module."""
    with django_db_blocker.unblock(), transaction.atomic():
        world = World()
        # Checks of foreign keys that wait for the commit would be in the way of TRUNCATE.
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        yield world
        transaction.set_rollback(True)


def test_history_is_what_is_named_here() -> None:
    frozen = {
        model._meta.label
        for model in apps.get_models()
        if "frozen" in {trigger.name for trigger in getattr(model._meta, "triggers", [])}
    }
    assert frozen == HISTORY


@pytest.mark.parametrize("label", sorted(HISTORY))
@pytest.mark.parametrize("role", ["owner", "application"])
def test_rows_of_history_can_only_be_added(label: str, role: str, world: World, app_role: SwitchRole) -> None:
    table = table_of(label)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM {table}")
        assert cursor.fetchone()[0], f"the world holds no row of {label}, so nothing would be refused"
    key = apps.get_model(label)._meta.pk.column
    statements = [f"UPDATE {table} SET {key} = {key}", f"DELETE FROM {table}", f"TRUNCATE {table} CASCADE"]
    if role == "owner":
        assert all(refused(statement, by=InternalError) for statement in statements)
    else:
        with app_role():
            assert all(refused(statement, by=(InternalError, ProgrammingError)) for statement in statements)


def test_the_application_may_only_add_to_the_trail_and_read_it() -> None:
    rights = ("SELECT", "INSERT", "UPDATE", "DELETE", "TRUNCATE", "TRIGGER", "REFERENCES")
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT r, has_table_privilege('painclinic_app', 'audit_auditevent', r) FROM unnest(%s) r",
            [list(rights)],
        )
        assert {right for right, has in cursor.fetchall() if has} == {"SELECT", "INSERT"}


def test_the_application_can_not_switch_the_triggers_off(app_role: SwitchRole) -> None:
    with app_role():
        for statement in (
            "SET LOCAL session_replication_role = replica",
            "ALTER TABLE audit_auditevent DISABLE TRIGGER ALL",
            "DROP TABLE audit_auditevent",
            "CREATE TABLE mine (id int)",
        ):
            assert refused(statement, by=ProgrammingError), statement


def test_the_application_is_no_superuser_and_bypasses_nothing() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT rolsuper, rolbypassrls, rolcreatedb, rolcreaterole FROM pg_roles "
            "WHERE rolname = 'painclinic_app'"
        )
        assert cursor.fetchone() == (False, False, False, False)


def test_an_event_is_part_of_the_transaction_that_it_tells_of() -> None:
    with transaction.atomic():
        record(by=System("test"), action=Action.WRITE, verb="never-happened")
        transaction.set_rollback(True)
    assert not AuditEvent.objects.filter(verb="never-happened").exists()


def test_an_event_keeps_no_more_than_a_reason_of_some_length() -> None:
    event = record(by=System("x" * 200), action=Action.WRITE, verb="v", purpose="y" * 1000)
    assert (len(event.actor), len(event.purpose)) == (80, 300)
