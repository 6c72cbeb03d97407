"""Drafts: every acknowledged text stays retrievable, and nothing overwrites silently."""

from collections.abc import Callable
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import connection

from painclinic.accounts.models import User
from painclinic.audit.models import AuditEvent
from patients.actions.drafts import (
    DraftInvalidError,
    NotTheirDraftError,
    SaveResult,
    close_draft,
    save_draft,
)
from patients.drafts import form_state, patient_for
from patients.models import Draft, DraftRevision
from tests.factories.cast import Cast


class Form:
    """The worksheet form of the patient of the cast, as pages of hers send it."""

    def __init__(self, cast: Cast, generation: int = 0) -> None:
        self.user: User = cast.patient.user
        self.patient = cast.patient
        self.target = f"entry:{cast.enrolment.pk}:w1"
        self.id: UUID = Draft.id_for(self.user.pk, self.target, generation)

    def save(self, text: str, base: int, tab: str = "", **changes: Any) -> SaveResult:
        arguments: dict[str, Any] = {
            "by": self.user,
            "patient": self.patient,
            "draft_id": self.id,
            "purpose": "entry",
            "target": self.target,
            "base_rev": base,
            "data": {"thoughts": text},
            "tab": tab,
        }
        return save_draft(**(arguments | changes))

    def state(self) -> Any:
        return form_state(self.user, self.patient, purpose="entry", target=self.target)

    def texts(self, *, conflicts: bool) -> list[str]:
        rows = DraftRevision.objects.filter(draft_id=self.id, is_conflict=conflicts)
        return [row.data["thoughts"] for row in rows]


@pytest.fixture
def form(cast: Cast) -> Form:
    return Form(cast)


def test_form_state_makes_no_row_and_agrees_between_pages(form: Form) -> None:
    first, second = form.state(), form.state()
    assert first.id == second.id == form.id
    assert (first.rev, first.data, first.saved_at, first.kept) == (0, {}, None, ())
    assert not Draft.objects.exists()


def test_first_save_begins_the_draft_with_one_event(form: Form) -> None:
    result = form.save("one", 0)
    assert (result.rev, result.is_conflict) == (1, False)
    form.save("one two", 1)
    verbs = list(AuditEvent.objects.filter(verb__startswith="draft").values_list("verb", flat=True))
    assert verbs == ["draft-start"]
    assert form.texts(conflicts=False) == ["one", "one two"]
    assert form.state().data == {"thoughts": "one two"}


def test_what_is_typed_is_not_readable_in_the_database(form: Form) -> None:
    form.save("canary sentence", 0)
    with connection.cursor() as cursor:
        for table in ("patients_draft", "patients_draftrevision"):
            cursor.execute(f"SELECT encode(data, 'escape') FROM {table}")
            assert "canary" not in str(cursor.fetchall())


def test_equal_text_adds_no_revision(form: Form) -> None:
    form.save("one\ntwo", 0)
    assert form.save("one\r\ntwo", 1).rev == 1
    assert form.texts(conflicts=False) == ["one\ntwo"]


def test_stale_save_is_kept_beside_and_overwrites_nothing(form: Form) -> None:
    form.save("base", 0, "a.1")
    form.save("base from a", 1, "a.2")
    result = form.save("base from b", 1, "b.1")
    assert (result.is_conflict, result.rev, result.newest) == (True, 2, {"thoughts": "base from a"})
    assert form.texts(conflicts=True) == ["base from b"]
    state = form.state()
    assert state.data == {"thoughts": "base from a"}
    assert [kept.data for kept in state.kept] == [{"thoughts": "base from b"}]


def test_stale_save_sent_again_is_kept_once(form: Form) -> None:
    form.save("x", 0, "a.1")
    for count in (1, 1, 2):
        assert form.save("y", 0, f"b.{count}").is_conflict
    assert form.texts(conflicts=True) == ["y"]


def test_lost_answer_then_the_same_again_is_no_conflict(form: Form) -> None:
    form.save("x", 0, "a.1")
    result = form.save("x", 0, "a.1")
    assert (result.is_conflict, result.rev) == (False, 1)


def test_lost_answer_then_more_typing_is_no_conflict(form: Form) -> None:
    form.save("x", 0, "a.1")
    result = form.save("x and more", 0, "a.2")
    assert (result.is_conflict, result.rev) == (False, 2)
    assert form.texts(conflicts=False) == ["x", "x and more"]


def test_lost_answer_then_another_page_then_the_same_again_builds_on_its_own(form: Form) -> None:
    form.save("x", 0, "a.1")
    form.save("from b", 1, "b.1")
    again = form.save("x", 0, "a.2")
    assert (again.is_conflict, again.rev) == (False, 1)
    assert form.save("x and more", again.rev, "a.3").is_conflict
    assert form.state().data == {"thoughts": "from b"}


def test_save_that_a_later_one_overtook_does_not_come_back(form: Form) -> None:
    form.save("later", 0, "a.2")
    result = form.save("earlier", 0, "a.1")
    assert not result.is_conflict
    assert form.state().data == {"thoughts": "later"}
    assert form.state().kept == ()
    assert form.texts(conflicts=True) == ["earlier"]


def test_undoing_after_lost_answers_is_saved(form: Form) -> None:
    form.save("x", 0, "a.1")
    form.save("y", 0, "a.2")
    assert not form.save("x", 0, "a.3").is_conflict
    assert form.state().data == {"thoughts": "x"}


def test_choosing_between_two_texts_settles_it(form: Form) -> None:
    form.save("x", 0, "a.1")
    met = form.save("y", 0, "b.1")
    form.save("x\n\ny", met.rev, "b.2")
    assert form.state().kept == ()


def test_choosing_the_other_text_settles_it_too(form: Form) -> None:
    form.save("x", 0, "a.1")
    met = form.save("y", 0, "b.1")
    result = form.save("x", met.rev, "b.2")
    assert result.rev == 2
    assert form.state().kept == ()
    # The other page had this text already: its next save is no conflict.
    assert not form.save("x more", 1, "a.2").is_conflict


def test_submitted_form_keeps_what_comes_after_and_shows_it_next_time(cast: Cast, form: Form) -> None:
    form.save("handed in", 0, "a.1")
    close_draft(by=form.user, draft_id=form.id)
    close_draft(by=form.user, draft_id=form.id)
    late = form.save("typed later", 1, "b.1")
    assert (late.is_conflict, late.is_closed) == (True, True)
    again = form.save("handed in", 1, "a.1")
    assert (again.is_conflict, again.is_closed) == (False, True)
    state = form.state()
    assert state.id == Form(cast, 1).id
    assert [kept.data["thoughts"] for kept in state.kept] == ["typed later"]
    assert AuditEvent.objects.filter(verb="draft-close").count() == 1


def test_close_without_draft_is_no_error(form: Form) -> None:
    close_draft(by=form.user, draft_id=uuid4())


def test_next_form_begins_empty_with_its_own_id(cast: Cast, form: Form) -> None:
    form.save("one", 0)
    close_draft(by=form.user, draft_id=form.id)
    following = Form(cast, 1)
    assert form.state().id == following.id
    assert following.save("two", 0).rev == 1


@pytest.mark.parametrize(
    "data",
    [
        {"thoughts": "x" * 64_001},
        {f"f{n}": "" for n in range(301)},
        {"n" * 201: "x"},
        {"": "x"},
        {"thoughts": 7},
        {"thoughts": [{"deep": "x"}]},
        {"many": ["x"] * 101},
    ],
)
def test_what_is_no_form_is_refused(form: Form, data: dict[str, Any]) -> None:
    with pytest.raises(DraftInvalidError) as caught:
        form.save("", 0, data=data)
    assert caught.value.errors
    assert not Draft.objects.exists()


@pytest.mark.parametrize("text", ["a\x00b", "\ud800", "😀‮", "  "])
def test_any_text_comes_back_as_it_was(form: Form, text: str) -> None:
    form.save(text, 0)
    assert form.state().data == {"thoughts": text}


def test_strangers_cannot_save_into_it(cast: Cast, form: Form) -> None:
    form.save("mine", 0)
    strangers = [cast.therapist, cast.unassigned_therapist, cast.admin, cast.other_patient.user]
    for stranger in strangers:
        with pytest.raises(NotTheirDraftError):
            form.save("theirs", 1, by=stranger)
    assert form.state().data == {"thoughts": "mine"}


def test_therapist_of_the_patient_has_drafts_of_their_own(cast: Cast, form: Form) -> None:
    target = f"message:{cast.patient.pk}"
    mine = Draft.id_for(cast.therapist.pk, target, 0)
    save = {"draft_id": mine, "purpose": "message", "target": target}
    assert form.save("Dear Maria", 0, by=cast.therapist, **save).rev == 1
    with pytest.raises(NotTheirDraftError):
        form.save("Dear Maria", 0, by=cast.unassigned_therapist, **save)


def test_ids_that_do_not_follow_from_the_form_are_refused(cast: Cast, form: Form) -> None:
    for draft_id in (uuid4(), Form(cast, 1).id):
        with pytest.raises(NotTheirDraftError):
            form.save("x", 0, draft_id=draft_id)
    form.save("x", 0)
    with pytest.raises(NotTheirDraftError):
        form.save("x", 1, target=f"entry:{cast.enrolment.pk}:w3")


def test_patient_for_finds_only_whom_one_treats(cast: Cast) -> None:
    entry, message = f"entry:{cast.enrolment.pk}:w1", f"message:{cast.patient.pk}"
    assert patient_for(cast.patient.user, "entry", entry) == cast.patient
    assert patient_for(cast.therapist, "message", message) == cast.patient
    for user in (cast.admin, cast.other_patient.user, cast.unassigned_therapist, cast.elsewhere_therapist):
        assert patient_for(user, "entry", entry) is None
        assert patient_for(user, "message", message) is None
    for target in ("", "entry", "entry:x", "thing:1", message):
        assert patient_for(cast.patient.user, "entry", target) is None


def test_a_save_costs_a_handful_of_queries(
    form: Form, django_assert_max_num_queries: Callable[..., Any], capsys: pytest.CaptureFixture[str]
) -> None:
    form.save("one", 0, "a.1")
    with django_assert_max_num_queries(8) as counted:
        form.save("one two", 1, "a.2")
    with capsys.disabled():
        print(f"\nqueries of one save: {len(counted.captured_queries)}")
