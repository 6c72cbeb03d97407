"""Reports by the dozen: those that one person asks for together, and those that the schedule makes.

Each is a row of its own, made like any other, after those that somebody waits for at a screen.
"""

from collections.abc import Collection, Iterable
from datetime import timedelta
from uuid import UUID, uuid4

from django.db import transaction
from django.db.models import F, Q, TextChoices
from django.utils.translation import gettext_lazy as _

from painclinic import clock
from painclinic.access.permissions import Permission
from painclinic.access.scoping import clinics_where
from painclinic.accounts.models import User
from painclinic.audit.actions import Actor, record
from painclinic.audit.models import Action
from patients.actions.reports import RequestTakenError, TooManyReportsError
from patients.addressee import Letter
from patients.models import Assignment, Enrolment, Occasion, Patient, Report, ReportBatch
from patients.tasks import ring_for_reports

# A large caseload; about five minutes of making.
MAX_IN_BATCH = 100
MAX_BULK_PER_DAY = 200
# What is over for longer is history, which nobody wants to find in their account after an update.
LOOKS_BACK = timedelta(days=30)
MAX_PER_RUN = 200
SCHEDULED = (Occasion.Kind.MID, Occasion.Kind.POST)


class MadeFor(TextChoices):
    """Which edition, and whose eyes it is made with and for."""

    THERAPIST = "therapist", _("For me: scores, ranges and reliable change")
    HAND_OVER = "hand-over", _("For me to hand over: plain words")
    PATIENT = "patient", _("For each patient: plain words, in their account")
    REFERRER = "referrer", _("For the GP on file: a letter of one page, to check and send")


class TooManyInBatchError(Exception):
    """More people than one batch may hold."""


class NoAddresseeError(Exception):
    """For these people no GP is on file."""

    def __init__(self, names: list[str]) -> None:
        super().__init__("no addressee")
        self.names = names


@transaction.atomic
def request_batch(*, by: User, patients: Collection[UUID], made_for: str, request_id: UUID) -> ReportBatch:
    """Ask for a report on the newest course of each of these patients.

    The same `request_id` again returns the first batch. Raises Patient.DoesNotExist when `by` may not
    see one of them, TooManyInBatchError, NoAddresseeError, TooManyReportsError, RequestTakenError.
    """
    wanted = set(patients)
    if not wanted or len(wanted) > MAX_IN_BATCH:
        raise TooManyInBatchError
    User.objects.select_for_update(no_key=True).get(pk=by.pk)
    before = ReportBatch.objects.filter(request_id=request_id).first()
    if before and before.requested_by_id != by.pk:
        raise RequestTakenError
    if before:
        return before
    since = clock.now() - timedelta(days=1)
    lately = Report.objects.filter(requested_by=by, batch__isnull=False, requested_at__gt=since)
    if lately.count() + len(wanted) > MAX_BULK_PER_DAY:
        raise TooManyReportsError
    enrolments = _courses(by, wanted)
    letters = _letters(enrolments) if made_for == MadeFor.REFERRER else {}
    batch = ReportBatch.objects.create(requested_by=by, request_id=request_id, requested_at=clock.now())
    for enrolment in enrolments:
        letter = letters.get(enrolment.pk)
        _store(
            by,
            enrolment,
            edition=_EDITIONS[MadeFor(made_for)],
            reader=enrolment.patient.user if made_for == MadeFor.PATIENT else by,
            requested_by=by,
            batch=batch,
            letter=letter.stored() if letter else None,
        )
    ring_for_reports()
    return batch


_EDITIONS = {
    MadeFor.THERAPIST: Report.Edition.THERAPIST,
    MadeFor.HAND_OVER: Report.Edition.PATIENT,
    MadeFor.PATIENT: Report.Edition.PATIENT,
    MadeFor.REFERRER: Report.Edition.REFERRER,
}


def _courses(by: User, wanted: set[UUID]) -> list[Enrolment]:
    """The newest course of each; all of them, or Patient.DoesNotExist."""
    clinics = clinics_where(by, Permission.REPORT_MAKE)
    people = Patient.objects.treated_by(by).filter(pk__in=wanted, clinic_id__in=clinics).exclude(user=by)
    rows = Enrolment.objects.filter(patient_id__in=people.values("pk")).select_related("patient__user")
    found = list(rows.order_by("patient_id", "-created_at").distinct("patient_id"))
    if len(found) != len(wanted):
        raise Patient.DoesNotExist
    return found


def _letters(enrolments: Iterable[Enrolment]) -> dict[UUID, Letter]:
    letters = {one.pk: Letter.on_file(one.patient.gp_name, one.patient.gp_contact) for one in enrolments}
    missing = [one.patient.name for one in enrolments if letters[one.pk] is None]
    if missing:
        raise NoAddresseeError(sorted(missing))
    return {pk: letter for pk, letter in letters.items() if letter}


def _store(by: Actor, enrolment: Enrolment, **more: object) -> Report:
    report = Report.objects.create(
        patient_id=enrolment.patient_id,
        clinic_id=enrolment.clinic_id,
        enrolment=enrolment,
        request_id=uuid4(),
        requested_at=clock.now(),
        **more,
    )
    record(by=by, action=Action.EXPORT, verb="report-request", obj=report)
    return report


def schedule_reports(*, by: Actor) -> int:
    """Ask for the reports at mid-course and at the end, for the therapist and for the patient.

    A report is due when its time point was answered in full or its window is over. Each time point has
    one per edition, which the database holds: a run that is cut short, or two at once, leave the rest to
    the next. Returns how many were asked for.
    """
    return sum(_schedule(by, occasion) for occasion in _due()) + _pass_on(by)


def _due() -> Iterable[Occasion]:
    since = clock.now() - LOOKS_BACK
    answered = Q(completed_at__gt=since)
    # By then the day is over in every time zone.
    yesterday = (clock.now() - timedelta(hours=12)).date()
    over = Q(completed_at=None, closes_on__lt=yesterday, closes_on__gte=since.date())
    both = Report.objects.filter(occasion__isnull=False).values("occasion_id")
    rows = Occasion.objects.filter(answered | over, kind__in=SCHEDULED, clinic__is_synthetic=False)
    return (
        rows.exclude(pk__in=both).select_related("enrolment__patient__user").order_by("due_on")[:MAX_PER_RUN]
    )


@transaction.atomic
def _schedule(by: Actor, occasion: Occasion) -> int:
    """Both editions together, or none: the lock makes two runs take turns."""
    enrolment = Enrolment.objects.select_for_update(no_key=True).get(pk=occasion.enrolment_id)
    if Report.objects.filter(occasion=occasion).exists():
        return 0
    readers = {Report.Edition.PATIENT: occasion.enrolment.patient.user}
    therapist = _therapist_of(enrolment)
    if therapist:
        readers[Report.Edition.THERAPIST] = therapist
    for edition, reader in readers.items():
        _store(by, enrolment, edition=edition, reader=reader, occasion=occasion)
    ring_for_reports()
    return len(readers)


def _therapist_of(enrolment: Enrolment) -> User | None:
    running = Assignment.objects.running().filter(enrolment=enrolment, kind=Assignment.Kind.PRIMARY)
    assignment = running.select_related("therapist").first()
    return assignment.therapist if assignment else None


def _pass_on(by: Actor) -> int:
    """A scheduled report whose therapist handed the patient over before it was made is the successor's."""
    lost = Report.objects.light().filter(
        occasion__isnull=False,
        edition=Report.Edition.THERAPIST,
        state=Report.State.FAILED,
        fault=Report.Fault.NO_ACCESS,
        requested_at__gt=clock.now() - LOOKS_BACK,
    )
    return sum(_give_to_successor(by, report) for report in lost.select_related("enrolment")[:MAX_PER_RUN])


@transaction.atomic
def _give_to_successor(by: Actor, report: Report) -> bool:
    therapist = _therapist_of(report.enrolment)
    if therapist is None or therapist.pk == report.reader_id:
        return False
    lost = Report.objects.filter(pk=report.pk, state=Report.State.FAILED, reader_id=report.reader_id)
    moved = lost.update(
        reader=therapist, state=Report.State.QUEUED, fault="", attempts=F("attempts") * 0, seen_at=None
    )
    if moved:
        record(by=by, action=Action.WRITE, verb="report-pass-on", obj=report)
        ring_for_reports()
    return bool(moved)
