"""The clinic's register of adverse events: which are shown, and how many of which kind."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property
from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import Count
from django.utils.translation import gettext as _

from painclinic import clock
from painclinic.accounts.models import Clinic, User
from painclinic.crypto import keys
from patients.models import AdverseVersion
from patients.models.adverse import AdverseVersionQuerySet
from patients.presenters.register import EventLine

PAGE_SIZE = 25
_SHOWS: dict[str, Any] = {
    "": lambda rows: rows,
    "open": lambda rows: rows.open(),
    "to-assess": lambda rows: rows.filter(kind=AdverseVersion.Kind.REPORTED),
    "lead": lambda rows: rows.filter(lead_due_at__isnull=False),
    "serious": lambda rows: rows.valid().serious(),
    "related": lambda rows: rows.valid().related(),
    "error": lambda rows: rows.filter(kind=AdverseVersion.Kind.ERROR),
}


@dataclass(frozen=True)
class Choices:
    """What was asked for in the address: which events, of which time, which page."""

    show: str = ""
    since: str = ""
    page: str = "1"

    @classmethod
    def read(cls, query: Mapping[str, str]) -> "Choices":
        """From the address; what is not known there counts as not asked."""
        show, since = query.get("show", ""), query.get("since", "")
        return cls(
            show=show if show in _SHOWS else "",
            since=since if since in since_names() else "",
            page=query.get("page", "1"),
        )

    @property
    def is_narrowed(self) -> bool:
        return bool(self.show or self.since)


def show_names() -> dict[str, str]:
    return {
        "": _("All events"),
        "open": _("Open: to assess, or not over"),
        "to-assess": _("Reported, not assessed yet"),
        "lead": _("Waiting for the clinical lead"),
        "serious": _("Serious"),
        "related": _("Related to the treatment"),
        "error": _("Entered in error"),
    }


def since_names() -> dict[str, str]:
    return {"": _("Any time"), "30": _("30 days"), "90": _("90 days"), "365": _("12 months")}


@dataclass(frozen=True)
class GradeRow:
    """How many events of a grade there are, by relation and in all."""

    label: str
    cells: tuple[tuple[str, int], ...]
    total: int


@dataclass(frozen=True)
class Register:
    """One page of the register, and the sums of the same time."""

    choices: Choices
    rows: AdverseVersionQuerySet

    @cached_property
    def page(self) -> Page[Any]:
        shown = _SHOWS[self.choices.show](self.rows).select_related("event", "patient")
        page = Paginator(shown.order_by("-event__known_at", "-pk"), PAGE_SIZE).get_page(self.choices.page)
        found = list(page.object_list)
        keys.prefetch({one.patient_id for one in found})
        page.object_list = [EventLine(one) for one in found]
        return page

    @cached_property
    def _counts(self) -> dict[tuple[int | None, str], int]:
        counted = self.rows.valid().order_by().values_list("grade", "relation").annotate(n=Count("pk"))
        return {(grade, relation): n for grade, relation, n in counted}

    @property
    def total(self) -> int:
        return sum(self._counts.values())

    @property
    def not_assessed(self) -> int:
        return sum(n for (grade, _relation), n in self._counts.items() if grade is None)

    @property
    def relations(self) -> list[str]:
        return [str(label) for label in AdverseVersion.Relation.labels]

    @property
    def grades(self) -> list[GradeRow]:
        """Each grade with its events by relation; events entered in error count nowhere."""
        found = []
        for grade, label in AdverseVersion.Grade.choices:
            cells = tuple(
                (str(words), self._counts.get((grade, relation), 0))
                for relation, words in AdverseVersion.Relation.choices
            )
            found.append(GradeRow(str(label), cells, sum(n for _label, n in cells)))
        return found


def register_of(user: User, clinic: Clinic, choices: Choices) -> Register:
    """The events of the clinic that `user` may see: a therapist's own patients, a supervisor's clinic."""
    rows = AdverseVersion.objects.visible_to(user).of_team(user).filter(clinic=clinic).current()
    if choices.since:
        rows = rows.filter(event__known_at__gte=clock.now() - timedelta(days=int(choices.since)))
    return Register(choices, rows)
