"""What a person reads right after signing in."""

from django.test import Client

from tests.factories.cast import PASSWORD, Cast


def test_nobody_is_greeted_by_an_id(cast: Cast, client: Client) -> None:
    sent = {"login": cast.patient.user.email, "password": PASSWORD}
    page = client.post("/sign-in/", sent, follow=True)
    assert page.status_code == 200
    said = [str(message) for message in page.context["messages"]]
    assert said == []
    assert "signed in as" not in page.content.decode()
