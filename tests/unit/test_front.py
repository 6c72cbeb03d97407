import pytest
from django.core.exceptions import MiddlewareNotUsed
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory
from pytest_django import Settings

from painclinic.front import ClientAddressMiddleware


def seen(**headers: str) -> str:
    request = RequestFactory(REMOTE_ADDR="10.0.0.1").get("/", **headers)
    addresses: list[str] = []

    def view(request: HttpRequest) -> HttpResponse:
        addresses.append(request.META["REMOTE_ADDR"])
        return HttpResponse()

    ClientAddressMiddleware(view)(request)
    return addresses[0]


def test_address_is_the_one_the_front_saw(settings: Settings) -> None:
    settings.HTTPS = True
    assert seen(HTTP_X_FORWARDED_FOR="192.0.2.7") == "192.0.2.7"


def test_entries_that_the_reader_made_up_are_not_believed(settings: Settings) -> None:
    settings.HTTPS = True
    assert seen(HTTP_X_FORWARDED_FOR="203.0.113.9, 192.0.2.7") == "192.0.2.7"


@pytest.mark.parametrize("header", ["", "nonsense"])
def test_without_a_usable_header_the_connection_counts(settings: Settings, header: str) -> None:
    settings.HTTPS = True
    assert seen(HTTP_X_FORWARDED_FOR=header) == "10.0.0.1"


def test_without_a_front_the_header_is_not_read(settings: Settings) -> None:
    settings.HTTPS = False
    with pytest.raises(MiddlewareNotUsed):
        seen(HTTP_X_FORWARDED_FOR="192.0.2.7")
