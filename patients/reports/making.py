"""Makes the reports that wait, one after the other, and survives whatever one of them does."""

import re
import zlib
from contextlib import suppress
from datetime import timedelta

import structlog
from django.conf import settings

from painclinic import clock, pdf
from painclinic.access.permissions import Permission
from painclinic.access.scoping import clinics_where
from painclinic.accounts.models import User
from painclinic.audit.actions import System
from painclinic.crypto import keys
from painclinic.pdf import PdfTooLarge, PdfUnavailable
from patients.actions.reports import (
    LostClaimError,
    claim_report,
    fail_report,
    finish_report,
    note_percent,
    put_back_report,
)
from patients.models import Report
from patients.reports.document import Page, build
from patients.reports.letter import DENSITIES, build_letter
from patients.workbook.document import GoneError, build_book

log = structlog.get_logger()
MAKER = System("make-reports")
# A task ends long before the worker's time limit and leaves the rest to the next.
RUNS_FOR = timedelta(minutes=2)
STYLES = {
    f"css/{name}": settings.BASE_DIR / "static" / "css" / name
    for name in ("pdf_report.css", "pdf_workbook.css", "pdf_letter.css")
}
_STREAM = re.compile(rb"/ObjStm.*?stream\r?\n(.*?)\r?\nendstream", re.DOTALL)
_PAGES = re.compile(rb"/Type /Pages\b[^>]*?/Count (\d+)")


def make_waiting(*, by: System = MAKER) -> int:
    """Make what waits; returns how many are ready. May run many times at once."""
    stop_at = clock.now() + RUNS_FOR
    ready = 0
    while clock.now() < stop_at and (claim := claim_report(by=by)):
        # No report sees the patient keys that another one loaded.
        keys.forget()
        ready += _settle(claim, by)
    keys.forget()
    return ready


def _settle(claim: Report, by: System) -> bool:
    """Bring a claimed report to its end; True when it is ready."""
    try:
        return _make(claim, by)
    except LostClaimError:
        log.warning("report-claim-lost", report=str(claim.pk))
    return False


def _make(claim: Report, by: System) -> bool:
    fault = None
    try:
        content = _render(claim)
    except LostClaimError:
        raise
    except NoAccessError:
        fault = Report.Fault.NO_ACCESS
    except GoneError:
        fault = Report.Fault.GONE
    except PdfUnavailable:
        fault = Report.Fault.UNAVAILABLE
    except PdfTooLarge:
        fault = Report.Fault.TOO_LARGE
    except Exception as error:
        # Whatever is wrong with one report must not hold up the others, and it is tried again. The
        # name of the fault is kept and never its text, which may quote what a patient wrote.
        log.warning("report-not-made", report=str(claim.pk), fault=type(error).__name__)
        put_back_report(by=by, claim=claim)
        return False
    if fault:
        fail_report(by=by, claim=claim, fault=fault)
        return False
    finish_report(by=by, claim=claim, pdf=content, pages=page_count(content))
    return True


class NoAccessError(Exception):
    """Whoever asked for the report may not have it any more."""


def _render(claim: Report) -> bytes:
    report = _as_the_reader_sees_it(claim)
    note_percent(claim=claim, percent=10)
    if report.is_letter:
        return _on_one_page(report, claim)
    make = build if report.is_progress else build_book
    page = make(report, advance=lambda percent: note_percent(claim=claim, percent=percent))
    note_percent(claim=claim, percent=60)
    content = _laid_out(page)
    note_percent(claim=claim, percent=95)
    return content


def _on_one_page(report: Report, claim: Report) -> bytes:
    """A letter, set as close as it must be to fit its page. Raises PdfTooLarge."""
    for density in DENSITIES:
        content = _laid_out(build_letter(report, density=density))
        note_percent(claim=claim, percent=60)
        if page_count(content) == 1:
            return content
    raise PdfTooLarge


def _laid_out(page: Page) -> bytes:
    return pdf.render(
        page.html, title=page.title, language=page.language, author=page.author, static_files=STYLES
    )


def _as_the_reader_sees_it(claim: Report) -> Report:
    """The report through the reader's own eyes: an assignment may have ended since it was asked for."""
    reader = User.objects.get(pk=claim.reader_id)
    own = Report.objects.visible_to(reader).light()
    related = own.select_related("enrolment__patient", "enrolment__clinic", "enrolment__programme_version")
    report = related.filter(pk=claim.pk).first()
    if report is None:
        raise NoAccessError
    permission = Permission.OWN_RECORD if report.patient.user_id == reader.pk else Permission.REPORT_MAKE
    if report.clinic_id not in clinics_where(reader, permission):
        raise NoAccessError
    report.reader = reader
    return report


def page_count(content: bytes) -> int:
    """How many pages a PDF of ours has; 0 when it does not say so in the way we know."""
    for stream in _STREAM.findall(content):
        with suppress(zlib.error):
            if found := _PAGES.search(zlib.decompress(stream)):
                return int(found[1])
    return 0
