"""A report as one HTML page, ready to be laid out. Everything is read as its reader may see it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from django.template.loader import render_to_string
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from painclinic import clock
from painclinic.accounts.models import CrisisLine, User
from patients.models import Enrolment, Patient, Report
from patients.reports import words
from patients.reports.course import CoursePart, course_part
from patients.reports.homework import HomeworkPart, homework_parts
from patients.reports.log import LogPart, log_parts, plan_answers
from patients.reports.measures import MeasuresPart, measures_part
from patients.reports.next_step import next_step
from patients.reports.skills import SkillsPart, skills_part

TEMPLATE = "pdf/progress_report.html"
# Paper of North America and its neighbours; everybody else writes on A4.
LETTER = frozenset({"US", "CA", "MX", "PH", "CL", "CO", "VE"})

Advance = Callable[[int], None]


@dataclass(frozen=True)
class Page:
    """The page, and what stands in the metadata of the file."""

    html: str
    title: str
    language: str
    author: str


@dataclass(frozen=True)
class Contents:
    """What one report holds, for the template."""

    report: Report
    reader: User
    patient: Patient
    enrolment: Enrolment
    therapist: User | None
    course: CoursePart
    skills: SkillsPart
    measures: MeasuresPart
    logs: list[LogPart]
    homework: list[HomeworkPart]
    plan: tuple[Any, Any] | None
    crisis_lines: list[CrisisLine]
    first_day: date
    last_day: date

    @property
    def to_patient(self) -> bool:
        return self.report.edition == Report.Edition.PATIENT

    @property
    def born(self) -> str:
        return words.short_day(self.patient.date_of_birth)

    @property
    def first_name(self) -> str:
        return words.first_name(self.patient.name)

    @property
    def next_step(self) -> str:
        return next_step(self.course, self.measures, self.therapist_name)

    @property
    def therapist_name(self) -> str:
        """First name for the patient, full name for colleagues."""
        if self.therapist is None:
            return ""
        return words.first_name(self.therapist.name) if self.to_patient else self.therapist.name


def build(report: Report, *, advance: Advance = lambda percent: None) -> Page:
    """The page of a report in the language and time zone of its reader; `advance` hears how far it is."""
    reader = report.reader
    with translation.override(reader.language), timezone.override(ZoneInfo(reader.timezone)):
        contents = _contents(report, advance)
        title = _title(contents)
        html = render_to_string(
            TEMPLATE,
            {
                "language": translation.get_language(),
                "title": title,
                "clinic_name": report.enrolment.clinic.name,
                "made": _made(contents),
                "large_print": report.large_print,
                "paper": "letter" if report.enrolment.clinic.country in LETTER else "",
                "c": contents,
                "facts": _facts(contents),
            },
        )
        return Page(html, title, reader.language, report.enrolment.clinic.name)


def _contents(report: Report, advance: Advance) -> Contents:
    reader, enrolment = report.reader, report.enrolment
    to_patient = report.edition == Report.Edition.PATIENT
    course = course_part(reader, enrolment, to_patient=to_patient)
    advance(25)
    skills = skills_part(reader, enrolment)
    logs = log_parts(reader, enrolment)
    advance(40)
    homework = homework_parts(reader, enrolment)
    plan = plan_answers(reader, enrolment)
    advance(50)
    return Contents(
        report=report,
        reader=reader,
        patient=enrolment.patient,
        enrolment=enrolment,
        therapist=course.view.therapist,
        course=course,
        skills=skills,
        measures=measures_part(reader, enrolment, to_patient=to_patient),
        logs=logs,
        homework=homework,
        plan=plan,
        crisis_lines=list(enrolment.clinic.crisis_lines.all()),
        first_day=enrolment.starts_on,
        last_day=clock.local_today(enrolment.patient.timezone),
    )


def _title(contents: Contents) -> str:
    return _("My progress so far") if contents.to_patient else _("Progress report")


def _made(contents: Contents) -> str:
    """For whom it was made and when, for the foot of each page; that nobody in it is real, where it is so."""
    if contents.enrolment.clinic.is_demo:
        return _("%(made)s. Demonstration: everybody in it is made up.") % {"made": _made_for(contents)}
    return _made_for(contents)


def _made_for(contents: Contents) -> str:
    said = {
        "name": contents.reader.name,
        "patient": contents.patient.name,
        "moment": words.moment(clock.now()),
        "zone": contents.reader.timezone.replace("_", " "),
    }
    if contents.to_patient and contents.reader.pk != contents.patient.user_id:
        return _("Made for %(patient)s by %(name)s on %(moment)s (%(zone)s)") % said
    return _("Made for %(name)s on %(moment)s (%(zone)s)") % said


def _facts(contents: Contents) -> list[tuple[str, str]]:
    return _patient_facts(contents) if contents.to_patient else _therapist_facts(contents)


def _patient_facts(contents: Contents) -> list[tuple[str, str]]:
    clinic = contents.enrolment.clinic
    facts = [
        (_("Programme"), contents.enrolment.programme_version.title),
        (_("Your therapist"), contents.therapist.name if contents.therapist else ""),
        (_("Your clinic"), words.joined([clinic.name, clinic.phone])),
        (_("Time covered"), words.span(contents.first_day, contents.last_day)),
    ]
    return [(name, value) for name, value in facts if value]


def _therapist_facts(contents: Contents) -> list[tuple[str, str]]:
    enrolment, patient = contents.enrolment, contents.patient
    version = enrolment.programme_version
    programme = _("%(title)s (version %(number)s, %(language)s)") % {
        "title": version.title,
        "number": version.number,
        "language": version.language,
    }
    has_begun = contents.first_day <= contents.last_day
    period = words.span(contents.first_day, contents.last_day) if has_begun else _("not begun")
    elsewhere = patient.timezone != contents.reader.timezone
    facts = [
        (_("Therapist"), contents.therapist_name or _("nobody at present")),
        (_("Programme"), programme),
        (_("Period"), words.joined([period, str(enrolment.get_state_display())])),
        (_("Patient’s time zone"), patient.timezone.replace("_", " ") if elsewhere else ""),
    ]
    return [(name, value) for name, value in facts if value]
