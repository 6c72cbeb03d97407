"""A clinic begins with one command."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from messaging.models import Reminder
from painclinic.accounts.models import Clinic

pytestmark = pytest.mark.django_db
OPTIONS = {"admin_name": "Ada Min", "admin_email": "ada@new.test", "emergency_number": "112"}


def test_open_clinic_invites_the_first_admin_whose_link_works() -> None:
    out = StringIO()
    call_command("open_clinic", "New Clinic", stdout=out, **OPTIONS)
    assert Clinic.objects.get().emergency_number == "112"
    assert Reminder.objects.get().kind == Reminder.Kind.STAFF_INVITATION
    link = out.getvalue().split()[-1]
    path = "/" + link.split("/", 3)[3]
    assert Client().get(path).status_code == 200


@pytest.mark.parametrize("wrong", [{"admin_email": "ada"}, {"timezone": "Mars/Base"}])
def test_open_clinic_with_a_fault_says_so_and_creates_nothing(wrong: dict[str, str]) -> None:
    with pytest.raises(CommandError):
        call_command("open_clinic", "New Clinic", **{**OPTIONS, **wrong})
    assert not Clinic.objects.exists()


def test_open_clinic_for_an_address_in_use_is_refused() -> None:
    call_command("open_clinic", "One", stdout=StringIO(), **OPTIONS)
    with pytest.raises(CommandError):
        call_command("open_clinic", "Two", **OPTIONS)
    assert Clinic.objects.count() == 1
