from collections.abc import Callable
from uuid import uuid4

import structlog
from django.http import HttpRequest, HttpResponse

from painclinic.audit.context import EMPTY, RequestContext, address_prefix, current


class RequestContextMiddleware:
    """Gives every request an id that its audit events and log lines share."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request_id = str(uuid4())
        current.set(RequestContext(request_id, address_prefix(request.META.get("REMOTE_ADDR", ""))))
        structlog.contextvars.bind_contextvars(request_id=request_id)
        try:
            response = self.get_response(request)
        finally:
            current.set(EMPTY)
            structlog.contextvars.clear_contextvars()
        response["X-Request-Id"] = request_id
        return response
