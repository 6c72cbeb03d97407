"""The synthetic clinic: lively on every page, built once, refused in production."""

from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from clinics.demo import people
from clinics.demo.weeks import WEEKS
from messaging.models import Reminder, Thread
from painclinic.accounts.models import Clinic, Membership, Role, User
from patients.models import (
    AdverseVersion,
    CourseChange,
    Enrolment,
    Entry,
    Homework,
    Patient,
    Respite,
    Review,
    SleepWindow,
)

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


def test_load_demo_builds_a_lively_clinic_once(settings: Any) -> None:
    call_command("load_demo", stdout=StringIO())
    call_command("load_demo", stdout=StringIO())
    assert Clinic.objects.filter(is_demo=True).count() == 1
    assert Patient.objects.count() == 40
    assert Enrolment.objects.count() == 40
    staff = Membership.objects.active().staff()
    assert staff.filter(role=Role.THERAPIST).count() == 3
    assert staff.filter(role=Role.CLINIC_ADMIN).count() == 2
    assert Homework.objects.awaiting_review().count() >= 5
    assert Review.objects.filter(outcome="another_look").exists()
    assert Thread.objects.awaiting_reply().count() >= 4
    assert {"patient_invitation", "module_available", "inactive"} <= set(
        Reminder.objects.values_list("kind", flat=True)
    )
    furthest = Enrolment.objects.get(patient__user__email="patient2@demo.example")
    written = set(furthest.entries.values_list("worksheet__slug", flat=True))
    assert written >= {filling.slug for week in WEEKS.values() for filling in week}
    assert furthest.module_progress.filter(module__number=8, core_completed_at__isnull=False).exists()
    assert set(Respite.objects.running().values_list("kind", flat=True)) == {"flare_up", "pause"}
    assert set(CourseChange.objects.values_list("kind", flat=True)) >= {"add_step", "add_worksheet"}
    assert SleepWindow.objects.get().is_on
    held = [one for one in Entry.objects.current() if one.answers.get("progression") == "hold"]
    assert len(held) == 1
    assert set(AdverseVersion.objects.current().values_list("kind", flat=True)) == {"assessed", "reported"}
    for email in people.SIGN_INS:
        assert User.objects.get(email=email).check_password(people.PASSWORD)


def test_load_demo_is_refused_in_production(settings: Any) -> None:
    settings.PRODUCTION = True
    with pytest.raises(CommandError):
        call_command("load_demo")
