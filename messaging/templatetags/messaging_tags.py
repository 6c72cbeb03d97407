"""What pages of lower apps show of messaging. They load these tags and import nothing."""

from typing import Any

from django import template
from django.template import Context

from messaging.models import Message, Thread
from messaging.presenters import ReplyClock, when
from messaging.presenters import reply_clock as clock_of
from messaging.presenters.hours import reading_hours
from painclinic.accounts.models import User
from patients.models import Assignment, Patient

register = template.Library()


@register.simple_tag(takes_context=True)
def unread_messages(context: Context, user: Any) -> int:
    """How many messages a patient has not read yet, for the navigation; 0 for anybody else.

    Counted once for each page, however many places say it.
    """
    if not isinstance(user, User):
        return 0
    known: dict[Any, int] = context["request"].__dict__.setdefault("_unread_messages", {})
    if user.pk not in known:
        own = Message.objects.visible_to(user).filter(patient__user=user, side=Message.Side.TEAM)
        known[user.pk] = own.unread_by(user).count()
    return known[user.pk]


@register.inclusion_tag("messaging/_home_card.html", takes_context=True)
def home_message_card(context: Context, patient: Patient) -> dict[str, Any]:
    """The card of the patient's home page: what is new, and by when an answer comes. Two queries."""
    user = context["request"].user
    thread = Thread.objects.visible_to(user).filter(patient=patient).first()
    team = (
        Assignment.objects.visible_to(user).filter(patient=patient).running().order_by("kind", "started_at")
    )
    name = team.values_list("therapist__name", flat=True).first()
    return {
        "unread": unread_messages(context, user) if thread else 0,
        "who": name.split(" ", 1)[0] if name else "",
        "due": when(thread.reply_due_at, user.timezone) if thread and thread.reply_due_at else "",
    }


@register.inclusion_tag("messaging/_read_in_hours.html", takes_context=True)
def read_in_hours(context: Context) -> dict[str, Any]:
    """Beside every box in which a patient writes: when it is read, and where to turn before. No query."""
    patient: Patient = context["request"].patient
    return {"hours": reading_hours(patient.clinic, patient.timezone).rstrip(".")}


@register.simple_tag
def reply_clock(thread: Thread | None, user: User) -> ReplyClock | None:
    """How long the team has left to answer, for lists of staff; None when nobody waits."""
    return clock_of(thread, user.timezone)
