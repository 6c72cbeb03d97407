"""Two pages that save in the same moment, for real: two threads, two connections."""

import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection

from painclinic.audit.models import AuditEvent
from painclinic.crypto import keys
from patients.actions.drafts import SaveResult, close_draft, save_draft
from patients.models import Draft, DraftRevision
from tests.factories.cast import Cast

pytestmark = pytest.mark.django_db(transaction=True)


def at_once(*works: Callable[[], Any]) -> list[Any]:
    """Runs each in a thread of its own, begun together; returns their results, errors included."""
    start = threading.Barrier(len(works))
    results: list[Any] = [None] * len(works)

    def run(position: int, work: Callable[[], Any]) -> None:
        try:
            start.wait(timeout=10)
            results[position] = work()
        except Exception as error:  # whatever it is, the test looks at it
            results[position] = error
        finally:
            keys.forget()
            connection.close()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(works)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=20)
    return results


def saver(cast: Cast, text: str, base: int, tab: str) -> Callable[[], SaveResult]:
    user, target = cast.patient.user, f"entry:{cast.enrolment.pk}:w1"
    return lambda: save_draft(
        by=user,
        patient=cast.patient,
        draft_id=Draft.id_for(user.pk, target, 0),
        purpose="entry",
        target=target,
        base_rev=base,
        data={"thoughts": text},
        tab=tab,
    )


def kept() -> list[str]:
    return sorted(row.data["thoughts"] for row in DraftRevision.objects.all())


@pytest.mark.parametrize("attempt", range(3))
def test_two_first_saves_begin_one_draft_and_keep_both(cast: Cast, attempt: int) -> None:
    results = at_once(saver(cast, "one", 0, "a.1"), saver(cast, "two", 0, "b.1"))
    assert sorted(result.is_conflict for result in results) == [False, True]
    assert Draft.objects.count() == 1
    assert kept() == ["one", "two"]
    assert AuditEvent.objects.filter(verb="draft-start").count() == 1


@pytest.mark.parametrize("attempt", range(3))
def test_two_stale_saves_both_stay(cast: Cast, attempt: int) -> None:
    saver(cast, "base", 0, "a.1")()
    saver(cast, "newest", 1, "a.2")()
    works = [saver(cast, "left", 1, "b.1"), saver(cast, "right", 1, "c.1")]
    assert [result.is_conflict for result in at_once(*works)] == [True, True]
    assert kept() == ["base", "left", "newest", "right"]
    assert Draft.objects.get().data == {"thoughts": "newest"}


def test_many_pages_on_one_base_have_one_winner(cast: Cast) -> None:
    saver(cast, "base", 0, "a.1")()
    results = at_once(*(saver(cast, f"page {n}", 1, f"p{n}.1") for n in range(5)))
    assert [result.is_conflict for result in results].count(False) == 1
    assert kept() == ["base", *(f"page {n}" for n in range(5))]


def test_the_same_save_delivered_twice_at_once_is_kept_once(cast: Cast) -> None:
    results = at_once(*(saver(cast, "one", 0, "a.1") for _ in range(2)))
    assert [(result.rev, result.is_conflict) for result in results] == [(1, False)] * 2
    assert kept() == ["one"]


def test_save_and_close_at_once_lose_nothing(cast: Cast) -> None:
    saver(cast, "base", 0, "a.1")()
    user, draft_id = cast.patient.user, Draft.objects.get().pk
    result, _ = at_once(saver(cast, "more", 1, "a.2"), lambda: close_draft(by=user, draft_id=draft_id))
    assert kept() == ["base", "more"]
    assert Draft.objects.get().closed_at
    assert isinstance(result, SaveResult)
