"""The kept figures follow every change, and are what a full count gives."""

import random
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from threading import Thread as Worker
from uuid import UUID

import pgtrigger
import pytest
from django.db import connection

from clinics.demo.synthetic import make_clinic
from clinics.results.actions import cells_by_full_count, count_due, kept_cells, rebuild_results
from messaging.models import Message, Thread
from painclinic import clock
from painclinic.accounts.models import Clinic
from painclinic.audit.actions import System
from painclinic.ids import new_id
from patients.actions.enrolment import change_therapist
from patients.models import (
    Assignment,
    Enrolment,
    ModuleProgress,
    Occasion,
    OccasionMissing,
    OutcomeCell,
    OutcomeDue,
    StepProgress,
)
from tests.factories.cast import Cast, real_version
from tests.factories.instruments import load_builtins

pytestmark = pytest.mark.django_db
BY = System("test")
FROZEN = ("patients.Score:frozen", "patients.Response:frozen", "patients.OccasionMissing:frozen")


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


def test_rows_that_go_are_taken_out_of_the_sums() -> None:
    """Most of them cannot go but by an operator's hand: the sums follow all the same."""
    load_builtins()
    clinic = make_clinic(60, real_version(), seed=8)
    count_all()
    some = list(Enrolment.objects.filter(clinic=clinic).values_list("pk", flat=True)[:20])
    by_hand(
        "DELETE FROM patients_score WHERE enrolment_id = ANY(%s)",
        "DELETE FROM patients_response WHERE enrolment_id = ANY(%s)",
        "DELETE FROM patients_stepprogress WHERE enrolment_id = ANY(%s)",
        "DELETE FROM patients_occasionmissing USING patients_occasion occasion "
        "WHERE occasion_id = occasion.id AND enrolment_id = ANY(%s)",
        "DELETE FROM patients_occasion WHERE enrolment_id = ANY(%s)",
        ids=some,
    )
    count_all()
    assert kept_cells(clinic=clinic) == cells_by_full_count(clinic=clinic)
    by_hand(
        "DELETE FROM patients_moduleprogress WHERE enrolment_id = ANY(%s)",
        "DELETE FROM patients_assignment WHERE enrolment_id = ANY(%s)",
        "DELETE FROM patients_outcome WHERE enrolment_id = ANY(%s)",
        "DELETE FROM patients_enrolment WHERE id = ANY(%s)",
        ids=some,
    )
    # Even before anything is counted again.
    assert kept_cells(clinic=clinic) == cells_by_full_count(clinic=clinic)
    count_all()
    assert kept_cells(clinic=clinic) == cells_by_full_count(clinic=clinic)
    assert sum(v for k, v in kept_cells(clinic=clinic).items() if k[-1] == "enrolled") == 40


def by_hand(*statements: str, ids: list[UUID]) -> None:
    """As the owner of the tables may: history is not protected from those who own the database."""
    with pgtrigger.ignore(*FROZEN), connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement, [ids])


def test_course_that_nobody_treats_any_more_is_taken_out() -> None:
    cast = Cast()
    count_all()
    assert kept(cast, "enrolled") == 1
    Assignment.objects.filter(enrolment=cast.enrolment).delete()
    count_all()
    assert kept(cast, "enrolled") == 0
    assert kept_cells(clinic=cast.clinic) == cells_by_full_count(clinic=cast.clinic)


def test_reason_for_a_missed_time_point_is_counted_once_it_is_noted() -> None:
    load_builtins()
    clinic = make_clinic(30, real_version(), seed=3)
    count_all()
    over = Occasion.objects.filter(clinic=clinic, completed_at=None, closes_on__lt=clock.now().date())
    one = over.exclude(pk__in=OccasionMissing.objects.values("occasion"))[0]
    name = f"missed-unwell:{one.slug}"
    before = total(clinic, name)
    OccasionMissing.objects.create(
        clinic=clinic, patient_id=one.patient_id, occasion=one, reason="unwell", by=one.patient.user
    )
    count_all()
    assert total(clinic, name) == before + 1
    assert kept_cells(clinic=clinic) == cells_by_full_count(clinic=clinic)


def total(clinic: Clinic, name: str) -> int:
    return int(sum(one.value for one in OutcomeCell.objects.filter(clinic=clinic, name=name)))


@pytest.mark.django_db(transaction=True)
def test_two_counts_at_once_beside_writers_lose_and_double_nothing() -> None:
    load_builtins()
    clinic = make_clinic(80, real_version(), seed=4, messages=False)
    ids = list(Enrolment.objects.filter(clinic=clinic).values_list("pk", flat=True))
    faults: list[BaseException] = []

    def run(work: Callable[[], object]) -> Callable[[], None]:
        def started() -> None:
            try:
                work()
            except BaseException as fault:  # shown by the assertion below
                faults.append(fault)
            finally:
                connection.close()

        return started

    def write(number: int) -> None:
        rng = random.Random(number)
        for _ in range(25):
            course = Enrolment.objects.filter(pk=rng.choice(ids))
            course.update(
                state=rng.choice(["stopped", "completed"]), guidance=rng.choice(["regular", "on-request"])
            )

    def count() -> None:
        for _ in range(12):
            count_due(by=BY)

    threads = [Worker(target=run(partial(write, number))) for number in range(3)]
    threads += [Worker(target=run(count)) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not faults
    count_all()
    assert kept_cells(clinic=clinic) == cells_by_full_count(clinic=clinic)
