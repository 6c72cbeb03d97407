"""The one thing that a patient's edition ends with. It is one, so that it can be done."""

from django.utils.translation import gettext as _

from patients.presenters.measures import contact_step
from patients.reports import words
from patients.reports.course import CoursePart
from patients.reports.measures import MeasuresPart


def next_step(course: CoursePart, measures: MeasuresPart, therapist: str) -> str:
    """What got harder first, then what was asked for again, the week, its homework, what comes."""
    name = therapist or _("Your therapist")
    if measures.own and measures.own.is_harder:
        return contact_step(name).text
    again = next((one for one in course.open_homework if one.is_another_look), None)
    if again:
        said = {"name": name, "number": again.number}
        return _("Look once more at your homework of week %(number)s; %(name)s wrote you why.") % said
    here = course.current
    if here and not here.is_read:
        said = {"number": here.number, "title": here.title}
        if here.done_count:
            return _("Go on with week %(number)s, %(title)s, where you left off, in your own time.") % said
        return _("Week %(number)s, %(title)s, is open for you, ready when you are.") % said
    return _homework(course) or _ahead(course)


def _homework(course: CoursePart) -> str:
    if not course.open_homework:
        return ""
    one = course.open_homework[0]
    said = {"number": one.number, "day": words.short_day(one.due) if one.due else ""}
    if not one.due:
        return _("Go on with the homework of week %(number)s.") % said
    return _("Go on with the homework of week %(number)s; a good time for it is until %(day)s.") % said


def _ahead(course: CoursePart) -> str:
    if course.next is None:
        return _("All weeks are open to you. Come back to whatever helps.")
    said = {"number": course.next.number, "title": course.next.title, "said": course.next.said}
    return _("Week %(number)s, %(title)s: %(said)s.") % said
