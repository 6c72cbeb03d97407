"""Which days a page is asked for."""

from datetime import date

from django.http import HttpRequest
from django.utils.dateparse import parse_date


def asked_day(request: HttpRequest) -> date | None:
    """The day in `until`; None when there is none, or nothing that is a day."""
    try:
        return parse_date(request.GET.get("until", ""))
    except ValueError:
        return None
