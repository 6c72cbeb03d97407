"""Log lines hold no secret of a link and nothing that a person typed."""

import json
import logging
from typing import Any

import pytest
from django.test import Client

from painclinic.accounts.models import Invitation
from painclinic.logs import JsonFormatter
from tests.factories.cast import Cast, a_person
from tests.factories.cast import make_patient as enrolled


@pytest.mark.django_db
def test_link_of_an_invitation_is_not_logged(cast: Cast, caplog: Any) -> None:
    enrolled(cast.clinic, cast.admin, cast.therapist, a_person("Ida", "ida@example.org"), cast.version)
    token = Invitation.objects.latest("created_at").token
    with caplog.at_level(logging.WARNING, logger="django.request"):
        logging.getLogger("django.request").addHandler(caplog.handler)
        Client().post(f"/invitation/{token}/", {"password": "short"})
    lines = [json.loads(JsonFormatter().format(record)) for record in caplog.records]
    assert lines
    assert [line["event"] for line in lines] == ["Gone: /invitation/<str:token>/"] * len(lines)
