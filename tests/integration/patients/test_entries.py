"""Entries as actions: submitted once, frozen, corrected by versions, limits of a log."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import DatabaseError, connection, transaction

from painclinic import clock
from patients.actions.drafts import save_draft
from patients.actions.entries import EntryInvalidError, SupersededError, submit_entry, withdraw_entry
from patients.actions.homework import HomeworkIncompleteError, NothingNewError, submit_homework, task_states
from patients.actions.progress import ModuleClosedError, NotInCourseError
from patients.models import Draft, Enrolment, Entry, Homework, StepProgress
from patients.workdays import deadline
from programs.models import Module, Step, Worksheet
from tests.factories.cast import Cast
from tests.integration.patients.test_practice import a_log, a_map

pytestmark = pytest.mark.django_db


def sheet(cast: Cast, slug: str) -> Worksheet:
    return Worksheet.objects.get(version_id=cast.enrolment.programme_version_id, slug=slug)


def today(cast: Cast) -> date:
    return clock.local_today(cast.patient.timezone)


def submit(cast: Cast, slug: str, raw: dict[str, str], **more: Any) -> Entry:
    arguments: dict[str, Any] = {
        "by": cast.patient.user,
        "enrolment": cast.enrolment,
        "worksheet": sheet(cast, slug),
        "raw": raw,
        "submission_id": uuid4(),
    }
    return submit_entry(**(arguments | more))


def log(cast: Cast, days_ago: int = 0, **changes: Any) -> Entry:
    more = {name: changes.pop(name) for name in ("supersedes", "submission_id") if name in changes}
    on = (today(cast) - timedelta(days=days_ago)).isoformat()
    return submit(cast, "w3-activity-log", a_log(date=on, **changes), **more)


def step_with(cast: Cast, slug: str) -> Step:
    return Step.objects.select_related("module").get(
        module__version_id=cast.enrolment.programme_version_id, worksheet__slug=slug
    )


# --- worksheets ---


def test_same_submission_again_is_the_same_entry(real_cast: Cast) -> None:
    submission = uuid4()
    first = submit(real_cast, "w1-pain-cycle", a_map(), submission_id=submission)
    again = submit(real_cast, "w1-pain-cycle", a_map(situation="Other words"), submission_id=submission)
    assert first.pk == again.pk
    assert Entry.objects.count() == 1


def test_free_text_is_stored_encrypted_and_figures_in_the_open(real_cast: Cast) -> None:
    entry = submit(real_cast, "w1-pain-cycle", a_map(situation="On the stairs at work"))
    with connection.cursor() as cursor:
        cursor.execute("SELECT values::text, texts::text FROM patients_entry WHERE id = %s", [entry.pk])
        values, texts = cursor.fetchone()
    assert "stairs" not in values + texts
    assert Entry.objects.get().answers["situation"] == "On the stairs at work"
    assert Entry.objects.get().values["pain"] == 6


def test_faults_are_told_by_input_and_nothing_is_kept(real_cast: Cast) -> None:
    with pytest.raises(EntryInvalidError) as refused:
        submit(real_cast, "w1-pain-cycle", a_map(pain="11", thoughts=""))
    assert set(refused.value.errors) == {"pain", "thoughts"}
    assert not Entry.objects.exists()


def test_submitting_closes_the_draft_and_finishes_its_step(real_cast: Cast) -> None:
    enrolment, user = real_cast.enrolment, real_cast.patient.user
    target = f"entry:{enrolment.pk}:w1-pain-cycle"
    draft_id = Draft.id_for(user.pk, target, 0)
    save_draft(
        by=user,
        patient=real_cast.patient,
        draft_id=draft_id,
        purpose="entry",
        target=target,
        base_rev=0,
        data=a_map(),
    )
    step = step_with(real_cast, "w1-pain-cycle")
    submit(real_cast, "w1-pain-cycle", a_map(), submission_id=draft_id, step=step)
    assert Draft.objects.get(pk=draft_id).closed_at is not None
    assert StepProgress.objects.get(step=step).done_at is not None


def test_writing_in_a_log_visits_its_step_and_does_not_finish_it(real_cast: Cast) -> None:
    step = step_with(real_cast, "w3-activity-log")
    submit(real_cast, "w3-activity-log", a_log(), step=step)
    assert StepProgress.objects.get(step=step).done_at is None


def test_step_of_a_closed_module_keeps_nothing(cast: Cast, real_cast_enrolment: Enrolment) -> None:
    step = Step.objects.get(
        module__version_id=real_cast_enrolment.programme_version_id, worksheet__slug="w1-pain-cycle"
    )
    with pytest.raises(ModuleClosedError), transaction.atomic():
        submit_entry(
            by=real_cast_enrolment.patient.user,
            enrolment=real_cast_enrolment,
            worksheet=step.worksheet,
            raw=a_map(),
            submission_id=uuid4(),
            step=step,
        )
    assert not Entry.objects.exists()


@pytest.fixture
def real_cast_enrolment(cast: Cast) -> Enrolment:
    """Somebody on the real programme whose course has not begun."""
    from tests.factories.cast import a_person, make_patient, real_version

    person = a_person("Ida Late", "ida@example.org")
    enrolment = make_patient(cast.clinic, cast.admin, cast.therapist, person, real_version())
    Enrolment.objects.filter(pk=enrolment.pk).update(
        starts_on=clock.local_today(person.timezone) + timedelta(days=3)
    )
    return enrolment


def test_worksheet_of_another_programme_is_refused(cast: Cast, real_cast_enrolment: Enrolment) -> None:
    foreign = Worksheet.objects.get(version_id=real_cast_enrolment.programme_version_id, slug="w1-pain-cycle")
    with pytest.raises(NotInCourseError):
        submit_entry(
            by=cast.patient.user,
            enrolment=cast.enrolment,
            worksheet=foreign,
            raw=a_map(),
            submission_id=uuid4(),
        )


def test_submitted_entry_cannot_be_changed_even_by_sql(real_cast: Cast) -> None:
    submit(real_cast, "w1-pain-cycle", a_map())
    with pytest.raises(DatabaseError), transaction.atomic():
        Entry.objects.update(is_shared=False)
    with pytest.raises(DatabaseError), transaction.atomic():
        Entry.objects.all().delete()


# --- corrections ---


def test_correction_is_a_new_version_and_only_one_can_follow(real_cast: Cast) -> None:
    first = log(real_cast)
    second = log(real_cast, minutes="40", supersedes=first)
    assert second.version == 2
    assert list(Entry.objects.current()) == [second]
    with pytest.raises(SupersededError) as refused:
        log(real_cast, minutes="50", supersedes=first)
    assert refused.value.newest == second
    first.refresh_from_db()
    assert first.values["minutes"] == 20


def test_old_line_can_be_corrected_on_its_own_day(real_cast: Cast) -> None:
    line = log(real_cast, 6)
    with clock.moved(timedelta(days=20)):
        corrected = submit(
            real_cast, "w3-activity-log", a_log(date=str(line.on_date), minutes="5"), supersedes=line
        )
        assert corrected.on_date == line.on_date
        with pytest.raises(EntryInvalidError):
            submit(
                real_cast,
                "w3-activity-log",
                a_log(date=str(line.on_date - timedelta(days=1))),
                supersedes=corrected,
            )


def test_line_of_somebody_else_is_never_corrected(real_cast: Cast) -> None:
    line = log(real_cast)
    with pytest.raises(NotInCourseError):
        submit(
            real_cast,
            "w3-activity-log",
            a_log(),
            by=real_cast.other_patient.user,
            enrolment=real_cast.other_enrolment,
            supersedes=line,
        )


def test_withdrawn_line_counts_for_nothing_and_twice_is_once(real_cast: Cast) -> None:
    line = log(real_cast)
    first = withdraw_entry(by=real_cast.patient.user, entry=line)
    again = withdraw_entry(by=real_cast.patient.user, entry=line)
    assert first == again
    assert not Entry.objects.current().exists()
    assert Entry.objects.count() == 2


# --- limits of a log ---


@pytest.mark.parametrize("days_ago", [-1, 8])
def test_log_takes_the_last_seven_days_and_not_the_future(real_cast: Cast, days_ago: int) -> None:
    with pytest.raises(EntryInvalidError) as refused:
        log(real_cast, days_ago)
    assert set(refused.value.errors) == {"date"}
    assert log(real_cast, 7).on_date == today(real_cast) - timedelta(days=7)


def test_today_is_the_day_where_the_patient_lives(real_cast: Cast) -> None:
    """At 13:00 in London it is already tomorrow on Kiritimati."""
    patient = real_cast.patient
    patient.timezone = "Pacific/Kiritimati"
    patient.save()
    real_cast.enrolment.refresh_from_db()
    entry = submit(
        real_cast, "w3-activity-log", a_log(date=clock.local_today("Pacific/Kiritimati").isoformat())
    )
    assert entry.on_date == clock.local_today("Pacific/Kiritimati")


def test_full_day_takes_no_more_lines_but_corrections(real_cast: Cast) -> None:
    lines = [log(real_cast) for _ in range(12)]
    with pytest.raises(EntryInvalidError) as refused:
        log(real_cast)
    assert set(refused.value.errors) == {"date"}
    assert log(real_cast, minutes="3", supersedes=lines[0]).version == 2
    assert log(real_cast, 1)


# --- homework ---


def module(cast: Cast) -> Module:
    return Module.objects.get(version_id=cast.enrolment.programme_version_id, number=1)


def hand_in(cast: Cast, submission: UUID | None = None, **more: Any) -> Homework:
    return submit_homework(
        by=cast.patient.user,
        enrolment=cast.enrolment,
        module=module(cast),
        submission_id=submission or uuid4(),
        **more,
    )


def complete(cast: Cast) -> None:
    submit(cast, "w1-pain-cycle", a_map())
    submit(cast, "first-hope", {"hope": "To walk to the lake"})
    for days_ago in range(3):
        log(cast, days_ago)


def test_days_of_the_log_count_and_not_its_lines(real_cast: Cast) -> None:
    for days_ago in (0, 0, 0, 1):
        log(real_cast, days_ago)
    state = next(state for state in task_states(real_cast.enrolment, module(real_cast)) if state.task.is_log)
    assert (state.days, state.is_done) == (2, False)
    log(real_cast, 2)
    state = next(state for state in task_states(real_cast.enrolment, module(real_cast)) if state.task.is_log)
    assert (state.days, state.is_done) == (3, True)


def test_withdrawn_day_does_not_count(real_cast: Cast) -> None:
    lines = [log(real_cast, days_ago) for days_ago in range(3)]
    withdraw_entry(by=real_cast.patient.user, entry=lines[0])
    state = next(state for state in task_states(real_cast.enrolment, module(real_cast)) if state.task.is_log)
    assert state.days == 2


def test_missing_parts_are_named_and_part_can_be_handed_in(real_cast: Cast) -> None:
    submit(real_cast, "w1-pain-cycle", a_map())
    with pytest.raises(HomeworkIncompleteError) as refused:
        hand_in(real_cast)
    assert [state.task.worksheet_slug for state in refused.value.missing] == ["w3-activity-log", "first-hope"]
    assert hand_in(real_cast, is_partial=True).entries.count() == 1


def test_nothing_at_all_cannot_be_handed_in(real_cast: Cast) -> None:
    with pytest.raises(HomeworkIncompleteError):
        hand_in(real_cast, is_partial=True, note="I could not")


def test_homework_keeps_its_entries_when_they_are_corrected_later(real_cast: Cast) -> None:
    complete(real_cast)
    first = hand_in(real_cast)
    old = first.entries.get(worksheet__slug="w1-pain-cycle")
    new = submit(real_cast, "w1-pain-cycle", a_map(situation="In the garden"), supersedes=old)
    second = hand_in(real_cast)
    assert (first.version, second.version) == (1, 2)
    assert first.entries.filter(pk=old.pk).exists()
    assert second.entries.filter(pk=new.pk).exists()
    assert not second.entries.filter(pk=old.pk).exists()


def test_handing_in_twice_is_once_and_unchanged_is_said(real_cast: Cast) -> None:
    complete(real_cast)
    submission = uuid4()
    first = hand_in(real_cast, submission)
    assert hand_in(real_cast, submission) == first
    with pytest.raises(NothingNewError):
        hand_in(real_cast)
    assert hand_in(real_cast, note="One more thing").version == 2


def test_answer_is_due_by_the_clinics_working_days(real_cast: Cast) -> None:
    complete(real_cast)
    homework = hand_in(real_cast)
    expected = deadline(homework.submitted_at, days=real_cast.clinic.review_days, clinic=real_cast.clinic)
    assert homework.review_due_at == expected


def test_homework_of_a_closed_module_is_refused(real_cast: Cast) -> None:
    second = Module.objects.get(version_id=real_cast.enrolment.programme_version_id, number=2)
    with pytest.raises(ModuleClosedError):
        submit_homework(
            by=real_cast.patient.user, enrolment=real_cast.enrolment, module=second, submission_id=uuid4()
        )
