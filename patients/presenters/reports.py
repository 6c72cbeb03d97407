"""Reports on the pages: what there is, how far one has come, and how to ask for another."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import QuerySet
from django.template.defaultfilters import filesizeformat
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from painclinic import pdf
from painclinic.accounts.models import User
from patients.addressee import Letter
from patients.models import Enrolment, Report
from patients.reports.forms import ReportForm

ON_THE_CARD = 3
ON_THE_PAGE = 50


@dataclass(frozen=True)
class ReportLine:
    """One report, and where its page and its file are for who looks."""

    report: Report
    is_own: bool
    page_url: str
    file_url: str

    @property
    def state(self) -> str:
        """How it stands, in a word or two."""
        words = {
            Report.State.QUEUED: _("waits for its turn"),
            Report.State.RUNNING: _("being made"),
            Report.State.READY: _("ready"),
            Report.State.FAILED: _("could not be made"),
        }
        return words[Report.State(self.report.state)]

    @property
    def name(self) -> str:
        """What it is called: what was printed, or that it is about progress."""
        if self.report.letter:
            return _("Letter to %(name)s") % {"name": Letter.read(self.report.letter).name}
        return self.report.title or _("Progress report")

    @property
    def about(self) -> str:
        """What kind of report it is, and how long: "for the therapist · PDF, 5 pages, 48 KB"."""
        shown = self.report.is_progress and not self.is_own and not self.report.is_letter
        parts = [
            "" if self.report.is_progress else str(self.report.get_scope_display()),
            str(self.report.get_edition_display()) if shown else "",
            _("scheduled") if self.report.occasion_id else "",
            _("large print") if self.report.large_print else "",
            self.size if self.report.is_ready else "",
        ]
        return " · ".join(part for part in parts if part)

    @property
    def size(self) -> str:
        """ "PDF, 5 pages, 48 KB"."""
        parts = [_("PDF")]
        if self.report.pages:
            pages = self.report.pages
            parts.append(ngettext("%(n)s page", "%(n)s pages", pages) % {"n": pages})
        if self.report.size:
            parts.append(filesizeformat(self.report.size))
        return ", ".join(parts)


@dataclass(frozen=True)
class Reports:
    """A person's reports on one course, newest first, and the form for another."""

    lines: list[ReportLine]
    more: bool
    list_url: str
    create_url: str
    form: ReportForm
    is_own: bool
    can_make: bool


def reports_of(
    user: User, enrolment: Enrolment, *, form: ReportForm | None = None, most: int = ON_THE_PAGE
) -> Reports:
    """The reports that `user` may read; one query."""
    is_own = enrolment.patient.user_id == user.pk
    found = Report.objects.visible_to(user).light().filter(enrolment__patient_id=enrolment.patient_id)
    shown = list(_with_reader(found)[: most + 1])
    space, args = ("patients", []) if is_own else ("therapists", [enrolment.patient_id])
    return Reports(
        lines=[line_of(report, user) for report in shown[:most]],
        more=len(shown) > most,
        list_url=reverse(f"{space}:report-list", args=args),
        create_url=reverse(f"{space}:report-create", args=args),
        form=form or ReportForm(is_own=is_own),
        is_own=is_own,
        can_make=pdf.available(),
    )


def _with_reader(reports: QuerySet[Report]) -> QuerySet[Report]:
    """With whose record it is, which decides where its page is."""
    return reports.select_related("patient")


def line_of(report: Report, viewer: User) -> ReportLine:
    """A report with its addresses: a patient's own pages, or those of staff about the patient.

    The names of the latter belong to an app above this one, as those in the navigation do.
    """
    is_own = report.patient.user_id == viewer.pk
    space, args = ("patients", [report.pk]) if is_own else ("therapists", [report.patient_id, report.pk])
    return ReportLine(
        report=report,
        is_own=is_own,
        page_url=reverse(f"{space}:report-detail", args=args),
        file_url=reverse(f"{space}:report-download", args=args),
    )


def lines_of(reports: QuerySet[Report], viewer: User) -> Iterable[ReportLine]:
    """Lines of reports that were read as `viewer` may see them."""
    return [line_of(report, viewer) for report in _with_reader(reports)]
