"""What a therapist changed in a patient's course, in words that the patient reads."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from patients.models import CourseChange

Kind = CourseChange.Kind
# More than these lie further back than anybody looks.
MOST = 20


@dataclass(frozen=True)
class Said:
    """One change: what was done, why, and the page to go to where there is one."""

    text: str
    reason: str
    at: datetime
    url: str = ""
    action: str = ""


def said_changes(changes: Iterable[CourseChange]) -> list[Said]:
    """The changes in words, newest first."""
    found = list(changes)
    undone = {change.undoes_id for change in found if change.undoes_id}
    return [said(change, is_undone=change.pk in undone) for change in found[::-1][:MOST]]


def said(change: CourseChange, *, is_undone: bool = False) -> Said:
    """One change in words. What was taken back leads nowhere any more."""
    url, action = ("", "") if is_undone else _place(change)
    return Said(in_words(change), change.reason, change.at, url, action)


def in_words(change: CourseChange) -> str:
    """ "Anna gave you 7 more days for the homework of week 3."."""
    if change.kind == Kind.UNDO:
        return _undone(change)
    words = _WORDS[Kind(change.kind)](change)
    return words % _facts(change)


def _facts(change: CourseChange) -> dict[str, object]:
    return {
        "name": change.by.name.split(" ", 1)[0],
        "number": change.module.number if change.module else "",
        "title": change.module.title if change.module else "",
        "step": change.step.title if change.step else "",
        "sheet": change.worksheet.title if change.worksheet else "",
        "days": change.payload.get("days", 0),
    }


def _undone(change: CourseChange) -> str:
    names = {
        Kind.SKIP: _("%(name)s took week %(number)s, %(title)s, into your course again."),
        Kind.REPEAT: _("You need not go through week %(number)s again."),
        Kind.REORDER: _("%(name)s put your weeks back in their usual order."),
    }
    kind = Kind(change.undoes.kind) if change.undoes else Kind.UNDO
    return names.get(kind, _("%(name)s took an earlier change back.")) % _facts(change)


def _days(one: str, many: str, change: CourseChange) -> str:
    return ngettext(one, many, change.payload.get("days", 0))


def _feedback(change: CourseChange) -> str:
    if change.payload.get("required"):
        return _("%(name)s would like to answer your homework before the next week opens.")
    return _("The next week does not wait for the answer to your homework any more.")


_WORDS: dict[str, Callable[[CourseChange], str]] = {
    Kind.SKIP: lambda c: _("%(name)s left week %(number)s, %(title)s, out of your course."),
    Kind.REORDER: lambda c: _("%(name)s changed the order of your weeks."),
    Kind.ADD_MODULE: lambda c: _("%(name)s opened week %(number)s, %(title)s, for you."),
    Kind.ADD_STEP: lambda c: _("%(name)s suggests one step: “%(step)s”, from week %(number)s."),
    Kind.ADD_WORKSHEET: lambda c: _("%(name)s asks for one worksheet more: %(sheet)s."),
    Kind.EXTEND_WINDOW: lambda c: _days(
        "%(name)s gave you %(days)s more day for your course.",
        "%(name)s gave you %(days)s more days for your course.",
        c,
    ),
    Kind.EXTEND_HOMEWORK: lambda c: _days(
        "%(name)s gave you %(days)s more day for the homework of week %(number)s.",
        "%(name)s gave you %(days)s more days for the homework of week %(number)s.",
        c,
    ),
    Kind.REPEAT: lambda c: _("%(name)s suggests going through week %(number)s, %(title)s, once more."),
    Kind.FEEDBACK: _feedback,
    Kind.VERSION: lambda c: _("%(name)s moved your course to a newer text. What you have done stays done."),
    Kind.HOLD: lambda c: _("%(name)s would like to wait a little with the next week."),
    Kind.UNLOCK: lambda c: _("%(name)s opened week %(number)s, %(title)s, early."),
    Kind.END: lambda c: _("Your treatment here has ended. Everything stays here for you to read and use."),
    Kind.RESUME: lambda c: _("%(name)s and you go on with your treatment where you left it."),
}


def _place(change: CourseChange) -> tuple[str, str]:
    if change.kind == Kind.ADD_STEP and change.step:
        url = reverse("patients:step-detail", args=[change.step.module.number, change.step.number])
        return url, _("Open the step")
    if change.kind == Kind.ADD_WORKSHEET and change.worksheet:
        return reverse("patients:entry-new", args=[change.worksheet.slug]), _("Fill it in")
    if change.kind in (Kind.ADD_MODULE, Kind.UNLOCK, Kind.REPEAT) and change.module:
        return reverse("patients:module-detail", args=[change.module.number]), _("Open the week")
    return "", ""
