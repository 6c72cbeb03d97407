"""Rows of several tables that belong together, stored in one statement."""

from collections.abc import Iterable
from itertools import groupby
from typing import Any

from django.db import connection, models, transaction
from django.db.models.sql import InsertQuery

from painclinic.audit.actions import event_of


class Batch:
    """Collects new rows, their audit events and changes that depend on them; `write` stores it all.

    For what is written often and must be quick: each table costs no round trip of its own. The rows
    bring their own keys; the database checks keys and constraints as for any other statement, and
    triggers run as usual. Changed rows are saved after the new ones, so that they may refer to them.
    """

    def __init__(self) -> None:
        self._new: list[models.Model] = []
        self._changed: list[models.Model] = []

    def add(self, *rows: models.Model) -> None:
        self._new.extend(rows)

    def change(self, row: models.Model) -> None:
        self._changed.append(row)

    def record(self, **about: Any) -> None:
        """An audit event, as `painclinic.audit.actions.record` makes it."""
        self.add(event_of(**about))

    def write(self) -> None:
        """Store everything, in the transaction that must be open, and begin anew."""
        if not connection.in_atomic_block:
            raise transaction.TransactionManagementError("a batch is part of a transaction")
        new, changed = self._new, self._changed
        self._new, self._changed = [], []
        if new:
            _insert(new)
        for row in changed:
            row.save()


def _insert(rows: Iterable[models.Model]) -> None:
    statements: list[str] = []
    values: list[Any] = []
    in_order = sorted(rows, key=lambda row: row._meta.label)
    for model, group in groupby(in_order, key=type):
        sql, params = _insertion(model, list(group))
        statements.append(sql)
        values.extend(params)
    *first, last = statements
    parts = ", ".join(f"batch_{number} AS ({sql})" for number, sql in enumerate(first))
    with connection.cursor() as cursor:
        cursor.execute(f"WITH {parts} {last}" if parts else last, values)
    for row in in_order:
        row._state.adding, row._state.db = False, connection.alias


def _insertion(model: type[models.Model], rows: list[models.Model]) -> tuple[str, Iterable[Any]]:
    """Django's own statement for these rows; keys that the database numbers are left to it."""
    fields = [field for field in model._meta.concrete_fields if not isinstance(field, models.AutoField)]
    query = InsertQuery(model)
    query.insert_values(fields, rows)
    statement: tuple[str, Iterable[Any]]
    [statement] = query.get_compiler(connection=connection).as_sql()
    return statement
