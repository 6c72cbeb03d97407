"""What a patient saved today, for the home page to say quietly, with the way to correct it."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, time
from zoneinfo import ZoneInfo

from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from painclinic import clock
from painclinic.accounts.models import User
from patients.log_reading import CATCHER, THOUGHTS
from patients.models import Enrolment, Entry
from patients.presenters.practice import log_line

# As many as can be taken in at a glance; the rest is on the practice page.
MOST = 3
MAX_TEXT = 120


@dataclass(frozen=True)
class Saved:
    """One line: when it was saved, what it says, and where it is corrected.

    `further` leads from a caught thought to the whole record that begins with it.
    """

    at: str
    text: str
    change_url: str
    further: str = ""


def saved_today(user: User, enrolment: Enrolment, slugs: Collection[str]) -> list[Saved]:
    """The newest lines of logs that were saved today, where the patient lives; always one query.

    `slugs` are the worksheets that are open.
    """
    zone = ZoneInfo(enrolment.patient.timezone)
    today = clock.local_today(enrolment.patient.timezone)
    midnight = datetime.combine(today, time(), tzinfo=zone)
    mine = Entry.objects.visible_to(user).current().filter(enrolment=enrolment, worksheet__is_log=True)
    newest = mine.filter(submitted_at__gte=midnight).select_related("worksheet").order_by("-submitted_at")
    return [
        Saved(
            at=date_format(entry.submitted_at.astimezone(zone), "H:i"),
            text=_in_words(entry, is_today=entry.on_date in (None, today)),
            change_url=_with_next(reverse("patients:entry-change", args=[entry.pk])),
            further=_further(entry, slugs),
        )
        for entry in newest[:MOST]
    ]


def _in_words(entry: Entry, *, is_today: bool) -> str:
    line = log_line(entry.worksheet, entry)
    words = " · ".join(part for part in (line.title, line.rest) if part)
    if len(words) > MAX_TEXT:
        words = words[:MAX_TEXT].rsplit(" ", 1)[0] + " …"
    if is_today or entry.on_date is None:
        return words
    return _("for %(day)s: %(words)s") % {"day": date_format(entry.on_date, _("l j F")), "words": words}


def _further(entry: Entry, slugs: Collection[str]) -> str:
    if entry.worksheet.slug != CATCHER or THOUGHTS not in slugs:
        return ""
    return _with_next(f"{reverse('patients:entry-new', args=[THOUGHTS])}?caught={entry.pk}")


def _with_next(url: str) -> str:
    return f"{url}{'&' if '?' in url else '?'}next={reverse('patients:home')}"
