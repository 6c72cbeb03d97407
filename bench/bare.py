"""The addresses of the site, and the yardstick: a view that asks the database one thing and says so."""

from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.urls import include, path


def bare(request: HttpRequest) -> HttpResponse:
    """The least that a page with data can cost in Django. Runs without any middleware."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM accounts_clinic")
        (count,) = cursor.fetchone()
    return HttpResponse(f"{count} clinics")


urlpatterns = [path("bare/", bare), path("", include("painclinic.urls"))]
