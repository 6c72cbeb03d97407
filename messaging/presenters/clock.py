"""How long staff have left to answer."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.translation import gettext as _

from messaging.models import Thread
from messaging.presenters.hours import span, when
from painclinic import clock

SOON = timedelta(hours=4)


@dataclass(frozen=True)
class ReplyClock:
    """`tone` is plain, attention (little time left) or danger (overdue), as the tags of the design system."""

    text: str
    due: str
    tone: str
    is_overdue: bool
    waiting_since: datetime


def reply_clock(thread: Thread | None, zone: str) -> ReplyClock | None:
    """How long the team has left to answer; None when nobody waits. `zone` is the reader's."""
    if thread is None or thread.reply_due_at is None or thread.waiting_since is None:
        return None
    left = thread.reply_due_at - clock.now()
    overdue = left < timedelta(0)
    if overdue:
        text = _("answer overdue by %(span)s") % {"span": span(-left)}
    else:
        text = _("answer within %(span)s") % {"span": span(left)}
    return ReplyClock(
        text=text,
        due=_("by %(when)s") % {"when": when(thread.reply_due_at, zone)},
        tone="danger" if overdue else "attention" if left < SOON else "plain",
        is_overdue=overdue,
        waiting_since=thread.waiting_since,
    )
