"""Reports on other pages: the card, and the word that one is ready."""

from typing import Any

from django import template
from django.template import Context

from patients.presenters.reports import ON_THE_CARD, Reports, reports_of
from patients.reports.pages import News, news

register = template.Library()


@register.simple_tag(takes_context=True)
def reports_card(context: Context) -> Reports:
    """The newest reports on the course that the page is about, and the form for another. One query."""
    request: Any = context["request"]
    return reports_of(request.user, request.enrolment, most=ON_THE_CARD)


@register.simple_tag(takes_context=True)
def report_news(context: Context) -> News | None:
    """What to say of the reports that were asked for in this session; None: nothing."""
    return news(context["request"])
