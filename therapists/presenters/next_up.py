"""Where to go after something is done: the next person who waits."""

from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext as _

from painclinic.accounts.models import User
from therapists.presenters.worklist import worklist


@dataclass(frozen=True)
class NextUp:
    """The page to open next, and one quiet sentence for its head."""

    url: str
    text: str


def next_up(user: User, *, done: str) -> NextUp:
    """The first of the worklist who waits for an answer, or the worklist when nobody does."""
    waiting = worklist(user).waiting
    if not waiting:
        said = _("%(done)s Nobody else waits for an answer.") % {"done": done}
        return NextUp(reverse("therapists:today"), said)
    return NextUp(waiting[0].url, _("%(done)s Next: %(name)s.") % {"done": done, "name": waiting[0].name})
