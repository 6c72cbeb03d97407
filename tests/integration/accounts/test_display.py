"""Text size and colours: kept on the device, taken only if they are ours, set before the page is drawn."""

import pytest
from django.test import Client

from painclinic.access.display import COOKIE

pytestmark = pytest.mark.django_db


def test_choice_is_kept_and_drawn_by_the_server(client: Client) -> None:
    response = client.post("/display/", {"text_size": "large", "theme": "dark"}, follow=True)
    page = response.content.decode()
    assert 'data-text-size="large"' in page
    assert 'data-theme="dark"' in page
    assert "data-line-spacing" not in page
    assert client.cookies[COOKIE]["httponly"]


def test_every_choice_is_drawn_by_the_server(client: Client) -> None:
    chosen = {"line_length": "long", "contrast": "more", "break_after": "15", "letter_keys": "on"}
    page = client.post("/display/", chosen, follow=True).content.decode().split("<body")[0]
    assert 'data-line-length="long"' in page
    assert 'data-contrast="more"' in page
    assert 'data-keys="on"' in page


def test_a_cookie_from_before_there_were_more_choices_still_counts(client: Client) -> None:
    client.cookies[COOKIE] = "large.wide.dark"
    page = client.get("/help-now/").content.decode().split("<body")[0]
    assert 'data-theme="dark"' in page
    assert "data-keys" not in page


@pytest.mark.parametrize("value", ["", "x", '"><b>.huge.red', "large.wide.dark.more", "...."])
def test_a_strange_cookie_is_not_believed(client: Client, value: str) -> None:
    client.cookies[COOKIE] = value
    page = client.get("/help-now/").content.decode()
    assert "huge" not in page.split("<body")[0]
    assert 'data-theme="red"' not in page


def test_a_choice_that_is_not_offered_is_refused(client: Client) -> None:
    response = client.post("/display/", {"text_size": "huge"})
    assert response.status_code == 200
    assert COOKIE not in client.cookies


@pytest.mark.parametrize(("path", "status"), [("/no-such-page/", 404), ("/staff-only-nothing/", 404)])
def test_a_page_that_is_not_there_says_so_kindly(client: Client, path: str, status: int) -> None:
    response = client.get(path)
    assert response.status_code == status
    assert "There is nothing here for you" in response.content.decode()


def test_the_page_for_a_fault_of_ours_needs_nothing() -> None:
    """It is drawn without a request, when anything may be broken."""
    from django.template.loader import render_to_string

    for name in ("400.html", "500.html"):
        assert "Help now" in render_to_string(name)
