"""Reports: asked for, claimed by whoever makes them, finished or given up. The row is the job.

A maker holds a report by its lease. One that dies loses it when the lease runs out; what it brings
after that is refused, so that no report is finished twice.
"""

from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol
from uuid import UUID

from django.db import transaction
from django.db.models import BooleanField, ExpressionWrapper, Q

from painclinic import clock
from painclinic.accounts.models import User
from painclinic.audit.actions import Actor, record
from painclinic.audit.models import Action
from patients.addressee import Letter
from patients.models import Enrolment, Patient, Report
from patients.models.reports import ReportQuerySet
from patients.tasks import ring_for_reports

# The maker renews it at every stage; of a report the longest one, the layout, takes seconds.
LEASE = timedelta(minutes=2)
# A whole book takes longer to lay out than a report, and its maker cannot renew the lease meanwhile.
BOOK_LEASE = timedelta(minutes=6)
# Progress reports, and prints of steps and forms besides; both only keep one person from using it all up.
MAX_PER_DAY = 20
MAX_PRINTS_PER_DAY = 60
BACK_OFF = (timedelta(seconds=5), timedelta(seconds=60))


class TooManyReportsError(Exception):
    """This person has asked for as many reports in the last 24 hours as one may."""


class RequestTakenError(Exception):
    """The request id belongs to a report of somebody else, or of another course."""


class LostClaimError(Exception):
    """The lease ran out while the report was made, and it is somebody else's to make now."""


class Printed(Protocol):
    """Which part of the programme is printed, and what it is called."""

    @property
    def scope(self) -> str: ...

    @property
    def target(self) -> str: ...

    @property
    def title(self) -> str: ...


@dataclass(frozen=True)
class _Progress:
    scope: str = Report.Scope.PROGRESS
    target: str = ""
    title: str = ""


PROGRESS = _Progress()


@transaction.atomic
def request_report(
    *,
    by: User,
    enrolment: Enrolment,
    edition: str,
    request_id: UUID,
    large_print: bool = False,
    printed: Printed | None = None,
    is_named: bool = False,
    letter: Letter | None = None,
) -> Report:
    """Ask for a report on a course, made for `by` as its reader; it is made in the background.

    With `letter` it is the letter to the referrer or GP that `by` signs, whatever `edition` says.

    With `printed` it is that part of the programme, and not the progress report. The same
    `request_id` again returns the first, and so does asking while one of the same kind is still to
    be made. A patient gets the edition for patients, whatever is asked. Raises
    Patient.DoesNotExist when `by` may not see the treatment, TooManyReportsError, RequestTakenError.
    """
    what = printed or PROGRESS
    patient = Patient.objects.treated_by(by).get(pk=enrolment.patient_id)
    edition = _edition_for(by, patient, edition, letter)
    # One after the other per reader, so that of two presses the second meets what the first made.
    User.objects.select_for_update(no_key=True).get(pk=by.pk)
    mine = Report.objects.light().filter(requested_by=by, batch=None)
    same = mine.filter(enrolment=enrolment)
    alike = same.unfinished().filter(edition=edition, scope=what.scope, target=what.target)
    before = same.filter(request_id=request_id).first()
    # Two letters may say different things; of anything else one that waits is the same.
    before = before or (None if letter else alike.first())
    if before:
        return before
    if Report.objects.filter(request_id=request_id).exists():
        raise RequestTakenError
    _check_number(mine, is_print=printed is not None)
    report = Report.objects.create(
        patient=patient,
        clinic_id=patient.clinic_id,
        enrolment=enrolment,
        reader=by,
        requested_by=by,
        edition=edition,
        letter=letter.stored() if letter else None,
        scope=what.scope,
        target=what.target,
        title=what.title,
        request_id=request_id,
        large_print=large_print,
        is_named=is_named,
        requested_at=clock.now(),
    )
    record(by=by, action=Action.EXPORT, verb="report-request", obj=report)
    ring_for_reports()
    return report


def _edition_for(by: User, patient: Patient, edition: str, letter: Letter | None) -> Report.Edition:
    if patient.user_id == by.pk:
        if letter:
            raise Patient.DoesNotExist
        return Report.Edition.PATIENT
    if (Report.Edition(edition) == Report.Edition.REFERRER) != (letter is not None):
        raise ValueError("A letter has an addressee, and nothing else has one.")
    return Report.Edition(edition)


def _check_number(mine: ReportQuerySet, *, is_print: bool) -> None:
    lately = mine.filter(requested_at__gt=clock.now() - timedelta(days=1))
    prints, reports = lately.exclude(scope=Report.Scope.PROGRESS), lately.filter(scope=Report.Scope.PROGRESS)
    asked, most = (prints, MAX_PRINTS_PER_DAY) if is_print else (reports, MAX_PER_DAY)
    if asked.count() >= most:
        raise TooManyReportsError


def claim_report(*, by: Actor) -> Report | None:
    """Take the report that waits longest, for `LEASE`; None when nothing waits.

    One that was taken up `MAX_ATTEMPTS` times without an end is given up here.
    """
    while True:
        with transaction.atomic():
            report = _next_waiting()
            if report is None:
                return None
            if report.attempts < Report.MAX_ATTEMPTS:
                return _claimed(report)
            _give_up(report, Report.Fault.BROKEN, by)


def note_percent(*, claim: Report, percent: int) -> None:
    """Say how far it is, for the page that waits, and renew the lease. Raises LostClaimError."""
    until = clock.now() + (LEASE if claim.is_progress else BOOK_LEASE)
    held = Report.objects.filter(pk=claim.pk, state=Report.State.RUNNING, lease_until=claim.lease_until)
    if not held.update(percent=percent, lease_until=until):
        raise LostClaimError
    claim.percent, claim.lease_until = percent, until


@transaction.atomic
def finish_report(*, by: Actor, claim: Report, pdf: bytes, pages: int) -> None:
    """Keep the file, encrypted with the patient's key. Raises LostClaimError."""
    report = _held(claim)
    report.content, report.pages, report.size = pdf, pages, len(pdf)
    report.state, report.percent = Report.State.READY, 100
    report.ready_at, report.lease_until = clock.now(), None
    report.save(update_fields=["content", "pages", "size", "state", "percent", "ready_at", "lease_until"])
    record(by=by, action=Action.WRITE, verb="report-make", obj=report)


@transaction.atomic
def fail_report(*, by: Actor, claim: Report, fault: Report.Fault) -> None:
    """Give it up for good; the reader is told why in plain words. Raises LostClaimError."""
    _give_up(_held(claim), fault, by)


@transaction.atomic
def put_back_report(*, by: Actor, claim: Report) -> None:
    """Let it be tried again a little later, or give it up after the last attempt. Raises LostClaimError."""
    report = _held(claim)
    if report.attempts >= Report.MAX_ATTEMPTS:
        _give_up(report, Report.Fault.BROKEN, by)
        return
    report.state, report.percent = Report.State.QUEUED, 0
    report.lease_until = clock.now() + BACK_OFF[min(report.attempts, len(BACK_OFF)) - 1]
    report.save(update_fields=["state", "percent", "lease_until"])


@transaction.atomic
def mark_seen(*, by: User, report: Report) -> None:
    """The reader knows that it is ready. Only a finished report of one's own can be seen; once is enough."""
    own = Report.objects.filter(pk=report.pk, reader=by, seen_at=None)
    if own.filter(state__in=[Report.State.READY, Report.State.FAILED]).update(seen_at=clock.now()):
        record(by=by, action=Action.WRITE, verb="report-see", obj=report)


def note_download(*, by: User, report: Report) -> None:
    """Keep that the file left the system, and whose record it holds."""
    record(by=by, action=Action.EXPORT, verb="report-download", obj=report)


def _next_waiting() -> Report | None:
    """Those that one person waits for come before those that were asked for by the dozen."""
    is_many = Q(batch__isnull=False) | Q(occasion__isnull=False)
    many = Report.objects.waiting().light().alias(is_many=ExpressionWrapper(is_many, BooleanField()))
    waiting = many.order_by("is_many", "requested_at", "pk")
    return waiting.select_for_update(no_key=True, skip_locked=True).first()


def _claimed(report: Report) -> Report:
    report.state, report.percent = Report.State.RUNNING, 0
    report.attempts += 1
    report.lease_until = clock.now() + LEASE
    report.save(update_fields=["state", "percent", "attempts", "lease_until"])
    return report


def _held(claim: Report) -> Report:
    held = Report.objects.light().select_for_update(no_key=True).filter(state=Report.State.RUNNING)
    report = held.filter(pk=claim.pk, lease_until=claim.lease_until).first()
    if report is None:
        raise LostClaimError
    return report


def _give_up(report: Report, fault: Report.Fault, by: Actor) -> None:
    report.state, report.fault = Report.State.FAILED, fault
    report.percent, report.lease_until = 0, None
    report.save(update_fields=["state", "fault", "percent", "lease_until"])
    record(by=by, action=Action.WRITE, verb="report-fail", obj=report)
