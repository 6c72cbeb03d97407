"""What every answer says to the browser, walked over every address as everybody."""

import json
import os
import re
import subprocess
import sys

import pytest
from django.test import Client, override_settings

from tests.access.probe import Seen
from tests.access.table import ROWS, Row
from tests.access.visits import PAGES, Visits
from tests.factories.cast import PASSWORD

pytestmark = [pytest.mark.django_db, pytest.mark.xdist_group("access")]
gets = pytest.mark.parametrize("row", [row for row in ROWS if row.method == "GET"], ids=lambda row: row.id)

CONTENT_POLICY = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "img-src": "'self' data:",
    "font-src": "'self'",
    "media-src": "'self'",
    "connect-src": "'self'",
    "manifest-src": "'self'",
    "worker-src": "'self'",
    "form-action": "'self'",
    "base-uri": "'none'",
    "object-src": "'none'",
    "frame-ancestors": "'none'",
}
# A file may not even run what pages may.
FILE_POLICY = {"sandbox": "", "default-src": "'none'"}
ALWAYS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "X-Frame-Options": "DENY",
}


def policy_of(headers: dict[str, str]) -> dict[str, str]:
    parts = (part.strip().partition(" ") for part in headers.get("Content-Security-Policy", "").split(";"))
    return {name: value for name, _, value in parts if name}


FILES = {"application/pdf", "application/zip", "text/csv"}


def faults_of(seen: Seen) -> list[str]:
    faults = [
        f"{name}: {seen.headers.get(name)}" for name, v in ALWAYS.items() if seen.headers.get(name) != v
    ]
    is_file = seen.content_type in FILES - {"text/csv"}
    if policy_of(seen.headers) != (FILE_POLICY if is_file else CONTENT_POLICY):
        faults.append("another content policy")
    if seen.person not in {"anon", "gone"} and "no-store" not in seen.headers.get("Cache-Control", ""):
        faults.append("may be kept by a cache")
    if seen.elsewhere:
        faults.append(f"loads from elsewhere: {seen.elsewhere}")
    return faults


@gets
def test_every_answer_carries_the_headers(row: Row, visits: Visits) -> None:
    """Pages, refusals and redirects alike; whatever somebody signed in gets stays out of every cache."""
    faults = {str(seen): faults for seen in visits.of(row) if (faults := faults_of(seen))}
    assert not faults, "\n".join(["", *(f"{seen}: {found}" for seen, found in faults.items())])


def test_pages_that_are_not_there_carry_the_headers_too(visits: Visits) -> None:
    """Web cache deception: a made-up file below a record is no file and is not kept."""
    for path in (
        f"{visits.path('therapists:patient-detail')}style.css",
        "/nothing/at/all/",
        "/static/none.css",
    ):
        seen = visits.prober.ask("ther", "GET", path)
        assert seen.status == 404
        assert not faults_of(seen)


@gets
def test_an_answer_is_what_it_says_it_is(row: Row, visits: Visits) -> None:
    kinds = {"text/html", "application/json", "text/plain"} | FILES
    for seen in visits.of(row):
        if seen.content_type.partition(";")[0] in FILES:
            assert seen.headers["Content-Disposition"].startswith("attachment")
        if seen.status == 200:
            assert seen.content_type.partition(";")[0] in kinds, str(seen)


def test_no_cookie_can_be_read_by_a_script_or_sent_from_elsewhere(visits: Visits) -> None:
    cookies = [cookie for row in ROWS for seen in visits.of(row) for cookie in seen.cookies]
    assert cookies
    for cookie in cookies:
        if "Max-Age=0" in cookie:
            continue
        assert "HttpOnly" in cookie
        assert "SameSite=Lax" in cookie
        assert "Domain" not in cookie
        assert "Path=/" in cookie


HTTPS = {
    "SESSION_COOKIE_NAME": "__Host-session",
    "SESSION_COOKIE_SECURE": True,
    "CSRF_COOKIE_NAME": "__Host-csrf",
    "CSRF_COOKIE_SECURE": True,
    "SECURE_HSTS_SECONDS": 63072000,
    "SECURE_HSTS_INCLUDE_SUBDOMAINS": True,
    "SECURE_SSL_REDIRECT": True,
}


def test_production_settings_are_those_for_https() -> None:
    """Read in a process of its own, as production reads them."""
    fixed = {"DEBUG": False, "SESSION_COOKIE_HTTPONLY": True, "CSRF_COOKIE_HTTPONLY": True}
    names = [*HTTPS, *fixed, "LANGUAGE_COOKIE_NAME"]
    code = "import json, sys; from painclinic import settings as s; "
    code += f"print(json.dumps({{n: getattr(s, n) for n in {names}}}))"
    environment = os.environ | {
        "PAINCLINIC_MODE": "production",
        "ALLOWED_HOSTS": "clinic.example",
        "SITE_URL": "https://clinic.example",
    }
    ran = subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True, timeout=60
    )
    assert ran.returncode == 0, ran.stderr[-500:]
    found = json.loads(ran.stdout)
    assert found == HTTPS | fixed | {"LANGUAGE_COOKIE_NAME": "__Host-language"}


@override_settings(**HTTPS)
def test_over_https_cookies_are_bound_to_the_host_and_http_leads_to_https(visits: Visits) -> None:
    client = Client()
    assert client.get("/sign-in/")["Location"] == "https://testserver/sign-in/"
    client.get("/sign-in/", secure=True)
    form = {"login": visits.world.cast.patient.user.email, "password": PASSWORD}
    response = client.post("/sign-in/", form, secure=True, headers={"Referer": "https://testserver/sign-in/"})
    assert response.status_code == 302
    assert {"__Host-session", "__Host-csrf"} <= set(response.cookies)
    for name, cookie in response.cookies.items():
        assert name.startswith("__Host-")
        assert cookie["secure"]
        assert cookie["httponly"]
        assert not cookie["domain"]
    assert re.search(r"max-age=63072000", response["Strict-Transport-Security"])


def test_links_to_elsewhere_do_not_say_where_one_comes_from(visits: Visits) -> None:
    """Sources of the programme may be linked to; nobody there shall learn that a patient followed it."""
    links = {link for row in ROWS for seen in visits.of(row) for link in seen.links}
    assert links
    assert not {link for link in links if "noreferrer" not in link or 'href="https://' not in link}


def test_the_api_answers_in_json_only(visits: Visits) -> None:
    for row in ROWS:
        if PAGES[row.page].is_api:
            for seen in visits.of(row):
                assert seen.content_type.startswith("application/json"), str(seen)
