"""Words that stand in a report. The rows are read by then; these tags only speak of them."""

from datetime import date, datetime

from django import template
from django.utils.translation import gettext as _

from patients.models import Homework, ModuleHold, Review
from patients.presenters.course import ModuleStop
from patients.reports import words
from patients.reports.document import Contents
from patients.reports.homework import EarlierVersion, HomeworkPart
from patients.reports.log import LogPart

register = template.Library()

register.simple_tag(words.short_day, name="short_day")
register.simple_tag(words.table_day, name="table_day")
register.simple_tag(words.moment, name="moment_of")


@register.simple_tag
def day_of(at: date | datetime) -> str:
    """ "Tuesday 4 March 2026"."""
    return words.day(at)


@register.simple_tag
def log_span(log: LogPart) -> str:
    """From when to when a log goes."""
    return words.span(log.first, log.last)


@register.simple_tag
def patient_stop(stop: ModuleStop, contents: Contents) -> str:
    """What a patient reads under a week on the path: what was done, and when the next opens."""
    if stop.progress is None:
        ahead = contents.course.next
        return ahead.said if ahead and ahead.number == stop.number else ""
    said = []
    if stop.steps:
        said.append(_("%(done)s of %(total)s steps") % {"done": stop.done_count, "total": len(stop.steps)})
    if stop.is_read and stop.progress.core_completed_at:
        said.append(_("read by %(day)s") % {"day": words.short_day(stop.progress.core_completed_at)})
    if stop.homework and stop.is_answered:
        name = words.first_name(stop.homework.review.by.name) if stop.homework.review.by else ""
        said.append(_("homework answered by %(name)s") % {"name": name or contents.therapist_name})
    elif stop.homework:
        said.append(_("homework sent"))
    if not said:
        said.append(_("open since %(day)s") % {"day": words.short_day(stop.progress.unlocked_at)})
    return words.joined(said)


@register.simple_tag
def opened_words(stop: ModuleStop) -> str:
    """Since when a week is open, and who opened it where it was not the rule."""
    if stop.progress is None:
        return "–"
    day = words.table_day(stop.progress.unlocked_at)
    if stop.progress.unlocked_by_id and stop.progress.unlocked_by:
        return _("%(day)s, by %(name)s") % {"day": day, "name": stop.progress.unlocked_by.name}
    return day


@register.simple_tag
def homework_words(stop: ModuleStop) -> str:
    """How a week's homework stands."""
    if stop.homework is None:
        return "–"
    version = {"version": stop.homework.version}
    if not stop.is_answered:
        return _("version %(version)s, waits for an answer") % version
    if stop.wants_another_look:
        return _("version %(version)s, another look asked") % version
    return _("version %(version)s, reviewed") % version


@register.simple_tag
def homework_state(part: HomeworkPart, contents: Contents) -> str:
    """When homework was handed in and answered, and by whom."""
    said = [_handed_in(part.homework, to_patient=contents.to_patient)]
    if part.review:
        said.append(_answered(part.review, to_patient=contents.to_patient))
    else:
        said.append(_("being read") if contents.to_patient else _("not answered yet"))
    return words.joined(said)


def _handed_in(homework: Homework, *, to_patient: bool) -> str:
    if to_patient:
        return _("sent on %(day)s") % {"day": words.day(homework.submitted_at)}
    return _("version %(version)s, handed in %(moment)s") % {
        "version": homework.version,
        "moment": words.short_moment(homework.submitted_at),
    }


def _answered(review: Review, *, to_patient: bool) -> str:
    said = {"name": review.by.name, "outcome": review.get_outcome_display()}
    if to_patient:
        return _("answered by %(name)s on %(day)s") % {**said, "day": words.day(review.created_at)}
    said["moment"] = words.short_moment(review.created_at)
    return _("%(outcome)s: %(name)s, %(moment)s") % said


@register.simple_tag
def remark_from(part: HomeworkPart, contents: Contents) -> str:
    """Whose words stand beside the answers."""
    if part.review is None:
        return ""
    name = part.review.by.name
    return words.first_name(name) if contents.to_patient else name


@register.simple_tag
def earlier_version(old: EarlierVersion, contents: Contents) -> str:
    """One earlier version, in a sentence."""
    said = {"number": old.number, "day": words.short_day(old.handed_in_at)}
    if contents.to_patient:
        return _("You also sent it on %(day)s.") % said
    if old.review is None:
        return _("Version %(number)s was handed in on %(day)s.") % said
    said["outcome"] = old.review.get_outcome_display()
    return _("Version %(number)s was handed in on %(day)s (%(outcome)s).") % said


@register.simple_tag
def earlier_who(old: EarlierVersion, contents: Contents) -> str:
    """Who answered an earlier version, and when."""
    if old.review is None:
        return ""
    said = {"name": old.review.by.name, "number": old.number, "day": words.short_day(old.review.created_at)}
    if contents.to_patient:
        return _("%(name)s, %(day)s") % {**said, "name": words.first_name(old.review.by.name)}
    return _("%(name)s on version %(number)s, %(day)s") % said


@register.simple_tag
def hold_words(hold: ModuleHold) -> str:
    """One hold: who, when, why, and whether it still stands."""
    said = {
        "name": hold.placed_by.name,
        "day": words.short_day(hold.placed_at),
        "reason": hold.reason,
        "until": words.short_day(hold.released_at) if hold.released_at else "",
    }
    if hold.released_at:
        return _("On hold from %(day)s to %(until)s by %(name)s: %(reason)s") % said
    return _("On hold since %(day)s by %(name)s: %(reason)s") % said
