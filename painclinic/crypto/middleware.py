from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from painclinic.crypto import keys


class FreshKeysMiddleware:
    """Makes sure that no unwrapped key is carried from one request into the next."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        keys.forget()
        try:
            return self.get_response(request)
        finally:
            keys.forget()
