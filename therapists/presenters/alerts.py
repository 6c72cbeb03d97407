"""Alerts in the words of the desk: lines of the worklist, and the page of one."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from painclinic.access.permissions import Permission
from painclinic.access.scoping import clinics_where
from painclinic.accounts.models import User
from patients.models import Alert, AlertEvent, AlertStep, Written
from patients.presenters.support import rule_words
from patients.safety.rules import DECLINED, ITEM, NO, YES
from patients.safety.words import CHANNELS, RESULTS, SHOWS
from therapists.presenters import wording

MOST = 100
FOLLOW_UP_WORDS = {
    "thoughts": gettext_lazy("Thoughts of ending their life"),
    "how": gettext_lazy("Has thought how"),
    "intend": gettext_lazy("Intends to act"),
    "safe": gettext_lazy("Can keep themself safe today"),
}
ANSWERS = {
    YES: gettext_lazy("yes"),
    NO: gettext_lazy("no"),
    DECLINED: gettext_lazy("would rather not say"),
}
NOTE_WORDS = {
    "ideation": gettext_lazy("Thoughts"),
    "plan": gettext_lazy("Plan"),
    "intent": gettext_lazy("Intent"),
    "means": gettext_lazy("Means"),
    "protective": gettext_lazy("What protects them"),
    "action": gettext_lazy("Done and agreed on"),
}


@dataclass(frozen=True)
class AlertLine:
    """One alert on a list. Without a name for whoever does not handle it."""

    alert: Alert
    is_mine: bool

    @property
    def name(self) -> str:
        return self.alert.patient.name if self.is_mine else _("A colleague’s patient")

    @property
    def url(self) -> str:
        return reverse("therapists:alert-detail", args=[self.alert.pk])

    @property
    def level(self) -> str:
        return str(self.alert.get_level_display())

    @property
    def why(self) -> str:
        return str(self.alert.get_kind_display()).capitalize()

    @property
    def since(self) -> str:
        return _("since %(moment)s") % {"moment": wording.moment(self.alert.last_raised_at)}

    @property
    def state(self) -> str:
        """What is to be done next, and how long is left."""
        alert = self.alert
        if alert.waits_for_sign_off:
            return _("waits for a second person")
        if alert.acknowledged_at is None:
            return _("nobody has it yet: %(left)s") % {"left": wording.left(alert.ack_due_at)}
        if alert.acted_at is None:
            return _("to be contacted: %(left)s") % {"left": wording.left(alert.act_due_at)}
        if alert.outcome_due_at:
            return _("how did it end? %(left)s") % {"left": wording.left(alert.outcome_due_at)}
        return _("in hand")

    @property
    def is_unheard(self) -> bool:
        """Whether a notice of it reached nobody, and nobody has it yet."""
        return self.alert.acknowledged_at is None and getattr(self.alert, "has_undelivered", False)

    @property
    def tone(self) -> str:
        """danger, attention or calm."""
        if self.alert.is_late() or (self.alert.level == Alert.Level.R3 and not self.alert.acted_at):
            return "danger"
        return "calm" if self.alert.acted_at else "attention"


def open_of(user: User) -> Any:
    """The open alerts of the clinics in which `user` may handle them, most pressing first."""
    mine = clinics_where(user, Permission.ALERT_HANDLE)
    found = Alert.objects.visible_to(user).open().filter(clinic_id__in=mine)
    return found.with_undelivered().order_by("-level", "raised_at")


def alert_lines(user: User, rows: Any | None = None) -> list[AlertLine]:
    """Open alerts as a list, in two queries; read from the alerts themselves, whatever queues do."""
    found = list((open_of(user) if rows is None else rows).select_related("patient")[:MOST])
    if not found:
        return []
    handled = Alert.objects.visible_to(user).handled_by(user).filter(pk__in=[one.pk for one in found])
    mine: set[UUID] = set(handled.order_by().values_list("pk", flat=True))
    lines = [AlertLine(one, one.pk in mine) for one in found]
    return sorted(lines, key=lambda line: line.alert.waits_for_sign_off)


@dataclass(frozen=True)
class HistoryLine:
    """One event in words: what, who, when, and its parts."""

    event: AlertEvent

    @property
    def title(self) -> str:
        return str(self.event.get_kind_display()).capitalize()

    @property
    def who(self) -> str:
        return self.event.by.name if self.event.by else _("painclinic")

    @property
    def level(self) -> str:
        return str(self.event.get_level_display())

    @property
    def about(self) -> dict[str, str]:
        """The text of the patient that it is about: its kind in words, and its page; empty without one."""
        found = (self.event.details or {}).get("about")
        if not found:
            return {}
        args = [self.event.patient_id, found["written"], found["id"]]
        return {
            "title": str(Written(found["written"]).label),
            "url": reverse("therapists:written-detail", args=args),
        }

    @cached_property
    def parts(self) -> list[tuple[str, str]]:
        return list(_parts(self.event.kind, self.event.details or {}))


@dataclass(frozen=True)
class AlertPage:
    """One alert with all that happened, for somebody who handles it."""

    alert: Alert
    history: list[HistoryLine]
    next_step: AlertStep | None
    # Whether the reader may open what the patient wrote, and not the alert alone.
    may_read_on: bool

    @property
    def line(self) -> AlertLine:
        return AlertLine(self.alert, True)

    @property
    def is_unheard(self) -> bool:
        """Whether a notice of it reached nobody, and nobody has it yet."""
        missed = (one.event for one in self.history if one.event.kind == AlertEvent.Kind.UNDELIVERED)
        return self.alert.acknowledged_at is None and any(
            one.at >= self.alert.last_raised_at for one in missed
        )

    @property
    def rules(self) -> list[str]:
        return [str(rule_words(slug)) for slug in self.alert.rules]


def alert_page(user: User, alert: Alert) -> AlertPage:
    """The history, the next step of the clock, and whether the record may be read, in three queries."""
    events = AlertEvent.objects.visible_to(user).filter(alert=alert).select_related("by").order_by("number")
    steps = AlertStep.objects.visible_to(user).filter(alert=alert, done_at=None).order_by("due_at")
    mine = Alert.objects.visible_to(user).with_record_of(user).filter(pk=alert.pk)
    return AlertPage(alert, [HistoryLine(event) for event in events], steps.first(), mine.exists())


def _parts(kind: str, details: Mapping[str, Any]) -> Iterable[tuple[str, str]]:
    """What an event holds, as label and text; nothing that the reader cannot use."""
    for slug in details.get("rules", ()):
        yield _("Rule"), str(rule_words(slug))
    if details.get("shows", "other") != "other":
        yield _("Shows"), str(SHOWS[details["shows"]][1])
    if details.get("version"):
        yield _("Version of the rules"), details["version"]
    answers = details.get("answers", {})
    if kind == AlertEvent.Kind.FOLLOW_UP:
        yield from ((str(words), str(ANSWERS[answers[code]])) for code, words in FOLLOW_UP_WORDS.items())
    elif ITEM in answers or ITEM in details.get("declined", ()):
        yield _("Item 9"), str(answers.get(ITEM, _("not answered")))
    for scale, value in details.get("scores", {}).items():
        yield _("Score (%(scale)s)") % {"scale": scale}, _number(value)
    if kind == AlertEvent.Kind.CONTACT:
        yield _("How"), str(dict(CHANNELS).get(details["channel"], ""))
        yield _("Result"), str(dict(RESULTS).get(details["result"], ""))
    yield from ((str(words), details[name]) for name, words in NOTE_WORDS.items() if details.get(name))
    yield from _words_of(details)


def _words_of(details: Mapping[str, Any]) -> Iterable[tuple[str, str]]:
    if details.get("step"):
        yield _("Step"), str(AlertStep.Step(details["step"]).label)
        yield _("Told"), ", ".join(details.get("people", ())) or _("nobody")
    if details.get("from"):
        yield _("Before"), str(Alert.Level(details["from"]).label)
    if details.get("outcome"):
        yield _("Outcome"), str(Alert.Outcome(details["outcome"]).label)
    if details.get("fault"):
        yield _("Fault"), details["fault"]
    for name, words in (("reason", _("Why")), ("note", _("Note"))):
        if details.get(name):
            yield words, details[name]


def _number(value: str | None) -> str:
    if value is None:
        return _("not complete")
    return value.rstrip("0").rstrip(".") if "." in value else value
