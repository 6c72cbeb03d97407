"""Signing in, staying signed in, and signing out."""

from datetime import timedelta
from urllib.parse import urljoin, urlsplit

import pytest
from django.conf import settings
from django.contrib.sessions.models import Session
from django.test import Client
from django.urls import reverse

from painclinic import clock
from painclinic.audit.models import Action, AuditEvent
from tests.factories.cast import PASSWORD, Cast

pytestmark = pytest.mark.django_db
SIGN_IN = "/sign-in/"


def enter(client: Client, email: str, password: str = PASSWORD) -> str:
    """Sign in by the form; where it led to."""
    response = client.post(SIGN_IN, {"login": email, "password": password})
    return response.get("Location", "")


def key_of(client: Client) -> str:
    cookie = client.cookies.get(settings.SESSION_COOKIE_NAME)
    return cookie.value if cookie else ""


def browser_with(key: str) -> Client:
    client = Client()
    client.cookies[settings.SESSION_COOKIE_NAME] = key
    return client


def test_signing_in_gives_a_new_session(cast: Cast, client: Client) -> None:
    """A session key that somebody planted before is worth nothing afterwards (fixation)."""
    client.get(SIGN_IN)
    session = client.session
    session["planted"] = True
    session.save()
    before = session.session_key
    client.cookies[settings.SESSION_COOKIE_NAME] = before
    assert enter(client, cast.patient.user.email) == "/"
    assert key_of(client) != before
    assert browser_with(before).get("/home/")["Location"].startswith(SIGN_IN)


def test_after_signing_out_the_old_key_is_dead(cast: Cast, client: Client) -> None:
    enter(client, cast.patient.user.email)
    key = key_of(client)
    assert browser_with(key).get("/home/").status_code == 200
    client.post("/sign-out/")
    assert not Session.objects.filter(session_key=key).exists()
    assert browser_with(key).get("/home/")["Location"].startswith(SIGN_IN)


def test_looking_at_the_sign_out_page_signs_nobody_out(cast: Cast, client: Client) -> None:
    enter(client, cast.patient.user.email)
    client.get("/sign-out/")
    assert client.get("/home/").status_code == 200


def test_a_password_alone_lets_no_staff_in(cast: Cast, client: Client) -> None:
    assert enter(client, cast.therapist.email) == reverse("mfa_authenticate")
    assert client.get("/today/")["Location"].startswith(SIGN_IN)


def test_signing_in_is_on_the_trail(cast: Cast, client: Client) -> None:
    enter(client, cast.patient.user.email)
    events = AuditEvent.objects.filter(action=Action.LOGIN, actor_id=cast.patient.user_id)
    assert [event.verb for event in events] == ["sign-in"]


@pytest.mark.parametrize(
    ("who", "idle", "longest"), [("patient", 30 * 60, 12 * 3600), ("staff", 15 * 60, 8 * 3600)]
)
def test_a_session_ends_when_it_idles_and_when_it_is_old(
    cast: Cast, client: Client, who: str, idle: int, longest: int
) -> None:
    user, page = (cast.patient.user, "/home/") if who == "patient" else (cast.therapist, "/today/")
    client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    assert client.get(page).status_code == 200
    key = key_of(client)
    with clock.moved(timedelta(seconds=idle - 60)):
        assert client.get(page).status_code == 200
    with clock.moved(timedelta(seconds=2 * idle + 120)):
        assert client.get(page)["Location"].startswith(SIGN_IN)
    assert not Session.objects.filter(session_key=key).exists()
    client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    for passed in range(0, longest, idle // 2):
        with clock.moved(timedelta(seconds=passed)):
            assert client.get(page).status_code == 200
    with clock.moved(timedelta(seconds=longest + 1)):
        assert client.get(page)["Location"].startswith(SIGN_IN)


def test_a_new_password_ends_the_other_sessions(cast: Cast, client: Client) -> None:
    user = cast.patient.user
    elsewhere = Client()
    enter(elsewhere, user.email)
    enter(client, user.email)
    fields = {"oldpassword": PASSWORD, "password1": "another-long-one-42", "password2": "another-long-one-42"}
    assert client.post("/account/password/", fields).status_code == 302
    assert client.get("/home/").status_code == 200
    assert elsewhere.get("/home/")["Location"].startswith(SIGN_IN)


NEXT_CORPUS = [
    "//evil.example/",
    "/\\evil.example/",
    "https:evil.example",
    "https://evil.example/",
    "http:///evil.example/",
    "///evil.example/",
    "\\\\evil.example",
    "/%0d%0aLocation: https://evil.example/",
    "javascript:alert(1)",
    "https://testserver@evil.example/",
    "https://testserver.evil.example/",
    "\thttps://evil.example/",
    "%2f%2fevil.example",
]


@pytest.mark.parametrize("address", NEXT_CORPUS)
def test_nobody_is_led_to_another_site(cast: Cast, client: Client, address: str) -> None:
    """`next` of the sign-in page, and of forms that lead back to where they were opened from."""
    response = client.post(
        f"{SIGN_IN}?next={address}",
        {"login": cast.patient.user.email, "password": PASSWORD, "next": address},
    )
    assert response.status_code == 302
    place = response["Location"].replace("\\", "/")
    assert urlsplit(urljoin("https://testserver/sign-in/", place)).netloc == "testserver"
    assert not place.startswith("//")
    assert "\n" not in place


def test_the_second_factor_is_asked_for_after_a_password_reset(cast: Cast, client: Client) -> None:
    """A reset does not sign in, so it cannot go around the second factor (ASVS 6.4.3)."""
    from allauth.account import app_settings
    from allauth.account.utils import user_pk_to_url_str

    user = cast.therapist
    token = app_settings.PASSWORD_RESET_TOKEN_GENERATOR().make_token(user)
    path = reverse(
        "account_reset_password_from_key", kwargs={"uidb36": user_pk_to_url_str(user), "key": token}
    )
    form_path = client.get(path)["Location"]
    fields = {"password1": "another-long-one-42", "password2": "another-long-one-42"}
    assert client.post(form_path, fields).status_code == 302
    assert client.get("/today/")["Location"].startswith(SIGN_IN)
    assert enter(client, user.email, "another-long-one-42") == reverse("mfa_authenticate")
