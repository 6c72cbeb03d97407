"""Which reports somebody asked for in this session, so that any page can say when one is ready.

Kept in the session: a page of somebody who asked for none costs nothing, and looking writes nothing.
"""

from uuid import UUID

from django.http import HttpRequest

from patients.models import Report

KEY = "reports_asked"
# Looks of one page; then it waits until another page is opened, so that it keeps nobody signed in.
MOST_LOOKS = 60


def remember(request: HttpRequest, report: Report) -> None:
    """Have the following pages say when this report is ready."""
    known = [one for one in request.session.get(KEY, []) if one != str(report.pk)]
    request.session[KEY] = [*known[-9:], str(report.pk)]


def forget(request: HttpRequest, report: Report) -> None:
    """It was seen; nothing more is to be said of it."""
    known = request.session.get(KEY, [])
    if str(report.pk) in known:
        request.session[KEY] = [one for one in known if one != str(report.pk)]


def asked_for(request: HttpRequest) -> list[UUID]:
    """Ids of the reports of which it was not said yet that they are ready."""
    session = getattr(request, "session", None)
    return [UUID(one) for one in session.get(KEY, [])] if session else []


def looks_of(request: HttpRequest) -> int:
    """How many times the page has looked so far."""
    looks = request.GET.get("looks", "")
    return int(looks) if looks.isdecimal() and len(looks) < 4 else 0
