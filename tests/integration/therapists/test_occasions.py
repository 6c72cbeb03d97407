"""A therapist asks for something in between, and says why something is missing."""

from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse

from painclinic import clock
from painclinic.audit.models import AuditEvent
from patients.actions.measures import (
    MOST_EXTRA,
    NotMissingError,
    OccasionInvalidError,
    add_occasion,
    note_missing,
    plan_occasions,
    submit_response,
)
from patients.measures.asked import all_askable
from patients.models import Enrolment, Occasion, OccasionMissing
from programs.actions import attest_licence
from tests.factories.cast import Cast
from tests.factories.instruments import PROBE, load_builtins, load_pack
from tests.integration.therapists.conftest import Course, signed_in

pytestmark = pytest.mark.django_db
REASON = "You told me that the new tablets make you tired."


@pytest.fixture
def enrolment(course: Course) -> Enrolment:
    load_builtins()
    return course.enrolment


def asking(enrolment: Enrolment) -> str:
    return reverse("therapists:occasion-add", args=[enrolment.patient_id])


def today_of(enrolment: Enrolment) -> date:
    return clock.local_today(enrolment.patient.timezone)


def asked(enrolment: Enrolment, **changed: Any) -> dict[str, Any]:
    filled = {"instruments": ["gad-7"], "reason": REASON, "due_on": str(today_of(enrolment)), "days": "7"}
    return filled | changed


def missed(enrolment: Enrolment, **changed: Any) -> Occasion:
    day = today_of(enrolment) - timedelta(days=3)
    of = {"enrolment": enrolment, "patient_id": enrolment.patient_id, "clinic_id": enrolment.clinic_id}
    plan = {"opens_on": day, "due_on": day, "closes_on": day, "kind": "weekly", "slug": "week-0"}
    return Occasion.objects.create(**of, **plan | {"instruments": ["peg"]} | changed)


def page_about(occasion: Occasion) -> str:
    return reverse("therapists:occasion-missing", args=[occasion.patient_id, occasion.pk])


def test_what_a_therapist_asks_is_on_the_patients_page_with_the_reason(
    anna: Client, enrolment: Enrolment
) -> None:
    response = anna.post(asking(enrolment), asked(enrolment), follow=True)

    assert "Waiting for answers" in response.content.decode()
    occasion = Occasion.objects.get(enrolment=enrolment, kind="extra")
    today = today_of(enrolment)
    assert (occasion.opens_on, occasion.closes_on) == (today, today + timedelta(days=6))
    page = signed_in(enrolment.patient.user).get(reverse("patients:question-list")).content.decode()
    assert REASON in page
    assert AuditEvent.objects.filter(verb="occasion-add", object_ids=[occasion.pk]).count() == 1


@pytest.mark.parametrize(
    ("field", "value", "error"),
    [
        ("instruments", [], "Choose at least one questionnaire."),
        ("instruments", ["never-heard-of"], "Select a valid choice"),
        ("instruments", ["rmdq"], "Select a valid choice"),
        ("reason", "  ", "Write a sentence to the patient."),
        ("due_on", "yesterday", "Enter a valid date"),
        ("due_on", "2020-01-01", "Choose a day from today on"),
        ("days", "400", "Select a valid choice"),
    ],
)
def test_what_cannot_be_asked_is_explained_and_keeps_the_rest(
    anna: Client, enrolment: Enrolment, field: str, value: Any, error: str
) -> None:
    response = anna.post(asking(enrolment), asked(enrolment, **{field: value}))

    page = response.content.decode()
    assert response.status_code == 422
    assert error in page
    assert field == "reason" or REASON in page
    assert not Occasion.objects.filter(enrolment=enrolment, kind="extra").exists()


def test_clinic_without_item_nine_offers_the_questionnaire_without_it(
    cast: Cast, anna: Client, enrolment: Enrolment
) -> None:
    choices = dict(anna.get(asking(enrolment)).context["form"].fields["instruments"].choices)
    assert "phq-9" in choices
    assert "phq-8" in choices
    cast.clinic.uses_item_nine = False
    cast.clinic.save()

    choices = dict(anna.get(asking(enrolment)).context["form"].fields["instruments"].choices)

    assert "phq-8" in choices
    assert "phq-9" not in choices


def test_licensed_questionnaire_without_licence_is_not_offered(anna: Client, enrolment: Enrolment) -> None:
    slug = load_pack().instrument.slug
    choices = dict(anna.get(asking(enrolment)).context["form"].fields["instruments"].choices)
    assert slug not in choices
    with pytest.raises(OccasionInvalidError) as refused:
        ask(enrolment, instruments=[slug])
    assert refused.value.errors == {"instruments": "instruments"}


@pytest.mark.parametrize(("is_back", "is_offered"), [(True, True), (False, False), (None, False)])
def test_licensed_questionnaire_for_back_pain_is_asked_only_for_back_pain(
    cast: Cast, enrolment: Enrolment, is_back: bool | None, is_offered: bool
) -> None:
    instrument = load_pack(PROBE.replace("minutes: 1", "minutes: 1\nonly_for: back-pain")).instrument
    attest_licence(
        by=cast.admin,
        clinic=cast.clinic,
        instrument=instrument,
        holder="Lakeside Clinic",
        reference="Contract 7",
        valid_until=today_of(enrolment) + timedelta(days=90),
        attested_name="Ada Min",
    )
    enrolment.has_back_pain = is_back
    assert (instrument.slug in all_askable(enrolment)) == is_offered
    assert ("rmdq" in all_askable(enrolment)) == is_offered


def ask(enrolment: Enrolment, **changed: Any) -> Occasion:
    filled = {"instruments": ["gad-7"], "due_on": today_of(enrolment), "days": 7, "reason": REASON}
    return add_occasion(by=enrolment.therapist, enrolment=enrolment, **(filled | changed))


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"instruments": []}, "instruments"),
        ({"instruments": ["gas"]}, "instruments"),
        ({"days": 0}, "days"),
        ({"days": 29}, "days"),
        ({"reason": " "}, "reason"),
    ],
)
def test_occasion_that_cannot_be_is_refused_by_the_action(
    enrolment: Enrolment, changed: dict[str, Any], field: str
) -> None:
    with pytest.raises(OccasionInvalidError) as refused:
        ask(enrolment, **changed)
    assert set(refused.value.errors) == {field}


def test_number_of_added_occasions_is_bounded(anna: Client, enrolment: Enrolment) -> None:
    for _ in range(MOST_EXTRA):
        ask(enrolment)
    response = anna.post(asking(enrolment), asked(enrolment))
    assert response.status_code == 422
    assert "that is the most" in response.content.decode()
    assert Occasion.objects.filter(enrolment=enrolment, kind="extra").count() == MOST_EXTRA


def test_reason_for_something_missing_is_kept_and_the_newest_counts(
    anna: Client, enrolment: Enrolment
) -> None:
    occasion = missed(enrolment)
    detail = reverse("therapists:patient-detail", args=[enrolment.patient_id])
    assert page_about(occasion) in anna.get(detail).content.decode()

    anna.post(page_about(occasion), {"reason": "not-reached", "note": "Rang twice"})
    anna.post(page_about(occasion), {"reason": "unwell", "note": "A cold"})

    assert [one.reason for one in OccasionMissing.objects.filter(occasion=occasion)] == [
        "not-reached",
        "unwell",
    ]
    page = anna.get(detail).content.decode()
    assert "was too unwell. A cold" in page
    assert "Rang twice" not in page
    assert AuditEvent.objects.filter(verb="occasion-missing").count() == 2


def test_reason_is_asked_for_beside_the_field(anna: Client, enrolment: Enrolment) -> None:
    response = anna.post(page_about(missed(enrolment)), {"note": "Rang twice"})
    assert response.status_code == 422
    assert "Choose one." in response.content.decode()
    assert "Rang twice" in response.content.decode()
    assert not OccasionMissing.objects.exists()


def test_reason_that_nobody_knows_is_refused_by_the_action(enrolment: Enrolment) -> None:
    with pytest.raises(ValueError, match="reasons"):
        note_missing(by=enrolment.therapist, occasion=missed(enrolment), reason="bored")


def test_reason_may_be_known_while_there_is_still_time(anna: Client, enrolment: Enrolment) -> None:
    occasion = ask(enrolment)
    detail = reverse("therapists:patient-detail", args=[enrolment.patient_id])
    assert page_about(occasion) in anna.get(detail).content.decode()
    anna.post(page_about(occasion), {"reason": "declined"})
    assert OccasionMissing.objects.get(occasion=occasion).reason == "declined"


def test_time_point_that_is_not_asked_yet_needs_no_reason(anna: Client, enrolment: Enrolment) -> None:
    occasion = ask(enrolment, due_on=today_of(enrolment) + timedelta(days=3))
    with pytest.raises(NotMissingError):
        note_missing(by=enrolment.therapist, occasion=occasion, reason="unwell")
    assert anna.get(page_about(occasion)).status_code == 302
    anna.post(page_about(occasion), {"reason": "unwell"})
    assert not OccasionMissing.objects.exists()


def test_answered_time_point_needs_no_reason(anna: Client, enrolment: Enrolment) -> None:
    plan_occasions(by=enrolment.therapist, enrolment=enrolment)
    occasion = ask(enrolment, instruments=["peg"])
    submit_response(
        by=enrolment.patient.user,
        enrolment=enrolment,
        occasion=occasion,
        slug="peg",
        raw={"p": "1", "e": "1", "g": "1"},
        submission_id=uuid4(),
    )
    with clock.moved(timedelta(days=30)):
        assert anna.get(page_about(occasion)).status_code == 302
        with pytest.raises(NotMissingError):
            note_missing(by=enrolment.therapist, occasion=occasion, reason="unwell")


def test_time_point_of_another_patient_is_not_found(cast: Cast, anna: Client, enrolment: Enrolment) -> None:
    occasion = missed(cast.enrolment)
    address = reverse("therapists:occasion-missing", args=[enrolment.patient_id, occasion.pk])
    assert anna.post(address, {"reason": "unwell"}).status_code == 404
