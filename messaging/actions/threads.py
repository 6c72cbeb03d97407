"""The conversation of a patient and their care team."""

from contextlib import suppress
from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction

from messaging.models import Message, Thread, ThreadRead
from painclinic import clock
from painclinic.accounts.models import User
from painclinic.audit.actions import record
from painclinic.audit.models import Action
from patients.actions.attention import WATCHER, mark_if_needed
from patients.actions.drafts import close_draft
from patients.actions.enrolment import note_activity
from patients.models import Enrolment, Patient, Written
from patients.workdays import deadline


class MessageInvalidError(Exception):
    """The text is empty or longer than `Message.MAX_LENGTH`."""


class AlreadySentError(Exception):
    """The form was sent before with another text; the new one is not sent, and its draft still has it."""


@transaction.atomic
def send_message(*, by: User, patient: Patient, body: str, submission_id: UUID) -> Message:
    """Send a message to the other side of the patient's thread, once per `submission_id`.

    A patient's message starts the reply clock unless one waits already; one of the team stops it.
    Words that should be read soon put a mark on it.
    The same again returns the first. Raises MessageInvalidError, and AlreadySentError when the
    submission brought another text before.
    """
    body = body.replace("\r\n", "\n").replace("\r", "\n").strip()
    if not 0 < len(body) <= Message.MAX_LENGTH:
        raise MessageInvalidError
    thread = _locked_thread(patient)
    before = Message.objects.filter(submission_id=submission_id).first()
    if before:
        if (before.author_id, before.thread_id, before.body) != (by.pk, thread.pk, body):
            raise AlreadySentError
        return before
    message = Message.objects.create(
        thread=thread,
        patient=patient,
        clinic_id=patient.clinic_id,
        author=by,
        side=Message.Side.PATIENT if by.pk == patient.user_id else Message.Side.TEAM,
        body=body,
        submission_id=submission_id,
        sent_at=clock.now(),
    )
    _move_clock(thread, patient, message)
    if message.side == Message.Side.PATIENT:
        mark_if_needed(by=WATCHER, written=Written.MESSAGE, row=message, texts=body)
    close_draft(by=by, draft_id=submission_id)
    record(by=by, action=Action.WRITE, verb="message-send", obj=message)
    return message


@transaction.atomic
def mark_read(*, by: User, thread: Thread, until: datetime) -> None:
    """Note that `by` has read the thread up to the message sent at `until`. Never goes back."""
    thread = Thread.objects.select_for_update(no_key=True).get(pk=thread.pk)
    read = ThreadRead.objects.filter(thread=thread, user=by).first()
    if read and read.read_until >= until:
        return
    ThreadRead.objects.update_or_create(
        thread=thread,
        user=by,
        defaults={"read_until": until},
        create_defaults={
            "read_until": until,
            "patient_id": thread.patient_id,
            "clinic_id": thread.clinic_id,
        },
    )
    record(by=by, action=Action.WRITE, verb="thread-read", obj=thread)


def _locked_thread(patient: Patient) -> Thread:
    if not Thread.objects.filter(patient=patient).exists():
        # Two first messages at the same moment: the other one made the thread.
        with suppress(IntegrityError), transaction.atomic():
            Thread.objects.create(patient=patient, clinic_id=patient.clinic_id, created_at=clock.now())
    return Thread.objects.select_for_update(no_key=True).get(patient=patient)


def _move_clock(thread: Thread, patient: Patient, message: Message) -> None:
    thread.last_message_at = message.sent_at
    if message.side == Message.Side.TEAM:
        thread.waiting_since = thread.reply_due_at = None
    else:
        if thread.waiting_since is None:
            clinic = patient.clinic
            thread.waiting_since = message.sent_at
            thread.reply_due_at = deadline(message.sent_at, days=clinic.reply_days, clinic=clinic)
        enrolment = Enrolment.objects.filter(patient=patient).order_by("-created_at").first()
        if enrolment:
            note_activity(enrolment=enrolment)
    thread.save(update_fields=["last_message_at", "waiting_since", "reply_due_at"])
