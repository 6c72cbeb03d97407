"""Reports on other pages: the card, and the word that one is ready."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django import template
from django.template import Context
from django.urls import reverse

from painclinic import pdf
from painclinic.ids import new_id
from patients.presenters.reports import ON_THE_CARD, Reports, reports_of
from patients.reports.pages import News, news

register = template.Library()


@register.simple_tag(takes_context=True)
def reports_card(context: Context) -> Reports:
    """The newest reports on the course that the page is about, and the form for another. One query."""
    request: Any = context["request"]
    return reports_of(request.user, request.enrolment, most=ON_THE_CARD)


@dataclass(frozen=True)
class PrintOffer:
    """Where a print is asked for, and the id by which a double press is one."""

    url: str
    request_id: UUID
    can_make: bool


@register.simple_tag(takes_context=True)
def print_offer(context: Context) -> PrintOffer:
    """For a page about a course: of the patient's own, or of staff about a patient. No query."""
    request: Any = context["request"]
    patient = request.enrolment.patient
    is_own = patient.user_id == request.user.pk
    space, args = ("patients", []) if is_own else ("therapists", [patient.pk])
    return PrintOffer(reverse(f"{space}:print-create", args=args), new_id(), pdf.available())


@register.filter
def print_step(week: int, step: int) -> str:
    """How a step is named when it is to be printed: "3/4"."""
    return f"{week}/{step}"


@register.simple_tag(takes_context=True)
def report_news(context: Context) -> News | None:
    """What to say of the reports that were asked for in this session; None: nothing."""
    return news(context["request"])
