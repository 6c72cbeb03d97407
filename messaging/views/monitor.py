"""`GET /healthz/alerts`: for a monitor outside, which raises alarm when nothing inside can."""

from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from messaging.chain import is_unproved
from messaging.chain_rows import tested_clinics
from painclinic import clock
from painclinic.access.decorators import public
from patients.safety.standstill import overdue_steps


@public
@require_safe
@never_cache
def alerts(_request: HttpRequest) -> HttpResponse:
    """200 `ok`; 503 `failed` when people are not told of alerts, or it is not proved that they would be.

    That is: a step of an alert is overdue, or a clinic's daily test was not accepted in time, or the
    database does not answer. One bare word: no counts, no names.
    """
    try:
        works = _works()
    except DatabaseError:
        works = False
    return HttpResponse(
        "ok\n" if works else "failed\n", status=200 if works else 503, content_type="text/plain"
    )


def _works() -> bool:
    now = clock.now()
    return not overdue_steps().exists() and not any(is_unproved(now, clinic) for clinic in tested_clinics())
