"""The caseload as a table that can be searched, sorted, filtered and paged."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.core.paginator import Page, Paginator
from django.utils.translation import gettext as _

from painclinic.accounts.models import User
from patients.presenters.track import better_in_words, state_in_words, worse_in_words
from therapists.presenters import wording
from therapists.presenters.standing import HomeworkState, Kind, Standing, standings
from therapists.presenters.worklist import WorkItem, week

PAGE_SIZE = 25
_NEVER = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True)
class Choices:
    """What was asked for in the address: search, state, order, page."""

    search: str = ""
    state: str = ""
    sort: str = "next"
    page: str = "1"

    @classmethod
    def read(cls, query: Mapping[str, str]) -> "Choices":
        """From the address; what is not known there counts as not asked."""
        state, sort = query.get("state", ""), query.get("sort", "next")
        return cls(
            search=query.get("q", "").strip()[:120],
            state=state if state in FILTERS else "",
            sort=sort if sort in SORTS else "next",
            page=query.get("page", "1"),
        )


@dataclass(frozen=True)
class CaseloadRow:
    """One patient in the table."""

    item: WorkItem

    @property
    def standing(self) -> Standing:
        return self.item.standing

    @property
    def week(self) -> str:
        return week(self.standing)

    @property
    def last_activity(self) -> str:
        at = self.standing.last_activity_at
        return wording.day_of(at) if at else _("never")

    @property
    def homework(self) -> str:
        return homework_in_words(self.standing)

    @property
    def waiting(self) -> str:
        """What waits for the care team, or nothing."""
        return self.item.why if self.item.kind.is_waiting else ""

    @property
    def worse(self) -> str:
        """On which questionnaires the scores are reliably worse, or nothing."""
        return worse_in_words(self.standing.track.worse)

    @property
    def better(self) -> str:
        return better_in_words(self.standing.track.better)

    @property
    def off_track(self) -> str:
        """That treatment does not go as it should, or nothing."""
        return state_in_words(self.standing.track.check)

    @property
    def therapist(self) -> str:
        therapist = self.standing.enrolment.therapist
        return therapist.name if therapist else _("nobody")


def homework_in_words(standing: Standing) -> str:
    """How the homework stands, with its day where one is due."""
    state, due_on = standing.homework_state, standing.homework_due_on
    if state == HomeworkState.OPEN and due_on:
        return _("due %(day)s") % {"day": wording.relative_day(due_on)}
    if state == HomeworkState.OVERDUE and due_on:
        return _("was due %(day)s") % {"day": wording.relative_day(due_on)}
    words = {
        HomeworkState.HANDED_IN: _("handed in"),
        HomeworkState.ANOTHER_LOOK: _("another look asked"),
        HomeworkState.REVIEWED: _("reviewed"),
    }
    return words.get(state, _("none yet"))


FILTERS: dict[str, Callable[[Standing], bool]] = {
    "waiting": lambda one: one.top.kind.is_waiting,
    "message": lambda one: any(r.kind in (Kind.REPLY_OVERDUE, Kind.MESSAGE) for r in one.reasons),
    "homework": lambda one: any(r.kind == Kind.HOMEWORK for r in one.reasons),
    "due": lambda one: one.top.kind == Kind.DUE_TODAY or one.homework_state == HomeworkState.OVERDUE,
    "inactive": lambda one: any(r.kind == Kind.INACTIVE for r in one.reasons),
    "worse": lambda one: bool(one.track.worse),
    "not-on-track": lambda one: one.track.check.state.needs_care,
    "held": lambda one: one.hold is not None,
    "resting": lambda one: one.respite is not None,
    "on-track": lambda one: one.top.kind == Kind.ON_TRACK and one.enrolment.state == "active",
    "ended": lambda one: one.enrolment.state in ("completed", "stopped"),
}

SORTS: dict[str, Callable[[Standing], Any] | None] = {
    # The order of the worklist, as it comes.
    "next": None,
    "worse": lambda one: (-len(one.track.worse), -one.track.worst_by, one.patient.name.casefold()),
    "name": lambda one: one.patient.name.casefold(),
    "module": lambda one: (one.module.number if one.module else 0, one.patient.name.casefold()),
    "activity": lambda one: one.last_activity_at or _NEVER,
    "homework": lambda one: (one.homework_state, one.patient.name.casefold()),
}


def filter_names() -> dict[str, str]:
    return {
        "": _("Everybody"),
        "waiting": _("Waiting for us"),
        "message": _("Message waiting"),
        "homework": _("Homework to read"),
        "due": _("Homework due or late"),
        "inactive": _("Quiet for a week or more"),
        "worse": _("Getting worse (reliable)"),
        "not-on-track": _("Behind or not on track"),
        "held": _("On hold"),
        "resting": _("In a flare-up or paused"),
        "on-track": _("On track"),
        "ended": _("Ended"),
    }


def sort_names() -> dict[str, str]:
    return {
        "next": _("Most pressing first"),
        "worse": _("Getting worse first"),
        "name": _("Name"),
        "module": _("Week"),
        "activity": _("Longest without activity"),
        "homework": _("Homework"),
    }


@dataclass(frozen=True)
class Caseload:
    """One page of the table, and what the whole holds."""

    choices: Choices
    total: int
    page: Page[CaseloadRow]


def caseload_page(user: User, choices: Choices) -> Caseload:
    """The caseload of `user`, or of a supervisor's clinic, as asked for."""
    everybody = standings(user)
    words = choices.search.casefold().split()
    found = [one for one in everybody if all(word in one.patient.name.casefold() for word in words)]
    if choices.state:
        found = [one for one in found if FILTERS[choices.state](one)]
    order = SORTS[choices.sort]
    if order:
        found.sort(key=order)
    rows = [CaseloadRow(WorkItem(one)) for one in found]
    return Caseload(choices, len(everybody), Paginator(rows, PAGE_SIZE).get_page(choices.page))
