"""Spans, levels and steps of alerts as the overview says them."""

from datetime import timedelta

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from clinics.oversight.rounds import What
from clinics.oversight.standing import Band
from patients.models import Alert, AlertStep

_MINUTE, _HOUR, _DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
WHAT = {
    What.ACK: gettext_lazy("until somebody had it"),
    What.ACT: gettext_lazy("until somebody tried to reach the person"),
}
LATE = {
    What.ACK: gettext_lazy("Nobody had it in time"),
    What.ACT: gettext_lazy("Nobody tried to reach the person in time"),
}
BANDS = {
    Band.SIGN_OFF: (gettext_lazy("waits for a second person"), "attention"),
    Band.LATE_ACK: (gettext_lazy("late: nobody has it yet"), "danger"),
    Band.LATE_ACT: (gettext_lazy("late: nobody has tried to reach the person"), "danger"),
    Band.LATE_OUTCOME: (gettext_lazy("late: nobody has said how it ended"), "danger"),
    Band.IN_TIME: (gettext_lazy("in time"), "calm"),
}


def level(number: int) -> str:
    """ "R3"."""
    return str(Alert.Level(number).label)


def step(name: str) -> str:
    """A step of the chain as something that was done."""
    words = {
        AlertStep.Step.TELL: _("who treats the patient was told"),
        AlertStep.Step.DUTY: _("who is on duty was told"),
        AlertStep.Step.SECOND: _("the second on duty was told"),
        AlertStep.Step.LEAD: _("the clinical lead was told"),
        AlertStep.Step.EVERYBODY: _("the whole team was told"),
        AlertStep.Step.ACT: _("the lead was told that nobody had acted"),
        AlertStep.Step.OUTCOME: _("the outcome was asked for"),
        AlertStep.Step.SIGN_OFF: _("a second person was asked"),
    }
    return words.get(AlertStep.Step(name), name)


def span(length: timedelta) -> str:
    """ "12 min", "3 h 20 min", "2 d 4 h"; rounded down."""
    if length < _MINUTE:
        return _("less than 1 min")
    if length < _HOUR:
        return _("%(m)d min") % {"m": length // _MINUTE}
    if length < 2 * _DAY:
        return _join(_("%(h)d h") % {"h": length // _HOUR}, length % _HOUR // _MINUTE, _("%(m)d min"), "m")
    return _join(_("%(d)d d") % {"d": length // _DAY}, length % _DAY // _HOUR, _("%(h)d h"), "h")


def _join(large: str, rest: int, pattern: str, name: str) -> str:
    return f"{large} {pattern % {name: rest}}" if rest else large


def share(part: int, whole: int) -> str:
    """A share with the numbers that it rests on: "80% (8 of 10)"."""
    if not whole:
        return "–"
    percent = f"{part / whole * 100:.0f}"
    return _("%(percent)s%% (%(part)s of %(n)s)") % {"percent": percent, "part": part, "n": whole}
