"""What staff see of what was sent, and what failed."""

from typing import Any

import pytest
from django.template.loader import render_to_string

from messaging.actions.dispatch import deliver
from messaging.actions.planning import plan
from messaging.models import Delivery, Reminder
from messaging.presenters import delivery_page
from tests.factories.cast import Cast
from tests.factories.outbox import open_module


@pytest.fixture
def sent(cast: Cast) -> None:
    """One mail to a patient of each therapist, and one at the other clinic."""
    for enrolment in (cast.enrolment, cast.other_enrolment, cast.elsewhere_enrolment):
        open_module(enrolment)
    plan()
    deliver()


def seen_by(user: Any) -> list[str]:
    return sorted(row.person for row in delivery_page(Reminder.objects.visible_to(user), None))


def test_deliveries_are_seen_by_those_who_treat_and_by_the_clinics_admins(cast: Cast, sent: None) -> None:
    assert seen_by(cast.therapist) == ["Maria Lund"]
    assert seen_by(cast.unassigned_therapist) == ["Omar Aziz"]
    assert seen_by(cast.supervisor) == seen_by(cast.admin) == ["Maria Lund", "Omar Aziz"]
    assert seen_by(cast.elsewhere_admin) == ["Lea Far"]
    assert seen_by(cast.patient.user) == ["Maria Lund"]
    assert Delivery.objects.visible_to(cast.therapist).count() == 1


def test_deliveries_that_failed_say_so_without_the_servers_words(cast: Cast, sent: None) -> None:
    reminder = Reminder.objects.visible_to(cast.therapist).get()
    Delivery.objects.create(reminder=reminder, was_accepted=False, fault="SMTPRecipientsRefused")
    Reminder.objects.filter(pk=reminder.pk).update(state=Reminder.State.FAILED)
    page = delivery_page(Reminder.objects.visible_to(cast.therapist), "1")
    html = render_to_string("messaging/_deliveries.html", {"page": page})
    assert "Maria Lund" in html
    assert "The mail server did not take it." in html
    assert "maria@example.org" not in html


def test_deliveries_cost_the_same_for_few_and_many(cast: Cast, django_assert_num_queries: Any) -> None:
    for number in range(30):
        open_module(cast.enrolment if number % 2 else cast.other_enrolment)
    plan()
    admin = cast.admin
    assert len(admin.active_memberships) == 1
    with django_assert_num_queries(3):
        assert len(list(delivery_page(Reminder.objects.visible_to(admin), 1))) == 25
