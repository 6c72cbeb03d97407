"""Open alerts, wherever staff are: in the navigation, and on the page of the person."""

from typing import Any

from django import template
from django.template import Context

from painclinic.accounts.models import User
from patients.models import Patient
from therapists.presenters.alerts import AlertLine, alert_lines, open_of

register = template.Library()


@register.simple_tag(takes_context=True)
def open_alerts(context: Context, user: Any) -> int:
    """How many alerts of their clinics are open; counted once for each page."""
    if not isinstance(user, User):
        return 0
    known: dict[Any, int] = context["request"].__dict__.setdefault("_open_alerts", {})
    if user.pk not in known:
        known[user.pk] = open_of(user).order_by().count()
    return known[user.pk]


@register.simple_tag
def alerts_of(patient: Patient, user: User) -> list[AlertLine]:
    """The open alerts of one patient."""
    return alert_lines(user, open_of(user).filter(patient=patient))
