"""The page of results shows what the clinic was generated with, to whom it may, and hides small numbers."""

import math

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from clinics.demo.draws import MEASURES, true_completion, true_effect
from clinics.demo.synthetic import make_clinic
from clinics.results.actions import count_due
from clinics.results.figures import measures, people
from clinics.results.instruments import measured_scales
from clinics.results.reading import read_choice, read_shown
from painclinic.accounts.models import Clinic, Membership, Role, User
from painclinic.audit.actions import System
from patients.models import OutcomeCell, Patient
from programs.formulas.effects import wilson_interval
from tests.factories.cast import make_clinic as make_plain_clinic
from tests.factories.cast import make_staff, real_version
from tests.factories.instruments import load_builtins

pytestmark = pytest.mark.django_db
PAGE = "/clinic/results/"


def synthetic(count: int, seed: int = 11, *, messages: bool = False) -> Clinic:
    load_builtins()
    clinic = make_clinic(count, real_version(), seed=seed, messages=messages)
    while count_due(by=System("test")):
        pass
    return clinic


def signed_in(clinic: Clinic, role: Role = Role.CLINIC_ADMIN) -> Client:
    client = Client()
    email = f"{role}-{clinic.pk.hex[-6:]}@results.test"
    user = User.objects.filter(email=email).first()
    client.force_login(user or make_staff(clinic, role, email, "Rita Sult"))
    return client


@pytest.mark.slow
def test_synthetic_clinic_of_2000_shows_what_it_was_generated_with() -> None:
    clinic = synthetic(2000, seed=2026)
    response = signed_in(clinic).get(PAGE)
    rows = {row.title: row for row in response.context["measures"]}
    shown = read_shown(clinic, read_choice(clinic, {}))
    scales = measured_scales(shown.totals, "en")
    print()
    for measure in MEASURES:
        size, truth = rows[scales[measure.slug][0]].size, true_effect(measure)
        assert size is not None
        print(
            f"{measure.slug:<6} shown {size.g:.3f} ({size.low:.3f} to {size.high:.3f}), generated {truth:.3f}"
        )
        # One and a half half-widths: four intervals of 95% at once.
        assert abs(size.g - truth) < 1.5 * (size.high - size.g)
    done, of, truth = shown.count("completed"), shown.count("over-started"), true_completion()
    low, high = wilson_interval(done, of)
    print(f"completed shown {done / of:.3f} ({low:.3f} to {high:.3f}), generated {truth:.3f}")
    assert low - 0.01 <= truth <= high + 0.01
    assert f"{done / of * 100:.0f}%" in response.content.decode()
    assert "synthetic: made-up patients" in response.content.decode()
    started, due = shown.count("started"), shown.count("start-due")
    assert abs(started / due - 0.87) < 2.6 * math.sqrt(0.87 * 0.13 / due)
    worse = part(shown.count("phq-9:worse"), shown.count("phq-9:told"))
    print(f"reliably worse on the PHQ-9: {worse:.3f}")
    assert worse < 0.06


def part(count: int, of: int) -> float:
    return count / of


@pytest.mark.parametrize("narrowed", [False, True])
def test_results_take_as_many_queries_for_few_courses_as_for_many(narrowed: bool) -> None:
    few, many = (queries(synthetic(count, seed=count), narrowed) for count in (20, 160))
    assert few == many


def queries(clinic: Clinic, narrowed: bool) -> int:
    client = signed_in(clinic)
    therapist = Membership.objects.filter(clinic=clinic, role=Role.THERAPIST).order_by("pk")[0].user_id
    with CaptureQueriesContext(connection) as captured:
        assert client.get(PAGE, {"therapist": str(therapist)} if narrowed else {}).status_code == 200
    assert not [one for one in captured.captured_queries if "patients_response" in one["sql"]]
    return len(captured)


def test_results_of_one_course_say_that_it_is_too_few() -> None:
    clinic = synthetic(3)
    body = signed_in(clinic).get(PAGE).content.decode()
    assert "too few to show" in body
    assert "95% interval" not in body.split("How this is counted")[0].split("</table>")[0]


def test_a_value_that_would_tell_a_small_one_is_hidden_too() -> None:
    """Two therapists, one with three courses: whoever sees the total may not see the other's number."""
    clinic = synthetic(40)
    cells = OutcomeCell.objects.filter(clinic=clinic, name="enrolled")
    first, second = cells.values_list("therapist_id", flat=True).distinct().order_by("therapist_id")[:2]
    OutcomeCell.objects.filter(clinic=clinic).exclude(therapist__in=[first, second]).delete()
    cells.filter(therapist=first).delete()
    template = cells.filter(therapist=second)[0]
    cells.exclude(pk=template.pk).delete()
    OutcomeCell.objects.filter(pk=template.pk).update(value=30)
    OutcomeCell.objects.create(
        clinic=clinic, programme=template.programme, therapist_id=first, guidance=template.guidance,
        year=template.year, name="enrolled", value=3,
    )  # fmt: skip
    assert people(read_shown(clinic, read_choice(clinic, {}))) == "33 courses"
    for therapist in (first, second):
        shown = read_shown(clinic, read_choice(clinic, {"therapist": str(therapist)}))
        assert people(shown) == "too few to show"


def test_results_show_nothing_of_another_clinic_and_name_no_patient() -> None:
    clinic = synthetic(30)
    other = make_plain_clinic("Harbour Clinic")
    body = signed_in(other).get(PAGE).content.decode()
    assert "Nothing to count yet" in body
    assert "Synthetic Alder" not in body
    own = signed_in(clinic, Role.SUPERVISOR).get(PAGE).content.decode()
    assert "Synthetic Alder" in own
    assert not [name for name in Patient.objects.values_list("name", flat=True) if f"{name}<" in own]


def test_therapist_may_not_see_results_and_supervisor_may_not_export() -> None:
    clinic = synthetic(5)
    assert signed_in(clinic, Role.THERAPIST).get(PAGE).status_code == 403
    supervisor = signed_in(clinic, Role.SUPERVISOR)
    assert supervisor.post(reverse("clinics:answers-export")).status_code == 403
    assert "Take the data away" not in supervisor.get(PAGE).content.decode()


def test_measures_with_nothing_kept_are_left_out() -> None:
    clinic = make_plain_clinic()
    assert measures(read_shown(clinic, read_choice(clinic, {})), {}) == []
