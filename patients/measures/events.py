"""What happened on the way, as events on a chart: weeks done, flare-ups, pauses, changes of medicine."""

from collections.abc import Iterable
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from painclinic.accounts.models import User
from painclinic.charts import Event
from patients.models import Enrolment, ModuleProgress, Respite, Response

# The weekly list of new symptoms asks of medicines too; any answer but the first is a change.
SYMPTOMS, MEDICINE = "new-symptoms", "medchange"
# More upright lines than this hide the picture behind them; the newest stay.
MOST = 24


def course_events(enrolment: Enrolment, viewer: User) -> list[Event]:
    """All events of an enrolment in order of time. Three queries."""
    zone = ZoneInfo(enrolment.patient.timezone)
    found = [
        *_weeks(enrolment, viewer, zone),
        *_rests(enrolment, viewer, zone),
        *_medicines(enrolment, viewer),
    ]
    return sorted(found, key=lambda event: event.at)[-MOST:]


def _weeks(enrolment: Enrolment, viewer: User, zone: ZoneInfo) -> Iterable[Event]:
    rows = ModuleProgress.objects.visible_to(viewer).filter(enrolment=enrolment)
    for at, number in rows.values_list("core_completed_at", "module__number"):
        if at:
            yield Event(at.astimezone(zone).date(), _("week %(number)s done") % {"number": number})


def _rests(enrolment: Enrolment, viewer: User, zone: ZoneInfo) -> Iterable[Event]:
    words = {Respite.Kind.FLARE_UP: _("flare-up"), Respite.Kind.PAUSE: _("pause")}
    rows = Respite.objects.visible_to(viewer).filter(enrolment=enrolment)
    for kind, at in rows.values_list("kind", "started_at"):
        yield Event(at.astimezone(zone).date(), words[Respite.Kind(kind)])


def _medicines(enrolment: Enrolment, viewer: User) -> Iterable[Event]:
    rows = Response.objects.visible_to(viewer).current().filter(enrolment=enrolment)
    asked = rows.filter(instrument_version__instrument__slug=SYMPTOMS)
    for day, answers in asked.values_list("on_date", "answers"):
        if answers.get(MEDICINE):
            yield Event(day, _("medicine changed"))
