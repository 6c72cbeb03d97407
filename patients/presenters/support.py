"""What a patient sees after an answer that worries: whom to call, what happens now, and when."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any
from uuid import UUID

from django.utils.functional import Promise
from django.utils.translation import gettext as _

from painclinic import clock
from painclinic.accounts.models import User
from patients.models import Alert, AlertEvent, Enrolment, Patient
from patients.presenters.course import moment_in_words
from patients.safety import clocks, duty
from patients.safety.rules import BY_SLUG
from patients.workdays import next_opening

Kind = Alert.Kind


@dataclass(frozen=True)
class SupportPage:
    """The page, in words. `alert` is None when nothing is open; then it holds the numbers alone."""

    patient: Patient
    clinic: Any
    alert: Alert | None
    has_answered: bool
    is_on_call: bool

    @property
    def is_full_screen(self) -> bool:
        """The highest level, until the patient has pressed that they have read it."""
        return self.must_read and self.alert is not None and self.alert.level == Alert.Level.R3

    @property
    def must_read(self) -> bool:
        return self.alert is not None and self.alert.patient_read_at is None

    @property
    def is_about_the_body(self) -> bool:
        return self.alert is not None and self.alert.kind == Kind.RED_FLAG

    @property
    def is_about_medicine(self) -> bool:
        return self.alert is not None and self.alert.kind == Kind.MEDICINE

    @property
    def asks(self) -> bool:
        """Whether the four questions are still open. Nobody is asked them at the highest level first."""
        is_risk = self.alert is not None and self.alert.kind == Kind.RISK
        return is_risk and not self.has_answered and not self.is_full_screen

    @property
    def mark(self) -> str:
        """Names what is on the page, so that a press that arrives late is never taken for another alert."""
        return f"{self.alert.pk}@{self.alert.last_raised_at.isoformat()}" if self.alert else ""

    def is_same(self, mark: str) -> bool:
        """Whether a press meant what the page shows now. Without a mark it is taken to."""
        return mark in ("", self.mark)

    @cached_property
    def is_watched(self) -> bool:
        return clocks.is_watched(clock.now(), self.clinic, is_on_call=self.is_on_call)

    @property
    def opens(self) -> str:
        """When somebody of the clinic looks again."""
        return self._moment(next_opening(clock.now(), self.clinic))

    @property
    def promise(self) -> str:
        """What happens and by when, as the clock of the alert has it."""
        if self.alert is None:
            return ""
        if self.alert.acted_at:
            return _("Your care team knows, and is in touch with you about it.")
        acknowledge, act = self._moment(self.alert.ack_due_at), self._moment(self.alert.act_due_at)
        if self.alert.level == Alert.Level.R1:
            words = _("Your therapist is told now and reads your answer %(moment)s at the latest.")
            return words % {"moment": acknowledge}
        words = _("Your care team is told now, and tries to call you %(moment)s at the latest.")
        return words % {"moment": act}

    def _moment(self, moment: Any) -> str:
        return moment_in_words(moment, zone=self.patient.timezone, now=clock.now())


def support_page(user: User, enrolment: Enrolment) -> SupportPage:
    """The most pressing open alert of a patient, those that were not read yet first."""
    mine = Alert.objects.visible_to(user).open().filter(enrolment=enrolment)
    # What a therapist marked is talked about with them, unless it is of the highest level.
    mine = mine.exclude(kind=Kind.FLAGGED, level__lt=Alert.Level.R3)
    alerts = list(mine.order_by("-level", "-raised_at"))
    alerts.sort(key=lambda one: one.patient_read_at is not None)
    alert = alerts[0] if alerts else None
    answered = AlertEvent.objects.visible_to(user).filter(alert=alert, kind=AlertEvent.Kind.FOLLOW_UP)
    return SupportPage(
        patient=enrolment.patient,
        clinic=enrolment.clinic,
        alert=alert,
        has_answered=alert is not None and answered.exists(),
        is_on_call=duty.is_on_call(enrolment.clinic, clock.now()),
    )


def asked_about(user: User, enrolment: Enrolment, page: SupportPage, mark: str) -> Alert | None:
    """The alert that a patient's answers to the four questions are about; None when they were given before.

    Answers may have waited for a network while the alert was merged, or even closed.
    """
    if not mark:
        return page.alert if page.asks else None
    try:
        wanted = UUID(mark.partition("@")[0])
    except ValueError:
        return None
    mine = Alert.objects.visible_to(user).filter(enrolment=enrolment, kind=Kind.RISK, pk=wanted)
    return mine.exclude(events__kind=AlertEvent.Kind.FOLLOW_UP).first()


def rule_words(slug: str) -> str | Promise:
    """A rule of the set in words; one that the set no longer has by its name."""
    if slug == "by-hand":
        return _("Marked by a member of the team")
    return BY_SLUG[slug].words if slug in BY_SLUG else slug
