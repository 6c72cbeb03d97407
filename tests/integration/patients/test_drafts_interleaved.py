"""Any order of typing, saving, losing answers, repeating, other pages and handing in keeps every text."""

from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

from patients.actions.drafts import SaveResult, close_draft, save_draft
from patients.drafts import form_state
from patients.models import Draft, DraftRevision
from tests.factories.cast import Cast


class OpenPage:
    """A page as its script sees it: what is typed, what was acknowledged, what may still be on its way."""

    def __init__(self, name: str, state: Any) -> None:
        self.name = name
        self.draft_id = state.id
        self.rev = state.rev
        self.text = state.data.get("thoughts", "")
        self.count = 0
        self.lost: list[dict[str, Any]] = []
        self.is_stuck = False

    def request(self) -> dict[str, Any]:
        self.count += 1
        return {
            "draft_id": self.draft_id,
            "base_rev": self.rev,
            "data": {"thoughts": self.text},
            "tab": f"{self.name}.{self.count}",
        }


class Drafts(RuleBasedStateMachine):
    """Promise: a text that was acknowledged, or answered with a conflict, can be found again; and a
    page that was told "saved" has its text as the newest unless somebody saved after it knowing of it."""

    cast: Cast

    def __init__(self) -> None:
        super().__init__()
        self.savepoint = transaction.savepoint()
        self.target = f"entry:{self.cast.enrolment.pk}:w1"
        self.promised: set[str] = set()
        self.number = 0

    def teardown(self) -> None:
        transaction.savepoint_rollback(self.savepoint)

    pages = Bundle("pages")

    def state(self) -> Any:
        return form_state(self.cast.patient.user, self.cast.patient, purpose="entry", target=self.target)

    def save(self, request: dict[str, Any]) -> SaveResult:
        before = Draft.objects.filter(pk=request["draft_id"]).first()
        result = save_draft(
            by=self.cast.patient.user,
            patient=self.cast.patient,
            purpose="entry",
            target=self.target,
            **request,
        )
        self.promised.add(request["data"]["thoughts"])
        self.check_nothing_was_overwritten_unseen(before, request)
        return result

    def check_nothing_was_overwritten_unseen(self, before: Draft | None, request: dict[str, Any]) -> None:
        after = Draft.objects.get(pk=request["draft_id"])
        if before is None or after.rev == before.rev or after.data == before.data:
            return
        own = request["tab"].partition(".")[0] + "."
        unseen = after.revisions.filter(is_conflict=False, rev__gt=request["base_rev"], rev__lte=before.rev)
        base = after.revisions.filter(is_conflict=False, rev=request["base_rev"]).first()
        if unseen.exclude(tab__startswith=own).exists():
            assert base is not None
            assert base.data == before.data

    def new_page(self) -> OpenPage:
        self.number += 1
        return OpenPage(f"page{self.number}", self.state())

    @initialize(target=pages)
    def first_page(self) -> OpenPage:
        return self.new_page()

    @rule(target=pages)
    def open_another(self) -> OpenPage:
        return self.new_page()

    @rule(page=pages, text=st.sampled_from(["a", "b", "c", " "]))
    def type(self, page: OpenPage, text: str) -> None:
        page.text += text

    @rule(page=pages)
    def undo(self, page: OpenPage) -> None:
        page.text = page.text[:-1]

    @rule(page=pages)
    def save_and_hear(self, page: OpenPage) -> None:
        newest = Draft.objects.filter(pk=page.draft_id).first()
        result = self.save(page.request())
        if result.is_conflict:
            # What was there is untouched.
            after = Draft.objects.get(pk=page.draft_id)
            assert newest is not None
            assert (after.rev, after.data) == (newest.rev, newest.data)
            page.is_stuck = True
        else:
            page.rev = result.rev

    @rule(page=pages)
    def save_and_lose_the_answer(self, page: OpenPage) -> None:
        request = page.request()
        page.lost.append(request)
        self.save(request)

    @rule(page=pages)
    def save_that_arrives_late(self, page: OpenPage) -> None:
        page.lost.append(page.request())

    @rule(page=pages, which=st.integers(0, 5))
    def network_repeats(self, page: OpenPage, which: int) -> None:
        if page.lost:
            before = Draft.objects.filter(pk=page.draft_id).first()
            request = page.lost[which % len(page.lost)]
            result = self.save(request)
            after = Draft.objects.get(pk=page.draft_id)
            if before and before.rev and not result.is_conflict and request["tab"] in self._tabs(before):
                assert (after.rev, after.data) == (before.rev, before.data)

    def _tabs(self, draft: Draft) -> set[str]:
        return set(draft.revisions.filter(is_conflict=False).values_list("tab", flat=True))

    @rule(page=pages)
    def choose_both(self, page: OpenPage) -> None:
        if page.is_stuck:
            newest = Draft.objects.get(pk=page.draft_id)
            page.rev, page.text, page.is_stuck = (
                newest.rev,
                f"{page.text}|{newest.data['thoughts']}"[:40],
                False,
            )

    @rule(page=pages)
    def hand_in(self, page: OpenPage) -> None:
        close_draft(by=self.cast.patient.user, draft_id=page.draft_id)

    @invariant()
    def every_promised_text_is_found(self) -> None:
        found = {row.data["thoughts"] for row in DraftRevision.objects.filter(draft__target=self.target)}
        assert self.promised <= found

    @invariant()
    def the_newest_is_the_last_revision_and_numbers_have_no_gap(self) -> None:
        for draft in Draft.objects.filter(target=self.target):
            revisions = list(draft.revisions.filter(is_conflict=False).order_by("rev"))
            assert [revision.rev for revision in revisions] == list(range(1, draft.rev + 1))
            assert revisions[-1].data == draft.data

    @invariant()
    def one_form_is_open_at_a_time(self) -> None:
        assert Draft.objects.filter(target=self.target, closed_at=None).count() <= 1


@pytest.mark.slow
def test_any_interleaving_keeps_every_text(cast: Cast) -> None:
    machine = type("DraftsOfTheCast", (Drafts,), {"cast": cast})
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=60,
            stateful_step_count=25,
            deadline=None,
            database=None,
            derandomize=True,
            suppress_health_check=list(HealthCheck),
        ),
    )
