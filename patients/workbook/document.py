"""A book, or a part of one, as one HTML page ready to be laid out. Read as its reader may see it."""

from dataclasses import dataclass
from zoneinfo import ZoneInfo

from django.template.loader import render_to_string
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from painclinic import clock
from painclinic.accounts.models import User
from patients.models import Enrolment, Report
from patients.presenters.safety_plan import PlanPage, plan_page
from patients.reports import words
from patients.reports.document import LETTER, Advance, Page
from patients.workbook.book import Book, read_book
from patients.workbook.filled import Filled, read_filled
from patients.workbook.parts import SCALE
from patients.workbook.wanted import Scope, Wanted, find

TEMPLATE = "pdf/workbook.html"


class GoneError(Exception):
    """What was to be printed is not there any more, or not open to whoever asked."""


@dataclass(frozen=True)
class Contents:
    """What the template reads."""

    wanted: Wanted
    report: Report
    enrolment: Enrolment
    book: Book | None
    filled: Filled | None
    plan: PlanPage | None = None

    @property
    def is_course(self) -> bool:
        return self.wanted.scope == Scope.COURSE

    @property
    def has_chapters(self) -> bool:
        return self.wanted.scope in {Scope.COURSE, Scope.MODULE}

    @property
    def kinds(self) -> str:
        """Classes of the body, by which the style sheet tells a book from a single sheet."""
        if self.has_chapters:
            return "book whole" if self.is_course else "book week"
        return "book sheet wide" if self.is_landscape else "book sheet"

    @property
    def is_landscape(self) -> bool:
        """Whether the whole of a single form or log lies on its side."""
        sheet = self.book.sheet if self.book else None
        laid_out = sheet or self.filled
        return laid_out.is_landscape if laid_out else False

    @property
    def belongs_to(self) -> str:
        """The name on the cover, where somebody wants it there."""
        return self.enrolment.patient.name if self.report.is_named else ""

    @property
    def circles(self) -> tuple[int, ...]:
        return SCALE


def build_book(report: Report, *, advance: Advance = lambda percent: None) -> Page:
    """The page of a book in the language of its programme. Raises GoneError."""
    reader, enrolment = report.reader, report.enrolment
    language = _language(reader, enrolment)
    with translation.override(language), timezone.override(ZoneInfo(reader.timezone)):
        wanted = find(reader, enrolment, report.scope, report.target)
        if wanted is None:
            raise GoneError
        advance(20)
        contents = _contents(report, wanted)
        advance(35)
        title = _title(contents)
        html = render_to_string(
            TEMPLATE,
            {
                "language": translation.get_language(),
                "title": title,
                "clinic_name": enrolment.clinic.name,
                "made": _foot(contents),
                "large_print": report.large_print,
                "paper": "letter" if enrolment.clinic.country in LETTER else "",
                "c": contents,
                "b": contents.book,
                "version": enrolment.programme_version,
                "clinic": enrolment.clinic,
                "made_on": words.short_day(clock.now()),
            },
        )
        return Page(html, title, language, enrolment.clinic.name)


def _language(reader: User, enrolment: Enrolment) -> str:
    """A book is in the language of its text; in the reader's own kind of it, such as en-gb, where it is."""
    own, text = reader.language, enrolment.programme_version.language
    return own if own.partition("-")[0] == text.partition("-")[0] else text


def _contents(report: Report, wanted: Wanted) -> Contents:
    reader, enrolment = report.reader, report.enrolment
    is_filled = wanted.scope in {Scope.ENTRY, Scope.LOG}
    is_plan = wanted.scope == Scope.PLAN
    return Contents(
        wanted=wanted,
        report=report,
        enrolment=enrolment,
        book=None if is_filled or is_plan else read_book(reader, enrolment, wanted),
        filled=read_filled(reader, enrolment, wanted) if is_filled else None,
        plan=plan_page(reader, enrolment.patient) if is_plan else None,
    )


def _title(contents: Contents) -> str:
    return contents.enrolment.programme_version.title if contents.is_course else contents.wanted.title


def _foot(contents: Contents) -> str:
    """For the foot of each page: a name only where the page holds what somebody wrote."""
    said = {"name": contents.enrolment.patient.name, "day": words.short_day(clock.now())}
    made = _("%(name)s, %(day)s") % said if contents.filled or contents.plan else _("Printed %(day)s") % said
    if contents.enrolment.clinic.is_demo:
        return _("%(made)s. Demonstration: everybody in it is made up.") % {"made": made}
    return made
