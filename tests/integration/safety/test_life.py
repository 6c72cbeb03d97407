"""What the database itself refuses in the life of an alert, and what the team does with it."""

import pytest
from django.db import DatabaseError, transaction

from patients.actions import alert_handling as acts
from patients.actions.alerts import ReasonNeededError
from patients.models import Alert
from tests.factories.alerts import mood, store
from tests.factories.cast import Cast

pytestmark = pytest.mark.django_db


def raised(cast: Cast, item: int = 3) -> Alert:
    _, alert = store(cast.enrolment, mood(item))
    assert alert
    return alert


def refused(alert: Alert, **changes: object) -> bool:
    try:
        with transaction.atomic():
            Alert.objects.filter(pk=alert.pk).update(**changes)
    except DatabaseError:
        return True
    return False


def handled(cast: Cast, alert: Alert) -> Alert:
    acts.note_contact(by=cast.therapist, alert=alert, channel="phone", result="reached", note="Spoke")
    return acts.resolve(by=cast.therapist, alert=alert, outcome="safety-plan", note="Plan agreed")


def test_alert_can_not_be_deleted_by_anybody(cast: Cast) -> None:
    alert = raised(cast)
    with pytest.raises(DatabaseError), transaction.atomic():
        alert.delete()


def test_level_changed_around_the_actions_is_refused(cast: Cast) -> None:
    alert = raised(cast)
    assert refused(alert, level=1)
    assert refused(raised(cast, 1), level=1, peak_level=1)


def test_what_it_began_with_can_not_be_rewritten(cast: Cast) -> None:
    alert = raised(cast)
    assert refused(alert, snapshot={})
    assert refused(alert, response=None)
    assert refused(alert, kind="flagged")


def test_closing_around_the_actions_is_refused(cast: Cast) -> None:
    alert = raised(cast)
    now = alert.raised_at
    assert refused(alert, closed_at=now)
    acts.note_contact(by=cast.therapist, alert=alert, channel="phone", result="reached")
    assert refused(alert, closed_at=now)
    resolved = {"resolved_at": now, "resolved_by": cast.therapist, "outcome": "no-action"}
    assert refused(alert, closed_at=now, **resolved)
    assert refused(alert, closed_at=now, signed_off_by=cast.therapist, **resolved)


def test_highest_level_is_closed_by_a_second_person_only(cast: Cast) -> None:
    alert = handled(cast, raised(cast))
    assert alert.waits_for_sign_off
    with pytest.raises(acts.SecondPersonNeededError):
        acts.sign_off(by=cast.therapist, alert=alert)
    closed = acts.sign_off(by=cast.supervisor, alert=alert)
    assert closed.closed_at
    assert refused(closed, closed_at=None)


def test_downgraded_alert_still_needs_two_people_when_it_was_at_the_highest_level(cast: Cast) -> None:
    alert = raised(cast)
    with pytest.raises(ReasonNeededError):
        acts.downgrade(by=cast.therapist, alert=alert, level=1, reason="  ")
    with pytest.raises(acts.NotLowerError):
        acts.downgrade(by=cast.therapist, alert=alert, level=3, reason="Same")
    lowered = acts.downgrade(by=cast.therapist, alert=alert, level=1, reason="Answered by mistake")
    assert (lowered.level, lowered.peak_level) == (1, 3)
    assert handled(cast, alert).closed_at is None


def test_lower_alert_is_closed_by_one_person(cast: Cast) -> None:
    assert handled(cast, raised(cast, 2)).closed_at


def test_alert_can_not_be_closed_before_anybody_has_done_something(cast: Cast) -> None:
    alert = raised(cast, 1)
    with pytest.raises(acts.NotYetError):
        acts.resolve(by=cast.therapist, alert=alert, outcome="false-alarm", note="Nothing")
    acts.acknowledge(by=cast.therapist, alert=alert)
    with pytest.raises(acts.NotYetError):
        acts.resolve(by=cast.therapist, alert=alert, outcome="false-alarm", note="Nothing")


def test_outcome_that_a_second_person_does_not_share_is_sent_back(cast: Cast) -> None:
    alert = handled(cast, raised(cast))
    again = acts.send_back(by=cast.supervisor, alert=alert, reason="Please call once more")
    assert (again.outcome, again.resolved_at) == ("", None)
    assert again.events.last().details == {"reason": "Please call once more"}  # type: ignore[union-attr]


def test_closed_alert_takes_nothing_more(cast: Cast) -> None:
    alert = handled(cast, raised(cast, 1))
    with pytest.raises(acts.AlertClosedError):
        acts.acknowledge(by=cast.supervisor, alert=alert)


def test_whole_team_sees_that_it_is_open_and_who_took_it_on_sees_whose(cast: Cast) -> None:
    alert = raised(cast)
    colleague = cast.unassigned_therapist
    assert alert in Alert.objects.visible_to(colleague)
    assert alert not in Alert.objects.handled_by(colleague)
    assert alert not in Alert.objects.visible_to(cast.elsewhere_therapist)
    assert alert not in Alert.objects.visible_to(cast.admin)
    acts.acknowledge(by=colleague, alert=alert)
    assert alert in Alert.objects.handled_by(colleague)
    assert alert.events.model.objects.visible_to(colleague).exists()
