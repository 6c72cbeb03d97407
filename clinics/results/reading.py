"""The kept figures of a clinic: sums over the cells that a choice of filters leaves, never the courses."""

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import F, QuerySet, Sum
from django.utils.translation import gettext as _

from clinics.results.hiding import Shown, Table
from painclinic.accounts.models import Clinic
from patients.models import Enrolment, OutcomeCell

# Filter by the field whose values it holds.
FIELDS = {
    "programme": "programme_id",
    "therapist": "therapist_id",
    "year": "year",
    "guidance": "guidance",
}


@dataclass(frozen=True)
class Filter:
    """One filter of the page: its values with their names, and the one that is chosen ("" for all)."""

    name: str
    label: str
    choices: list[tuple[str, str]]
    chosen: str


@dataclass(frozen=True)
class Chosen:
    """What the viewer wants to see; values that do not exist in the clinic are left out."""

    filters: list[Filter]

    @property
    def values(self) -> dict[str, str]:
        return {one.name: one.chosen for one in self.filters if one.chosen}


def read_choice(clinic: Clinic, wanted: Mapping[str, str]) -> Chosen:
    """The filters that this clinic's courses allow, with what was asked for. One query.

    Years do not overlap, so that no two of them can be taken from each other.
    """
    cells: QuerySet[Any] = _cells(clinic)
    rows = list(
        cells.filter(name="enrolled", value__gt=0)
        .values_list(
            "programme_id", "programme__title", "therapist_id", "therapist__name", "year", "guidance"
        )
        .distinct()
    )
    guidance = dict(Enrolment.Guidance.choices)
    found = [
        ("programme", _("Programme"), {str(row[0]): row[1] for row in rows}),
        ("therapist", _("Therapist"), {str(row[2]): row[3] for row in rows}),
        ("year", _("Started in"), {str(row[4]): str(row[4]) for row in rows}),
        ("guidance", _("Guidance"), {row[5]: str(guidance.get(row[5], row[5])) for row in rows}),
    ]
    return Chosen(
        [
            Filter(
                name=name,
                label=label,
                choices=sorted(values.items(), key=lambda pair: pair[1]),
                chosen=wanted[name] if wanted.get(name) in values else "",
            )
            for name, label, values in found
        ]
    )


def read_shown(clinic: Clinic, chosen: Chosen) -> Shown:
    """The sums for this choice: one query, and one more for each filter that narrows it."""
    values = chosen.values
    totals = _sums(_narrow(_cells(clinic), values).values("name"))
    tables = [_table(clinic, values, name) for name in values]
    return Shown({row["name"]: row["total"] for row in totals}, tables)


def _table(clinic: Clinic, values: Mapping[str, str], name: str) -> Table:
    """What each value of one filter comes to with the others held."""
    others = {key: value for key, value in values.items() if key != name}
    rows = _sums(_narrow(_cells(clinic), others).values("name", by=F(FIELDS[name])))
    table: dict[Hashable, dict[str, Any]] = {}
    for row in rows:
        table.setdefault(str(row["by"]), {})[row["name"]] = row["total"]
    return values[name], table


def _cells(clinic: Clinic) -> QuerySet[Any]:
    return OutcomeCell.objects.filter(clinic=clinic).order_by()


def _narrow(cells: QuerySet[Any], values: Mapping[str, str]) -> QuerySet[Any]:
    for name, value in values.items():
        wanted: Any = int(value) if name == "year" else value if name == "guidance" else UUID(value)
        cells = cells.filter(**{FIELDS[name]: wanted})
    return cells


def _sums(rows: Any) -> Any:
    return rows.annotate(total=Sum("value"))
