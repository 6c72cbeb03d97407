from collections.abc import Callable

from django.conf import settings
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse
from django.utils import timezone, translation
from django.utils.cache import add_never_cache_headers

from painclinic import clock
from painclinic.accounts.models import User

STARTED, SEEN = "session_started", "session_seen"
# The idle clock is written at most this often, so that most requests cost no session update.
GRANULARITY = 60


class ViewerMiddleware:
    """Ends sessions that idled or ran too long, and speaks the viewer's language and time zone."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        user = request.user
        if isinstance(user, User):
            if _is_over(request, user):
                logout(request)
            else:
                _touch(request)
                timezone.activate(user.timezone)
                translation.activate(user.language)
                request.LANGUAGE_CODE = user.language
        try:
            response = self.get_response(request)
        finally:
            timezone.deactivate()
        if isinstance(user, User):
            # Public pages and refusals too: they name their reader (ASVS 14.3.2).
            add_never_cache_headers(response)
        return response


def _is_over(request: HttpRequest, user: User) -> bool:
    now = clock.now().timestamp()
    idle, longest = settings.SESSION_LIMITS["staff" if user.is_staff_member else "patient"]
    started = float(request.session.get(STARTED, now))
    seen = float(request.session.get(SEEN, now))
    return now - seen > idle + GRANULARITY or now - started > longest


def _touch(request: HttpRequest) -> None:
    now = clock.now().timestamp()
    request.session.setdefault(STARTED, now)
    if abs(now - float(request.session.get(SEEN, 0))) > GRANULARITY:
        request.session[SEEN] = now
