"""The letter to the referrer or GP: one page, in plain clinical words, signed by a therapist.

It says how the course goes and what is asked of the reader. Of what the patient wrote it holds their goals
only: no message, no worksheet, no log, no single answer. The patient may read every letter, so that scores
stand in it without the names of bands, as in all that patients read.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from django.template.loader import render_to_string
from django.utils import timezone, translation
from django.utils.text import Truncator
from django.utils.translation import gettext as _

from painclinic import clock
from painclinic.accounts.models import Clinic, User
from patients.addressee import Letter
from patients.goals import read_goals
from patients.measures.course import Measure, ScorePoint, read_measures
from patients.models import Alert, Enrolment, Report
from patients.presenters.course import read_course
from patients.presenters.goals import goals_view
from patients.presenters.track import number
from patients.reports import words
from patients.reports.document import LETTER, Page
from programs.formulas.change import ChangeClass

TEMPLATE = "pdf/letter.html"
# As much as a page holds; the order says what matters most.
MAX_GOALS = 3
MAX_GOAL_WORDS = 110
MAX_MEASURES = 5
MAX_ACTS = 3
# Tried one after the other until the letter fits its page.
DENSITIES = ("", "tight", "tightest")
# What was done about a risk, where something was; a false alarm is nobody's business.
_HANDLED = (
    Alert.Outcome.SAFETY_PLAN,
    Alert.Outcome.GP_INFORMED,
    Alert.Outcome.CRISIS_REFERRAL,
    Alert.Outcome.EMERGENCY,
)


@dataclass(frozen=True)
class LetterMeasure:
    """One measure, from the start to now."""

    title: str
    start: str
    now: str
    change: str


@dataclass(frozen=True)
class LetterGoal:
    """One goal in the patient's words, and where it stands."""

    text: str
    stands: str


@dataclass(frozen=True)
class LetterContents:
    """What a letter holds, for its page, its preview and its PDF."""

    letter: Letter
    enrolment: Enrolment
    signed_by: User
    course: str
    weeks: str
    measures: list[LetterMeasure]
    goals: list[LetterGoal]
    safety: list[str]
    asks: list[str]
    has_open_alert: bool

    @property
    def clinic(self) -> Clinic:
        return self.enrolment.clinic

    @property
    def name(self) -> str:
        return self.enrolment.patient.name

    @property
    def first_name(self) -> str:
        return words.first_name(self.name)

    @property
    def born(self) -> str:
        return words.short_day(self.enrolment.patient.date_of_birth)

    @property
    def written_on(self) -> str:
        return words.short_day(clock.now())


def build_letter(report: Report, *, density: str = "") -> Page:
    """The page of a letter, in the language and time zone of the clinic that signs it."""
    clinic = report.enrolment.clinic
    with translation.override(clinic.language), timezone.override(ZoneInfo(clinic.timezone)):
        contents = letter_contents(report.reader, report.enrolment, Letter.read(report.letter))
        title = _("Letter about treatment for chronic pain")
        html = render_to_string(
            TEMPLATE,
            {
                "language": translation.get_language(),
                "title": title,
                "clinic_name": clinic.name,
                "made": _foot(contents),
                "large_print": False,
                "paper": "letter" if clinic.country in LETTER else "",
                "kind": f"letter-page {density}",
                "c": contents,
            },
        )
        return Page(html, title, clinic.language, clinic.name)


def _foot(contents: LetterContents) -> str:
    said = {"name": Truncator(contents.letter.name).chars(60), "day": contents.written_on}
    made = _("To %(name)s, %(day)s. The patient can read this letter in their account.") % said
    if contents.clinic.is_demo:
        return _("%(made)s. Demonstration: everybody in it is made up.") % {"made": made.rstrip(".")}
    return made


def letter_contents(signed_by: User, enrolment: Enrolment, letter: Letter) -> LetterContents:
    """What the letter says, read as who signs it may see it, in the language that is active."""
    alerts = list(Alert.objects.visible_to(signed_by).filter(enrolment=enrolment).order_by("raised_at"))
    measures = [one for one in read_measures(enrolment, signed_by) if one.known]
    return LetterContents(
        letter=letter,
        enrolment=enrolment,
        signed_by=signed_by,
        course=_course(enrolment),
        weeks=_weeks(signed_by, enrolment),
        measures=[_measure(one) for one in measures[:MAX_MEASURES]],
        goals=list(_goals(signed_by, enrolment)),
        safety=list(_safety(alerts)) if letter.tells_safety else [],
        asks=_asks(enrolment),
        has_open_alert=any(alert.is_open for alert in alerts),
    )


def _course(enrolment: Enrolment) -> str:
    said = {
        "programme": enrolment.programme_version.title,
        "day": words.short_day(enrolment.starts_on),
        "name": words.first_name(enrolment.patient.name),
    }
    begins = {
        Enrolment.State.ACTIVE: _("%(name)s has been taking part in “%(programme)s” since %(day)s."),
        Enrolment.State.PAUSED: _(
            "%(name)s has been taking part in “%(programme)s” since %(day)s and is pausing at present."
        ),
        Enrolment.State.COMPLETED: _("%(name)s began “%(programme)s” on %(day)s and has completed it."),
        Enrolment.State.STOPPED: _("%(name)s began “%(programme)s” on %(day)s and has stopped taking part."),
    }
    return begins[Enrolment.State(enrolment.state)] % said


def _weeks(signed_by: User, enrolment: Enrolment) -> str:
    """ "Weekly modules done: 3 of 8; the last was week 3, Pacing and moving."."""
    stops = read_course(signed_by, enrolment).stops
    done = [stop for stop in stops if stop.is_read]
    said: dict[str, int | str] = {"done": len(done), "total": len(stops)}
    if not done:
        return _("None of the %(total)s weekly modules is done yet.") % said
    said |= {"number": done[-1].number, "title": done[-1].title}
    return _("Weekly modules done: %(done)s of %(total)s; the last was week %(number)s, %(title)s.") % said


def _measure(measure: Measure) -> LetterMeasure:
    start, latest = measure.start, measure.latest
    return LetterMeasure(
        title=_scale(measure),
        start=_score(measure, start) if start else "–",
        now=_score(measure, latest) if latest else "–",
        change=change_for_referrer(measure.verdict.change),
    )


def _scale(measure: Measure) -> str:
    low, high = (number(end, measure.scale) for end in (measure.scale.minimum, measure.scale.maximum))
    better = _("lower is better") if measure.scale.higher_is_worse else _("higher is better")
    return _("%(name)s, %(low)s to %(high)s (%(better)s)") % {
        "name": measure.definition.short_title,
        "low": low,
        "high": high,
        "better": better,
    }


def _score(measure: Measure, point: ScorePoint) -> str:
    score = number(point.value, measure.scale)
    return _("%(score)s on %(day)s") % {"score": score, "day": words.table_day(point.on_date)}


def change_for_referrer(change: ChangeClass) -> str:
    """A reliable change in plain clinical words, without the name of a class or a band."""
    if change.is_better:
        return _("Clearly better: more than ordinary ups and downs")
    if change.is_worse:
        return _("Clearly worse: more than ordinary ups and downs")
    if change == ChangeClass.UNCHANGED:
        return _("No clear change: within ordinary ups and downs")
    return _("Too early, or too little, to compare")


def _goals(signed_by: User, enrolment: Enrolment) -> Iterable[LetterGoal]:
    today = clock.local_today(enrolment.patient.timezone)
    for goal in goals_view(read_goals(signed_by, enrolment), today).goals[:MAX_GOALS]:
        yield LetterGoal(Truncator(goal.text).chars(MAX_GOAL_WORDS), goal.now.label)


def _safety(alerts: Iterable[Alert]) -> Iterable[str]:
    """What was done about a risk and when: never what the patient answered, nor how high it was."""
    handled = [one for one in alerts if one.resolved_at and one.outcome in _HANDLED]
    for alert in handled[-MAX_ACTS:]:
        yield _handled(alert, alert.resolved_at)


def _handled(alert: Alert, resolved_at: datetime | None) -> str:
    about = {
        Alert.Kind.RED_FLAG: _("We talked about a new sign of illness (%(day)s): %(outcome)s."),
        Alert.Kind.MEDICINE: _("We talked about a change of a medicine (%(day)s): %(outcome)s."),
    }
    said = about.get(Alert.Kind(alert.kind), _("We talked about safety (%(day)s): %(outcome)s."))
    day = words.table_day(resolved_at) if resolved_at else ""
    return said % {"day": day, "outcome": str(Alert.Outcome(alert.outcome).label)}


def _asks(enrolment: Enrolment) -> list[str]:
    name = {"name": words.first_name(enrolment.patient.name)}
    return [
        _("Please go on with your usual care; between our contacts we are not an emergency service."),
        _("Please tell us of new findings, or of a change in treatment that bears on being active."),
        _("When %(name)s sees you, please encourage staying active at a steady, chosen pace.") % name,
    ]
