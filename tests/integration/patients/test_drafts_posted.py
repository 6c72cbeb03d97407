"""A plain form post: saved before anything else happens to it, with or without scripts."""

from typing import Any
from uuid import UUID, uuid4

import pytest
from django.http import Http404
from django.test import RequestFactory

from patients.actions.drafts import close_draft, save_draft
from patients.drafts import DraftState, PostedDraft, draft_from_post, form_state, put_together
from tests.factories.cast import Cast

# Written out, so that every process of a test run gives the case the same name.
UNKNOWN = "01980000-0000-7000-8000-000000000000"


class Form:
    def __init__(self, cast: Cast) -> None:
        self.user, self.patient = cast.patient.user, cast.patient
        self.about: Any = {"purpose": "entry", "target": f"entry:{cast.enrolment.pk}:w1"}

    def state(self) -> DraftState:
        return form_state(self.user, self.patient, labels={"thoughts": "Thoughts"}, **self.about)

    def post(self, state: DraftState, text: str, **more: Any) -> PostedDraft:
        body = {"draft": state.id, "base_rev": state.rev, "draft_tab": state.tab, "thoughts": text} | more
        request = RequestFactory().post("/", body)
        request.user = self.user
        return draft_from_post(request, self.patient, **self.about)

    def elsewhere(self, draft_id: UUID, text: str, base: int) -> None:
        save_draft(
            by=self.user,
            patient=self.patient,
            draft_id=draft_id,
            base_rev=base,
            data={"thoughts": text},
            tab="phone.1",
            **self.about,
        )


@pytest.fixture
def form(cast: Cast) -> Form:
    return Form(cast)


def test_post_is_saved_and_may_be_handed_in(form: Form) -> None:
    posted = form.post(form.state(), "one", many=["a", "b"], csrfmiddlewaretoken="t", next="/x/")
    assert posted.may_submit
    assert form.state().data == {"thoughts": "one", "many": ["a", "b"]} == posted.data


def test_save_and_continue_later_is_only_saved(form: Form) -> None:
    posted = form.post(form.state(), "one", save_only="1")
    assert not posted.may_submit
    assert (form.state().data, form.state().rev) == ({"thoughts": "one"}, 1)


def test_double_click_is_the_same_submission(form: Form) -> None:
    state = form.state()
    first = form.post(state, "one")
    close_draft(by=form.user, draft_id=first.id)
    second = form.post(state, "one")
    assert second.may_submit
    assert second.id == first.id


def test_post_of_a_form_that_was_handed_in_with_another_text_is_kept_and_shown(form: Form) -> None:
    state = form.state()
    close_draft(by=form.user, draft_id=form.post(state, "one").id)
    late = form.post(state, "two")
    assert late.is_conflict
    assert not late.may_submit
    assert [kept.data["thoughts"] for kept in form.state().kept] == ["two"]


def test_stale_post_submits_nothing_and_shows_both(form: Form) -> None:
    state = form.state()
    form.elsewhere(state.id, "from the phone", 0)
    posted = form.post(state, "from the desk")
    assert not posted.may_submit
    (kept,) = form.state().kept
    (difference,) = kept.differences
    assert (difference.label, difference.form, difference.kept) == (
        "Thoughts",
        "from the phone",
        "from the desk",
    )


@pytest.mark.parametrize(
    ("choice", "text"), [("form", "phone"), ("kept", "desk"), ("both", "phone\n\ndesk"), ("?", "phone")]
)
def test_choosing_settles_it_and_waits_for_another_look(form: Form, choice: str, text: str) -> None:
    state = form.state()
    form.elsewhere(state.id, "phone", 0)
    form.post(state, "desk")
    again = form.state()
    posted = form.post(again, "phone", **{again.kept[0].choice: choice, "save_only": "1"})
    assert not posted.may_submit
    assert form.state().data == {"thoughts": text}
    assert form.state().kept == ()


def test_choices_about_nothing_change_nothing(form: Form) -> None:
    posted = form.post(form.state(), "one", **{f"keep:{uuid4()}": "kept", "keep:x": "both"})
    assert form.state().data == {"thoughts": "one"}
    assert not posted.errors


def test_too_long_a_text_is_said_and_not_lost(form: Form) -> None:
    posted = form.post(form.state(), "x" * 64_001)
    assert posted.errors
    assert posted.data["thoughts"] == "x" * 64_001
    assert not posted.may_submit


@pytest.mark.parametrize("draft", ["", "x", UNKNOWN])
def test_forged_draft_is_not_found(form: Form, draft: str) -> None:
    with pytest.raises(Http404):
        form.post(form.state(), "one", draft=draft)


def test_put_together_repeats_nothing() -> None:
    assert put_together("ab", "cd") == "ab\n\ncd"
    assert put_together("abcd", "cd") == "abcd"
    assert put_together("ab", "abcd") == "abcd"
