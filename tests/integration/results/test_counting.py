"""The kept figures follow every change, and are what a full count gives."""

import random
from datetime import timedelta

import pytest

from clinics.demo.synthetic import make_clinic
from clinics.results.actions import cells_by_full_count, count_due, kept_cells, rebuild_results
from messaging.models import Message, Thread
from painclinic import clock
from painclinic.audit.actions import System
from painclinic.ids import new_id
from patients.actions.enrolment import change_therapist
from patients.models import Enrolment, ModuleProgress, OutcomeCell, OutcomeDue, StepProgress
from tests.factories.cast import Cast, real_version
from tests.factories.instruments import load_builtins

pytestmark = pytest.mark.django_db
BY = System("test")


def count_all() -> int:
    total = 0
    while done := count_due(by=BY):
        total += done
    return total


def test_enrolment_is_counted_by_its_mark_and_only_once() -> None:
    cast = Cast()
    count_all()
    enrolled = OutcomeCell.objects.get(clinic=cast.clinic, name="enrolled", therapist=cast.therapist)
    assert enrolled.value == 1
    OutcomeDue.objects.create(enrolment_id=cast.enrolment.pk)
    assert count_due(by=BY) == 1
    enrolled.refresh_from_db()
    assert enrolled.value == 1
    assert not OutcomeDue.objects.exists()


def test_hand_over_moves_the_course_to_the_new_therapist() -> None:
    cast = Cast()
    count_all()
    change_therapist(by=cast.admin, enrolment=cast.enrolment, therapist=cast.unassigned_therapist)
    count_all()
    cells = OutcomeCell.objects.filter(clinic=cast.clinic, name="enrolled").exclude(value=0)
    assert list(cells.values_list("therapist_id", "value")) == [(cast.unassigned_therapist.pk, 2)]


def test_course_that_nobody_touches_is_counted_again_when_its_time_is_over() -> None:
    cast = Cast()
    count_all()
    assert not kept(cast, "over")
    clock.set_shift(timedelta(days=80))
    try:
        count_all()
    finally:
        clock.set_shift(timedelta(0))
    assert kept(cast, "over") == 1


def kept(cast: Cast, name: str) -> int:
    cell = OutcomeCell.objects.filter(clinic=cast.clinic, name=name, therapist=cast.therapist).first()
    return int(cell.value) if cell else 0


def test_cells_after_random_changes_are_what_a_full_count_gives() -> None:
    load_builtins()
    clinic = make_clinic(120, real_version(), seed=5)
    rng = random.Random(5)
    count_all()
    for _ in range(4):
        for enrolment in rng.sample(list(Enrolment.objects.filter(clinic=clinic)), 15):
            change(rng, enrolment)
        count_all()
        assert kept_cells(clinic=clinic) == cells_by_full_count(clinic=clinic)
    before = kept_cells(clinic=clinic)
    OutcomeCell.objects.filter(name="enrolled").update(value=999)
    rebuild_results(by=BY)
    assert kept_cells(clinic=clinic) == before


def change(rng: random.Random, enrolment: Enrolment) -> None:
    """Something that happens to a course, by whichever way: the database sets the mark."""
    row = {"clinic_id": enrolment.clinic_id, "patient_id": enrolment.patient_id}
    what = rng.randrange(4)
    if what == 0:
        ModuleProgress.objects.filter(enrolment=enrolment).update(core_completed_at=clock.now())
    elif what == 1:
        StepProgress.objects.filter(enrolment=enrolment).update(visited_at=clock.now())
    elif what == 2:
        Enrolment.objects.filter(pk=enrolment.pk).update(state="stopped")
    else:
        thread = Thread.objects.get(patient=enrolment.patient_id)
        side = rng.choice(["patient", "team"])
        author = enrolment.patient.user
        Message.objects.create(
            **row, thread=thread, author=author, side=side, body="x", submission_id=new_id()
        )
