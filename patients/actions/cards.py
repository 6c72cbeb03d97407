"""Coping cards (W8) in use: noting that one was tried, and how much it helped."""

from uuid import uuid5

from django.db import transaction

from painclinic.accounts.models import User
from patients.actions.entries import amend_entry
from patients.models import Entry

CARDS = "w8-coping-card"
MOST_TRIED = 99


class NotACardError(Exception):
    """The entry is no live coping card, or the rating is none from 0 to 10."""


@transaction.atomic
def try_card(*, by: User, card: Entry, helped: int | None) -> Entry:
    """Count one more try of a card, with how much it helped (0 to 10) where that was said.

    The new version takes the place of the card. The same version tried twice, as by a second press of the
    same button, counts once. Raises NotACardError, and SupersededError for a card that was changed meanwhile.
    """
    if card.worksheet.slug != CARDS or card.is_withdrawn or (helped is not None and helped not in range(11)):
        raise NotACardError
    tried = min(MOST_TRIED, int(card.values.get("tried_count") or 0) + 1)
    changed = {"tried_count": str(tried)}
    if helped is not None:
        changed["helped"] = str(helped)
    return amend_entry(by=by, entry=card, changed=changed, submission_id=uuid5(card.pk, "tried"))
