"""Reading one log of a patient over some days, for their own pages and for those who treat them."""

from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import QuerySet

from painclinic import clock
from painclinic.accounts.models import User
from patients.models import Enrolment, Entry

SLEEP, SLEEP_PLAN = "w9-sleep-diary", "w10-sleep-plan"
THOUGHTS, CARDS = "w7-thought-record", "w8-coping-card"
CATCHER = "w7a-thought-catcher"
ACTIVITY, RELAXATION, PLANS = "w3-activity-log", "w5-relaxation-log", "w6-activity-plan"
# More lines than anybody writes in the days that a page shows.
MAX_LINES = 600


@dataclass(frozen=True)
class Span:
    """The days that a page shows, `days` of them, up to `last`."""

    last: date
    days: int
    today: date

    @property
    def first(self) -> date:
        return self.last - timedelta(days=self.days - 1)

    @property
    def is_now(self) -> bool:
        return self.last == self.today

    @property
    def before(self) -> date:
        """The last day of the span before."""
        return self.first - timedelta(days=1)

    @property
    def after(self) -> date:
        """The last day of the span after, at most today."""
        return min(self.last + timedelta(days=self.days), self.today)

    @property
    def all_days(self) -> list[date]:
        return [self.first + timedelta(days=number) for number in range(self.days)]


def span_until(enrolment: Enrolment, until: date | None, days: int) -> Span:
    """The days up to `until`; up to today when that is missing, to come, or before anybody could write."""
    today = clock.local_today(enrolment.patient.timezone)
    wanted = min(until or today, today)
    is_sensible = wanted >= enrolment.starts_on - timedelta(days=365)
    return Span(wanted if is_sensible else today, days, today)


def entries_of(user: User, enrolment: Enrolment, slug: str) -> QuerySet[Entry]:
    """The live entries of one worksheet; for anybody but the patient those that are shared.

    Found by slug: an enrolment that moved to a newer version of the programme keeps its entries.
    """
    rows = Entry.objects.visible_to(user).current().of(slug).filter(enrolment=enrolment)
    if user.pk != enrolment.patient.user_id:
        rows = rows.filter(is_shared=True)
    return rows.select_related("worksheet")


def lines_in(user: User, enrolment: Enrolment, slug: str, span: Span) -> list[Entry]:
    """The lines about the days of a span, the oldest first."""
    rows = entries_of(user, enrolment, slug).filter(on_date__range=(span.first, span.last))
    return list(rows.order_by("on_date", "submitted_at")[:MAX_LINES])


def newest_of(user: User, enrolment: Enrolment, slug: str) -> Entry | None:
    """The newest entry of a worksheet that is filled once."""
    return entries_of(user, enrolment, slug).order_by("-submitted_at").first()
