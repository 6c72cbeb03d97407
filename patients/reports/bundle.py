"""Many reports in one ZIP file, put together in memory: nothing of it is written to a disk."""

import io
import zipfile
from collections.abc import Callable

from django.http import HttpResponse
from django.utils import timezone

from patients.models import Report, ReportBatch
from patients.models.reports import ReportQuerySet

# All of it is in memory once, and once more in the answer.
MAX_BYTES = 60_000_000


class TooHeavyError(Exception):
    """The files together are larger than what one download may hold."""


def bundle(reports: ReportQuerySet, *, name_of: Callable[[Report], str]) -> bytes:
    """The files of reports that were read as their reader may see them, numbered in their order.

    A file inside bears the name of its patient, unlike one that is downloaded by itself: of many files
    that are sent on by hand, one that goes to the wrong person is the greater harm. Raises TooHeavyError.
    """
    if sum(reports.values_list("size", flat=True)) > MAX_BYTES:
        raise TooHeavyError
    target = io.BytesIO()
    # A PDF is packed already.
    with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as archive:
        for number, report in enumerate(reports.iterator(chunk_size=10), start=1):
            kind = "letter" if report.is_letter else "report"
            archive.writestr(f"{number:03d}-{name_of(report)}-{kind}.pdf", bytes(report.content))
    return target.getvalue()


def bundle_response(content: bytes, batch: ReportBatch) -> HttpResponse:
    """The file as a browser keeps it, with a name that tells of nobody."""
    day = timezone.localtime(batch.requested_at).date()
    response = HttpResponse(content, content_type="application/zip")
    response["Content-Disposition"] = f'attachment; filename="reports-{day}.zip"'
    response["Content-Security-Policy"] = "sandbox; default-src 'none'"
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "no-store, private"
    return response
