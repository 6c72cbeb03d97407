"""The course as actions: what opens, where the patient is, what is kept, and that twice is once."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext

from painclinic import clock
from painclinic.accounts.actions import accept_invitation
from painclinic.accounts.models import Invitation
from painclinic.audit.actions import System
from painclinic.audit.models import AuditEvent
from patients.actions.enrolment import enrol_patient
from patients.actions.progress import (
    ModuleClosedError,
    NoSuchAnswerError,
    NotInCourseError,
    answer_check,
    finish_step,
    open_module,
    rate_step,
    unlock_due,
    unlock_if_due,
    unlock_module,
    visit_step,
)
from patients.actions.steering import place_hold, release_hold
from patients.jobs import unlock_modules
from patients.models import (
    CheckAnswer,
    Enrolment,
    ModuleProgress,
    StepProgress,
    StepRating,
)
from programs.models import Module, Step
from tests.factories.cast import Cast, a_person, make_version, real_version

pytestmark = pytest.mark.django_db
JOB = System("test")
WEEK = timedelta(days=7)


def step_of(enrolment: Enrolment, number: int, module: int = 1) -> Step:
    return Step.objects.get(
        module__version_id=enrolment.programme_version_id, module__number=module, number=number
    )


def module_of(enrolment: Enrolment, number: int) -> Module:
    return Module.objects.get(version_id=enrolment.programme_version_id, number=number)


def opened(enrolment: Enrolment) -> list[int]:
    rows = ModuleProgress.objects.filter(enrolment=enrolment).order_by("module__number")
    return list(rows.values_list("module__number", flat=True))


def read_core(cast: Cast, module: int = 1) -> None:
    for step in Step.objects.filter(module=module_of(cast.enrolment, module), is_core=True):
        finish_step(by=cast.patient.user, enrolment=cast.enrolment, step=step)


def events(verb: str) -> int:
    return AuditEvent.objects.filter(verb=verb).count()


# --- opening by the rule ---


def test_job_opens_the_first_module_once_however_often_it_runs(cast: Cast) -> None:
    assert unlock_due(by=JOB, now=clock.now()) == 3
    assert unlock_due(by=JOB, now=clock.now()) == 0
    unlock_modules()
    assert opened(cast.enrolment) == [1]
    row = ModuleProgress.objects.get(enrolment=cast.enrolment)
    assert row.unlocked_by is None
    assert row.clinic_id == cast.clinic.pk
    assert events("module-unlock") == 3


def test_job_waits_for_the_start_date_where_the_patient_lives(cast: Cast) -> None:
    Enrolment.objects.filter(pk=cast.enrolment.pk).update(
        starts_on=clock.local_today(cast.patient.timezone) + timedelta(days=1)
    )
    unlock_due(by=JOB, now=clock.now())
    assert opened(cast.enrolment) == []
    with clock.moved(timedelta(days=1, minutes=1)):
        unlock_due(by=JOB, now=clock.now())
    assert opened(cast.enrolment) == [1]


def test_job_opens_nothing_for_a_person_who_has_not_come_yet(cast: Cast) -> None:
    enrolment, invitation = enrol_patient(
        by=cast.admin,
        clinic=cast.clinic,
        request_id=uuid4(),
        person=a_person("Ida Late", "ida@example.org"),
        programme_version=make_version(),
        therapist=cast.therapist,
        starts_on=clock.local_today("Europe/London"),
    )
    unlock_due(by=JOB, now=clock.now())
    assert opened(enrolment) == []
    assert isinstance(invitation, Invitation)
    accept_invitation(invitation=invitation, password="a-long-test-password-7")
    unlock_due(by=JOB, now=clock.now())
    assert opened(enrolment) == [1]


def test_next_module_opens_five_days_later_when_the_core_is_read(cast: Cast) -> None:
    unlock_due(by=JOB, now=clock.now())
    with clock.moved(WEEK):
        assert unlock_due(by=JOB, now=clock.now()) == 0
    read_core(cast)
    assert opened(cast.enrolment) == [1]
    with clock.moved(timedelta(days=4)):
        assert unlock_due(by=JOB, now=clock.now()) == 0
    with clock.moved(timedelta(days=5, hours=2)):
        assert unlock_due(by=JOB, now=clock.now()) == 1
        assert opened(cast.enrolment) == [1, 2]


def test_finishing_the_last_core_step_late_opens_the_next_at_once(cast: Cast) -> None:
    unlock_due(by=JOB, now=clock.now())
    with clock.moved(WEEK):
        read_core(cast)
        assert opened(cast.enrolment) == [1, 2]
        assert ModuleProgress.objects.get(module__number=2, enrolment=cast.enrolment).unlocked_by is None


def test_hold_keeps_the_next_module_closed_until_it_is_released(cast: Cast) -> None:
    unlock_due(by=JOB, now=clock.now())
    place_hold(by=cast.therapist, enrolment=cast.enrolment, reason="On holiday")
    with clock.moved(WEEK):
        read_core(cast)
        assert unlock_due(by=JOB, now=clock.now()) == 0
        assert opened(cast.enrolment) == [1]
        release_hold(by=cast.therapist, enrolment=cast.enrolment)
        assert unlock_due(by=JOB, now=clock.now()) == 1
    assert opened(cast.enrolment) == [1, 2]


def test_resting_course_opens_nothing(cast: Cast) -> None:
    Enrolment.objects.filter(pk=cast.enrolment.pk).update(state=Enrolment.State.PAUSED)
    unlock_due(by=JOB, now=clock.now())
    assert opened(cast.enrolment) == []
    assert unlock_if_due(by=JOB, enrolment=cast.enrolment) is None


def test_job_costs_the_same_for_those_for_whom_nothing_is_due(cast: Cast) -> None:
    """The candidates are chosen by the database; who is not due costs no query of their own."""
    unlock_due(by=JOB, now=clock.now())
    with CaptureQueriesContext(
        connection,
    ) as queries:
        unlock_due(by=JOB, now=clock.now())
    assert len(queries) <= 2


def test_person_who_opens_early_stands_in_the_row(cast: Cast) -> None:
    first = unlock_module(by=cast.therapist, enrolment=cast.enrolment, module=module_of(cast.enrolment, 1))
    again = unlock_module(by=JOB, enrolment=cast.enrolment, module=module_of(cast.enrolment, 1))
    assert first.pk == again.pk
    assert first.unlocked_by == cast.therapist


# --- the patient's way ---


def test_opening_a_module_that_is_due_does_not_wait_for_the_job(cast: Cast) -> None:
    progress = open_module(
        by=cast.patient.user, enrolment=cast.enrolment, module=module_of(cast.enrolment, 1)
    )
    assert progress.first_opened_at is not None
    assert progress.unlocked_by is None


def test_opening_a_closed_module_is_refused_with_the_reason(cast: Cast) -> None:
    with pytest.raises(ModuleClosedError) as refused:
        open_module(by=cast.patient.user, enrolment=cast.enrolment, module=module_of(cast.enrolment, 2))
    assert refused.value.verdict.reasons == ("earlier-closed",)
    for act in (visit_step, finish_step):
        with pytest.raises(ModuleClosedError):
            act(by=cast.patient.user, enrolment=cast.enrolment, step=step_of(cast.enrolment, 1, module=2))
    assert not StepProgress.objects.exists()


def test_outline_is_read_with_the_first_look(outlined_cast: Cast) -> None:
    cast = outlined_cast
    unlock_module(by=cast.therapist, enrolment=cast.enrolment, module=module_of(cast.enrolment, 2))
    progress = open_module(
        by=cast.patient.user, enrolment=cast.enrolment, module=module_of(cast.enrolment, 2)
    )
    assert progress.core_completed_at is not None


def test_last_visit_is_remembered_and_repeating_it_writes_nothing(real_cast: Cast) -> None:
    cast = real_cast
    user = cast.patient.user
    for number in (1, 3, 3):
        visit_step(by=user, enrolment=cast.enrolment, step=step_of(cast.enrolment, number))
    assert events("step-visit") == 2
    with clock.moved(timedelta(minutes=5)):
        visit_step(by=user, enrolment=cast.enrolment, step=step_of(cast.enrolment, 1))
    newest = StepProgress.objects.filter(enrolment=cast.enrolment).order_by("visited_at").last()
    assert newest is not None
    assert newest.step.number == 1
    assert StepProgress.objects.count() == 2


def test_finishing_twice_keeps_the_first_time(cast: Cast) -> None:
    unlock_due(by=JOB, now=clock.now())
    step = step_of(cast.enrolment, 1)
    first = finish_step(by=cast.patient.user, enrolment=cast.enrolment, step=step)
    with clock.moved(WEEK):
        again = finish_step(by=cast.patient.user, enrolment=cast.enrolment, step=step)
    assert again.done_at == first.done_at
    assert events("step-finish") == 1
    assert events("module-read") == 1


def test_doing_something_is_noted_for_the_worklist(cast: Cast) -> None:
    unlock_due(by=JOB, now=clock.now())
    cast.enrolment.refresh_from_db()
    assert cast.enrolment.last_activity_at is None
    visit_step(by=cast.patient.user, enrolment=cast.enrolment, step=step_of(cast.enrolment, 1))
    cast.enrolment.refresh_from_db()
    assert cast.enrolment.last_activity_at is not None


def test_module_counts_as_read_without_the_steps_that_are_not_core(real_cast: Cast) -> None:
    read_core(real_cast)
    progress = ModuleProgress.objects.get(enrolment=real_cast.enrolment, module__number=1)
    assert progress.core_completed_at is not None
    assert StepProgress.objects.filter(done_at__isnull=False).count() < 12


def test_step_of_another_programme_is_refused(cast: Cast) -> None:
    foreign = Step.objects.get(module__version=real_version(), module__number=1, number=1)
    with pytest.raises(NotInCourseError):
        visit_step(by=cast.patient.user, enrolment=cast.enrolment, step=foreign)


# --- checks and ratings ---


def check(cast: Cast, option: int, question: str = "strong-pain-damage", number: int = 7) -> CheckAnswer:
    return answer_check(
        by=cast.patient.user,
        enrolment=cast.enrolment,
        step=step_of(cast.enrolment, number),
        question=question,
        option=option,
    )


def test_every_try_is_kept_and_the_same_answer_again_is_none(real_cast: Cast) -> None:
    answers = [check(real_cast, option) for option in (0, 0, 1, 0)]
    assert [answer.is_correct for answer in answers] == [False, False, True, False]
    assert CheckAnswer.objects.count() == 3


@pytest.mark.parametrize(
    ("option", "question", "number"),
    [
        (9, "strong-pain-damage", 7),
        (-1, "strong-pain-damage", 7),
        (0, "no-such", 7),
        (0, "strong-pain-damage", 1),
    ],
)
def test_answer_to_nothing_asked_is_refused(real_cast: Cast, option: int, question: str, number: int) -> None:
    with pytest.raises(NoSuchAnswerError):
        check(real_cast, option, question, number)
    assert not CheckAnswer.objects.exists()


def rate(cast: Cast, number: int = 4, **values: int) -> StepRating | None:
    return rate_step(
        by=cast.patient.user, enrolment=cast.enrolment, step=step_of(cast.enrolment, number), **values
    )


def test_rating_after_keeps_the_one_before(real_cast: Cast) -> None:
    assert rate(real_cast) is None
    rate(real_cast, before=6)
    rating = rate(real_cast, after=4)
    assert rating is not None
    assert (rating.before, rating.after) == (6, 4)
    assert rate(real_cast, before=6, after=4) == rating
    assert StepRating.objects.count() == 2


@pytest.mark.parametrize("values", [{"before": 11}, {"after": -1}])
def test_rating_off_the_scale_is_refused(real_cast: Cast, values: dict[str, Any]) -> None:
    with pytest.raises(NoSuchAnswerError):
        rate(real_cast, **values)


def test_step_without_rating_takes_none(real_cast: Cast) -> None:
    with pytest.raises(NoSuchAnswerError):
        rate(real_cast, number=1, before=3)


def test_answers_and_ratings_cannot_be_changed_even_by_sql(real_cast: Cast) -> None:
    check(real_cast, 0)
    rate(real_cast, before=6)
    for rows in (CheckAnswer.objects.all(), StepRating.objects.all()):
        with pytest.raises(DatabaseError), transaction.atomic():
            rows.delete()
