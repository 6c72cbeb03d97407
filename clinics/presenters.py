"""Rows and words of the admin's desk."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Count, F, OuterRef, Q, QuerySet, Subquery
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from messaging.models import Reminder, ReminderQuerySet
from painclinic.accounts.models import Clinic, Invitation, Membership, User
from painclinic.audit.models import Action, AuditEvent
from patients.models import DutyShift, Enrolment, Patient
from patients.safety.duty import rota


@dataclass(frozen=True)
class PatientRow:
    """One line of the list of patients; everything it needs was prefetched."""

    patient: Patient
    enrolment: Enrolment | None
    therapist: str
    state: str
    tone: str

    @classmethod
    def of(cls, patient: Patient) -> "PatientRow":
        enrolment = next(iter(patient.enrolments.all()), None)
        therapist = enrolment.therapist if enrolment else None
        invitation = next(iter(patient.user.invitations.all()), None)
        state, tone = _state(enrolment, invitation)
        return cls(patient, enrolment, therapist.name if therapist else _("nobody"), state, tone)


def _state(enrolment: Enrolment | None, invitation: Invitation | None) -> tuple[str, str]:
    """How things stand in words, and the tone of the tag that says so."""
    words = {
        "open": (_("invited"), ""),
        "expired": (_("invitation ran out"), "attention"),
        "withdrawn": (_("invitation withdrawn"), "attention"),
    }
    if invitation and invitation.state in words:
        return words[invitation.state]
    if enrolment is None:
        return _("not enrolled"), "attention"
    return str(enrolment.get_state_display()), "calm" if enrolment.state == Enrolment.State.ACTIVE else ""


def staff_rows(clinic: Clinic) -> QuerySet[Membership]:
    """Active staff of a clinic by name, each with the number of patients they treat there."""
    treated = Q(user__assignments__ended_at=None, user__assignments__clinic=clinic)
    staff = Membership.objects.active().staff().filter(clinic=clinic).select_related("user")
    return staff.annotate(patients_now=Count("user__assignments", filter=treated, distinct=True)).order_by(
        "user__name", "pk"
    )


def reminders_of(user: User, patient: Patient) -> ReminderQuerySet:
    """The mails to a patient that this member of staff may see."""
    return Reminder.objects.visible_to(user).filter(Q(patient=patient) | Q(user=patient.user))


# What was looked at, in words; the trail itself keeps short names.
LOOKED_AT = {
    "desk-patient": gettext_lazy("contact details and enrolment"),
    "emergency-open": gettext_lazy("opened in an emergency"),
    "emergency-end": gettext_lazy("ended the emergency access"),
    "homework-view": gettext_lazy("homework"),
    "patient-view": gettext_lazy("the course on one page"),
    "written-view": gettext_lazy("one thing that they wrote"),
    "alert-view": gettext_lazy("an alert"),
    "audit-item": gettext_lazy("an item of the monthly sample"),
    "alert-notice": gettext_lazy("that an alert is open, without the name"),
    "alert-flag": gettext_lazy("the form that raises an alert"),
    "report-download": gettext_lazy("report, downloaded"),
    "report-list": gettext_lazy("reports"),
    "report-view": gettext_lazy("report"),
    "thread-view": gettext_lazy("messages"),
}


def looked_at(verb: str) -> str:
    """What an event of reading was about, in words; its short name where there are none."""
    return str(LOOKED_AT.get(verb, verb))


def openings_of(clinic: Clinic) -> QuerySet[AuditEvent, Any]:
    """Who opened whose record, newest first, with both names; patients' own looks left out."""
    who = User.objects.filter(pk=OuterRef("actor_id")).values("name")
    whose = Patient.objects.filter(pk=OuterRef("subject_id")).values("name")
    own = Patient.objects.filter(pk=OuterRef("subject_id")).values("user_id")
    events = AuditEvent.objects.filter(
        clinic_id=clinic.pk,
        action__in=[Action.READ, Action.EXPORT, Action.EMERGENCY],
        subject_id__isnull=False,
    )
    named = events.annotate(who=Subquery(who), whose=Subquery(whose), own=Subquery(own))
    return (
        named.exclude(actor_id=F("own"))
        .order_by("-at", "-pk")
        .values("at", "who", "whose", "action", "verb", "subject_id")
    )


@dataclass(frozen=True)
class Need:
    """What a clinic lacks before it may treat anybody, and the page on which it is put right."""

    text: str
    url_name: str
    link: str


def needs_words(unmet: list[str]) -> list[Need]:
    """What is missing, in words."""
    words = {
        "consent": Need(
            _("Write the text that patients read and agree to. Without it nobody can begin."),
            "clinics:consent-text-edit",
            _("Write the consent text"),
        ),
        "crisis-lines": Need(
            _("Enter the emergency number and at least one crisis line, so that patients know whom to call."),
            "clinics:clinic-edit",
            _("Enter crisis numbers"),
        ),
        "rota": Need(
            _("Put at least two people on the duty rota, so that an alert always has somebody."),
            "clinics:duty-list",
            _("Open the duty rota"),
        ),
        "rules": Need(
            _("The clinical lead (a supervisor) has to read and sign the rules of alerts."),
            "clinics:rule-set",
            _("Open the rules"),
        ),
    }
    return [words[one] for one in unmet if one in words]


def duty_rows(clinic: Clinic) -> list[DutyShift]:
    """The rota, in the order of the week, dates after it. Bounded by the size of a page."""
    shifts = rota(clinic.pk).select_related("user")
    return list(shifts.order_by(F("weekday").asc(nulls_last=True), "first_day", "order", "created_at")[:200])


@dataclass(frozen=True)
class ClosedRow:
    """A day on which the clinic is closed, and who answers at any hour of it all the same."""

    day: date
    name: str
    on_call: list[str]


def closed_rows(clinic: Clinic, today: date) -> list[ClosedRow]:
    """The days to come, in their order. Two queries, whatever their number."""
    days = [(date.fromisoformat(day), name) for day, name in clinic.closed_days.items()]
    coming = sorted((day, name) for day, name in days if day >= today)
    dated = rota(clinic.pk).filter(weekday=None, is_on_call=True, last_day__gte=today)
    shifts = list(dated.select_related("user").order_by("order", "created_at")[:200])

    def answering(day: date) -> list[str]:
        return [
            one.user.name
            for one in shifts
            if one.first_day and one.last_day and one.first_day <= day <= one.last_day
        ]

    return [ClosedRow(day, name, answering(day)) for day, name in coming]
