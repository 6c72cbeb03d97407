"""One thing that a patient wrote and sent, to read and to mark; and those that should be read soon."""

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext as _

from messaging.models import Message
from painclinic.accounts.models import User
from patients.actions.alerts import About
from patients.models import (
    AdverseEvent,
    AttentionMark,
    AttentionReading,
    Entry,
    Homework,
    Patient,
    Response,
    Written,
)
from patients.safety.effects import said
from programs.instruments.library import definition_of
from programs.worksheets import answers_for
from therapists.presenters import wording

# Marks on one list; more than that is said, not shown.
MOST = 50
Part = tuple[str, str]


@dataclass(frozen=True)
class WrittenText:
    """What was written: kind, when, and the text by what was asked."""

    patient_id: UUID
    written: str
    object_id: UUID
    title: str
    at: datetime
    parts: tuple[Part, ...]

    @property
    def about(self) -> About:
        """What an alert keeps of it: where it is, and a hash that shows a later change."""
        text = "\n".join(text for _label, text in self.parts)
        return About(self.written, self.object_id, hashlib.sha256(text.encode()).hexdigest())

    @property
    def key(self) -> str:
        """As forms and addresses name it."""
        return f"{self.written}:{self.object_id}"


@dataclass(frozen=True)
class MarkLine:
    """A text that should be read soon, on a list."""

    mark: AttentionMark

    @property
    def patient(self) -> Patient:
        return self.mark.patient

    @property
    def what(self) -> str:
        return str(self.mark.get_written_display()).capitalize()

    @property
    def since(self) -> str:
        return _("since %(moment)s") % {"moment": wording.moment(self.mark.at)}

    @property
    def url(self) -> str:
        return written_url(self.mark.patient_id, self.mark.written, self.mark.object_id)


def written_url(patient_id: UUID, written: str, object_id: UUID) -> str:
    return reverse("therapists:written-detail", args=[patient_id, written, object_id])


def marks_to_read(user: User, patient: Patient | None = None) -> list[MarkLine]:
    """Texts that nobody has read yet though they should be soon, the oldest first. One query."""
    marks = AttentionMark.objects.visible_to(user).unread()
    if patient:
        marks = marks.filter(patient=patient)
    return [MarkLine(mark) for mark in marks.select_related("patient").order_by("at")[:MOST]]


def written_text(user: User, patient: Patient, written: str, object_id: UUID) -> WrittenText | None:
    """What the patient wrote, as `user` may see it; None when there is no such text."""
    found = _READ[written](user, patient, object_id) if written in _READ else None
    if found is None:
        return None
    title, at, parts = found
    return WrittenText(patient.pk, written, object_id, title, at, tuple(parts))


def read_by(user: User, text: WrittenText) -> tuple[AttentionMark | None, AttentionReading | None]:
    """The mark of a text, and who has read it. One query."""
    marks = AttentionMark.objects.visible_to(user).filter(written=text.written, object_id=text.object_id)
    mark = marks.select_related("reading__by").first()
    return mark, getattr(mark, "reading", None)


Found = tuple[str, datetime, Iterable[Part]] | None


def _message(user: User, patient: Patient, pk: UUID) -> Found:
    mine = Message.objects.visible_to(user).filter(patient=patient, side=Message.Side.PATIENT)
    one = mine.filter(pk=pk).first()
    return (_("Message"), one.sent_at, [("", one.body)]) if one else None


def _entry(user: User, patient: Patient, pk: UUID) -> Found:
    mine = Entry.objects.visible_to(user).filter(patient=patient)
    one = mine.select_related("worksheet").filter(pk=pk).first()
    if one is None:
        return None
    answers = [answer for answer in answers_for(one.worksheet.definition, one.answers) if answer.text]
    return one.worksheet.title, one.submitted_at, [(answer.label, answer.text) for answer in answers]


def _note(user: User, patient: Patient, pk: UUID) -> Found:
    mine = Homework.objects.visible_to(user).filter(patient=patient)
    one = mine.filter(pk=pk).first()
    return (_("Note with homework"), one.submitted_at, [("", one.note)]) if one and one.note else None


def _answer(user: User, patient: Patient, pk: UUID) -> Found:
    mine = Response.objects.visible_to(user).filter(patient=patient)
    one = mine.select_related("instrument_version__instrument").filter(pk=pk).first()
    if one is None or not one.texts:
        return None
    definition = definition_of(one.instrument_version)
    asked: dict[str, Any] = {item.code: item.text for item in definition.items}
    parts = [(str(asked.get(code, code)), str(text)) for code, text in one.texts.items()]
    return definition.title, one.submitted_at, parts


def _effect(user: User, patient: Patient, pk: UUID) -> Found:
    mine = AdverseEvent.objects.visible_to(user).filter(patient=patient)
    one = mine.filter(pk=pk).first()
    return (
        (_("Report of something that got worse"), one.at, said(one.reported))
        if one and one.reported
        else None
    )


_READ: dict[str, Callable[[User, Patient, UUID], Found]] = {
    Written.MESSAGE: _message,
    Written.ENTRY: _entry,
    Written.NOTE: _note,
    Written.ANSWER: _answer,
    Written.EFFECT: _effect,
}
