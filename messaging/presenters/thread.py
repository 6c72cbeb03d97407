"""One conversation as both sides see it."""

from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext as _

from messaging.models import Message, Thread, ThreadRead
from messaging.presenters.clock import ReplyClock, reply_clock
from messaging.presenters.hours import reading_hours, when
from painclinic import clock
from painclinic.accounts.models import User
from painclinic.crypto import keys
from patients.models import Assignment, AttentionMark, Patient
from patients.workdays import deadline

PAGE = 20


@dataclass(frozen=True)
class MessageRow:
    """One message as its reader sees it."""

    id: UUID
    mine: bool
    name: str
    at: datetime
    body: str
    unread: bool
    foot: str
    # For staff alone: that the patient wrote it, and that it should be read soon.
    is_from_patient: bool = False
    is_marked: bool = False


@dataclass(frozen=True)
class ThreadPage:
    """What `messaging/_thread.html` and `_message_form.html` show; the same for patient and staff.

    `oldest` is the message before which older ones are (empty when there are none), `newest` the
    last one of the thread. `promise` tells a patient by when they have an answer; `clock` tells
    staff how long they have left.
    """

    patient: Patient
    thread: Thread | None
    is_patient: bool
    rows: list[MessageRow]
    oldest: UUID | None
    newest: UUID | None
    is_latest: bool
    unread: int
    team: list[str]
    hours: str
    promise: str
    clock: ReplyClock | None

    @property
    def first_of_team(self) -> str:
        """The first name of whoever treats the patient; empty when nobody does at the moment."""
        return self.team[0].split(" ", 1)[0] if self.team else ""

    @property
    def team_names(self) -> str:
        return _list(self.team)


def thread_page(viewer: User, patient: Patient, *, before: UUID | None = None) -> ThreadPage:
    """The newest messages of a patient's thread, or those before a message; at most 20.

    Costs the same number of queries however long the thread is. The caller has checked that
    `viewer` may see the patient, and writes the read into the audit trail.
    """
    is_patient = viewer.pk == patient.user_id
    thread = Thread.objects.visible_to(viewer).filter(patient=patient).first()
    messages, has_older = _messages(viewer, thread, before)
    read_until = _read_until(viewer, thread)
    theirs = Message.Side.TEAM if is_patient else Message.Side.PATIENT
    keys.prefetch([patient.pk])
    rows = [_row(message, viewer, patient, theirs, read_until) for message in messages]
    if not is_patient:
        rows = _for_staff(viewer, patient, messages, rows)
    team = _team(viewer, patient)
    newest = rows[-1].id if rows and before is None else None
    return ThreadPage(
        patient=patient,
        thread=thread,
        is_patient=is_patient,
        rows=rows,
        oldest=rows[0].id if has_older else None,
        newest=newest,
        is_latest=before is None,
        unread=sum(row.unread for row in rows),
        team=team,
        hours=reading_hours(patient.clinic, viewer.timezone),
        promise=_promise(thread, patient, team, viewer.timezone) if is_patient else "",
        clock=None if is_patient else reply_clock(thread, viewer.timezone),
    )


def _messages(viewer: User, thread: Thread | None, before: UUID | None) -> tuple[list[Message], bool]:
    if thread is None:
        return [], False
    own = Message.objects.visible_to(viewer).filter(thread=thread)
    found = own.select_related("author").order_by("-sent_at", "-pk")
    if before:
        found = found.filter(sent_at__lt=own.filter(pk=before).values("sent_at"))
    newest_first = list(found[: PAGE + 1])
    return newest_first[:PAGE][::-1], len(newest_first) > PAGE


def _read_until(viewer: User, thread: Thread | None) -> datetime | None:
    if thread is None:
        return None
    read = ThreadRead.objects.visible_to(viewer).filter(thread=thread, user=viewer)
    return read.values_list("read_until", flat=True).first()


def _row(
    message: Message, viewer: User, patient: Patient, theirs: str, read_until: datetime | None
) -> MessageRow:
    mine = message.author_id == viewer.pk
    return MessageRow(
        id=message.pk,
        mine=mine,
        name=_("You") if mine else message.author.name,
        at=message.sent_at,
        body=message.body,
        unread=message.side == theirs and (read_until is None or message.sent_at > read_until),
        foot="",
    )


def _for_staff(
    viewer: User, patient: Patient, messages: list[Message], rows: list[MessageRow]
) -> list[MessageRow]:
    """With what staff need to know of a message of the patient. One query."""
    ids = {message.pk for message in messages if message.side == Message.Side.PATIENT}
    marks = AttentionMark.objects.visible_to(viewer).unread().filter(patient=patient)
    marked = set(marks.order_by().values_list("object_id", flat=True))
    return [replace(row, is_from_patient=row.id in ids, is_marked=row.id in marked) for row in rows]


def _team(viewer: User, patient: Patient) -> list[str]:
    running = Assignment.objects.visible_to(viewer).filter(patient=patient).running()
    return list(
        dict.fromkeys(running.order_by("kind", "started_at").values_list("therapist__name", flat=True))
    )


def _promise(thread: Thread | None, patient: Patient, team: list[str], zone: str) -> str:
    """By when the patient has an answer: to what they wrote, or to what they write now."""
    who = team[0].split(" ", 1)[0] if team else _("Your care team")
    if thread is None or thread.reply_due_at is None:
        by = deadline(clock.now(), days=patient.clinic.reply_days, clinic=patient.clinic)
        return _("If you write now, %(who)s answers by %(when)s.") % {"who": who, "when": when(by, zone)}
    if thread.reply_due_at < clock.now():
        return _("%(who)s's answer is late. We are sorry. You can also call your clinic.") % {"who": who}
    return _("%(who)s answers by %(when)s.") % {"who": who, "when": when(thread.reply_due_at, zone)}


def _list(names: list[str]) -> str:
    if len(names) < 2:
        return "".join(names)
    return _("%(some)s and %(last)s") % {"some": ", ".join(names[:-1]), "last": names[-1]}
