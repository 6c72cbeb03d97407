"""The day of a therapist as a list: who, why, since when, how long left, and the page that it opens."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from painclinic import clock
from painclinic.accounts.models import User
from patients.models import Enrolment
from patients.presenters.respite import respite_tag
from patients.presenters.track import check_in_words, worse_in_words
from therapists.presenters import wording
from therapists.presenters.standing import INACTIVE_AFTER, Kind, Reason, Standing, standings

# What comes after the first week of silence (clinical.md 5): day, and what is then due.
_CALL, _SECOND_CALL, _LETTER, _CLOSE = 10, 14, 21, 28
MAX_ON_TRACK = 20


@dataclass(frozen=True)
class WorkItem:
    """One line of the list, put into words when it is shown: most of a long caseload is not."""

    standing: Standing

    @property
    def kind(self) -> Kind:
        return self.standing.top.kind

    @property
    def name(self) -> str:
        return self.standing.patient.name

    @cached_property
    def url(self) -> str:
        return url_of(self.standing, self.standing.top)

    @cached_property
    def why(self) -> str:
        return why(self.standing, self.standing.top)

    @cached_property
    def since(self) -> str:
        return since(self.standing, self.standing.top)

    @cached_property
    def left(self) -> str:
        return left(self.standing, self.standing.top)

    @cached_property
    def also(self) -> tuple[str, ...]:
        """What else is to be done for this person, and what else is to be known of them."""
        others = [why(self.standing, other) for other in self.standing.others]
        return (*others, *([self.rest] if self.rest and self.kind != Kind.ON_TRACK else []))

    @cached_property
    def rest(self) -> str:
        """That they have a flare-up or a pause, and until when; nothing otherwise."""
        found = self.standing.respite
        return respite_tag(found, self.standing.patient.timezone) if found else ""

    @cached_property
    def tone(self) -> str:
        """danger, attention, calm or plain."""
        return _tone(self.standing.top)

    @property
    def is_late(self) -> bool:
        return self.tone == "danger"


@dataclass(frozen=True)
class WorkGroup:
    """Lines of one kind under their heading."""

    kind: Kind
    title: str
    items: tuple[WorkItem, ...]

    @property
    def slug(self) -> str:
        return self.kind.name.lower().replace("_", "-")


@dataclass(frozen=True)
class Worklist:
    """Everybody, most pressing first: the next one, and the rest by kind."""

    items: tuple[WorkItem, ...]

    @property
    def waiting(self) -> tuple[WorkItem, ...]:
        return tuple(item for item in self.items if item.kind.is_waiting)

    @property
    def next(self) -> WorkItem | None:
        """Who comes next; nobody when all are on track."""
        return next((item for item in self.items if item.kind != Kind.ON_TRACK), None)

    @property
    def on_track(self) -> tuple[WorkItem, ...]:
        return tuple(item for item in self.items if item.kind == Kind.ON_TRACK)

    @property
    def groups(self) -> list[WorkGroup]:
        """What is to do, the next person left out: they stand above the groups."""
        titles = group_titles()
        following = [item for item in self.items if item is not self.next and item.kind != Kind.ON_TRACK]
        found = []
        for kind in titles:
            items = tuple(item for item in following if item.kind == kind)
            if items:
                found.append(WorkGroup(kind, titles[kind], items))
        return found

    @property
    def counts(self) -> list[tuple[str, int, str]]:
        """Heading, number of people, and the id of the place on the page where they are."""
        shown = {group.kind for group in self.groups} | {Kind.ON_TRACK}
        return [
            (
                title,
                sum(item.kind == kind for item in self.items),
                WorkGroup(kind, title, ()).slug if kind in shown else "next",
            )
            for kind, title in group_titles().items()
        ]


def group_titles() -> dict[Kind, str]:
    return {
        Kind.REPLY_OVERDUE: _("Reply overdue"),
        Kind.MESSAGE: _("Message waiting"),
        Kind.HOMEWORK: _("Homework to read"),
        Kind.WORSE: _("Getting worse"),
        Kind.DUE_TODAY: _("Due today"),
        Kind.INACTIVE: _("Quiet for a week or more"),
        Kind.NOT_ON_TRACK: _("Behind or not on track"),
        Kind.ON_TRACK: _("On track"),
    }


def worklist(user: User) -> Worklist:
    """The worklist of `user`: their own patients, or a supervisor's clinic. A constant number of queries.

    Those whose course has ended are left out, unless they wait for an answer.
    """
    running = (Enrolment.State.ACTIVE, Enrolment.State.PAUSED)
    everybody = standings(user)
    current = [one for one in everybody if one.enrolment.state in running or one.top.kind.is_waiting]
    return Worklist(tuple(WorkItem(one) for one in current))


def _tone(reason: Reason) -> str:
    if reason.is_late:
        return "danger"
    plain = {Kind.ON_TRACK: "calm", Kind.DUE_TODAY: "plain"}
    return plain.get(reason.kind, "attention")


def url_of(standing: Standing, reason: Reason) -> str:
    """The page on which this is done."""
    patient = standing.patient.pk
    if reason.kind in (Kind.REPLY_OVERDUE, Kind.MESSAGE):
        return reverse("therapists:patient-messages", args=[patient])
    if reason.homework:
        return reverse("therapists:homework-review", args=[patient, reason.homework.pk])
    if reason.kind in (Kind.WORSE, Kind.NOT_ON_TRACK):
        return reverse("therapists:patient-detail", args=[patient]) + "#how-it-goes"
    return reverse("therapists:patient-detail", args=[patient])


def why(standing: Standing, reason: Reason) -> str:
    """Why this person is on the list, in a few words."""
    if reason.kind in (Kind.REPLY_OVERDUE, Kind.MESSAGE):
        return _("Wrote a message")
    if reason.homework:
        facts = {"number": reason.homework.module.number, "version": reason.homework.version}
        if reason.homework.version > 1:
            return _("Homework of week %(number)s, version %(version)s") % facts
        return _("Homework of week %(number)s") % facts
    if reason.kind == Kind.DUE_TODAY:
        return _("Homework of week %(number)s is due today") % {
            "number": standing.module.number if standing.module else ""
        }
    if reason.kind == Kind.INACTIVE:
        return _inactive(standing, reason)
    if reason.kind == Kind.WORSE:
        return worse_in_words(standing.track.worse)
    if reason.kind == Kind.NOT_ON_TRACK:
        return check_in_words(standing.track.check)
    return _on_track(standing)


def since(standing: Standing, reason: Reason) -> str:
    """Since when it waits."""
    if reason.kind == Kind.INACTIVE and standing.last_activity_at is None:
        return _("open since %(day)s") % {"day": wording.day_of(reason.since)}
    if reason.kind == Kind.INACTIVE:
        return _("Last active %(day)s") % {"day": wording.day_of(reason.since)}
    if reason.kind in (Kind.DUE_TODAY, Kind.ON_TRACK, Kind.NOT_ON_TRACK):
        return ""
    if reason.kind == Kind.WORSE:
        return _("answered %(day)s") % {"day": wording.day_of(reason.since)}
    return _("Since %(moment)s") % {"moment": wording.moment(reason.since)}


def left(standing: Standing, reason: Reason) -> str:
    """How long is left, or how late it is; for the silent, what comes next."""
    if reason.due:
        return wording.left(reason.due)
    if reason.kind == Kind.INACTIVE:
        return _next_contact(_silent_days(reason))
    if reason.kind in (Kind.WORSE, Kind.NOT_ON_TRACK):
        return _("see what to do")
    if reason.kind == Kind.ON_TRACK and standing.last_activity_at:
        return _("active %(day)s") % {"day": wording.day_of(standing.last_activity_at)}
    return ""


def _silent_days(reason: Reason) -> int:
    return (clock.now() - reason.since).days


def _inactive(standing: Standing, reason: Reason) -> str:
    count = wording.days(_silent_days(reason))
    if standing.last_activity_at is None:
        return _("Has not begun, %(days)s after the start") % {"days": count}
    return _("Nothing for %(days)s") % {"days": count}


def _next_contact(silent: int) -> str:
    if silent >= _CLOSE:
        return _("decide how to go on")
    if silent >= _LETTER:
        return _("letter is due")
    if silent >= _SECOND_CALL:
        return _("second call is due")
    return _("call is due") if silent >= _CALL else _("message is due")


def _on_track(standing: Standing) -> str:
    enrolment = standing.enrolment
    if enrolment.state != Enrolment.State.ACTIVE:
        return str(enrolment.get_state_display()).capitalize()
    if enrolment.starts_on > clock.local_today(standing.patient.timezone):
        return _("Starts %(day)s") % {"day": wording.relative_day(enrolment.starts_on)}
    if standing.module is None:
        return _("Invited, has not begun")
    if standing.respite:
        rest = respite_tag(standing.respite, standing.patient.timezone)
        return _("%(week)s, %(rest)s") % {"week": week(standing), "rest": rest}
    return week(standing)


def week(standing: Standing) -> str:
    """ "Week 2 of 8"."""
    if standing.module is None:
        return _("not begun")
    return _("Week %(number)s of %(total)s") % {
        "number": standing.module.number,
        "total": standing.modules_total,
    }


def waiting_in_words(items: Sequence[WorkItem]) -> str:
    """How many people wait for an answer, for the head of the page."""
    count = len(items)
    if not count:
        return _("Nobody waits for an answer.")
    return ngettext("%(n)s person waits for an answer.", "%(n)s people wait for an answer.", count) % {
        "n": count
    }


__all__ = ["INACTIVE_AFTER", "WorkGroup", "WorkItem", "Worklist", "worklist"]
