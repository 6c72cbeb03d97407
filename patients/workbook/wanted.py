"""What somebody asks to have on paper, and whether it is open to them.

A patient prints what is open to them: their open weeks, the forms they may fill, what they wrote. Staff
print any of the programme, so that they can read ahead or hand it over.
"""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from painclinic.accounts.models import User
from patients.models import Enrolment, Entry, ModuleProgress, Report, SafetyPlan
from patients.presenters.practice import writable_worksheets
from patients.reports.course import shared_entries
from programs.models import Module, Step, Worksheet

Scope = Report.Scope


@dataclass(frozen=True)
class Wanted:
    """Something that may be printed: its scope, its name in a list, and the one row that it is about."""

    scope: str
    target: str
    title: str
    module: Module | None = None
    step: Step | None = None
    worksheet: Worksheet | None = None
    entry: Entry | None = None


def find(reader: User, enrolment: Enrolment, scope: str, target: str) -> Wanted | None:
    """What is meant; None when there is no such thing, or none that is open to the reader."""
    finders = {
        Scope.COURSE: _course,
        Scope.MODULE: _module,
        Scope.STEP: _step,
        Scope.WORKSHEET: _worksheet,
        Scope.ENTRY: _entry,
        Scope.LOG: _log,
        Scope.PLAN: _plan,
    }
    finder = finders.get(Scope(scope)) if scope in Scope.values else None
    return finder(reader, enrolment, target) if finder else None


def is_own(reader: User, enrolment: Enrolment) -> bool:
    return enrolment.patient.user_id == reader.pk


def modules_for(reader: User, enrolment: Enrolment) -> Any:
    """The weeks that may be printed, in order: for a patient the open ones, for staff all of them."""
    modules = Module.objects.filter(version_id=enrolment.programme_version_id).order_by("number")
    if not is_own(reader, enrolment):
        return modules
    opened = ModuleProgress.objects.visible_to(reader).filter(enrolment=enrolment)
    return modules.filter(pk__in=opened.values("module_id"))


def _course(reader: User, enrolment: Enrolment, target: str) -> Wanted | None:
    return None if target else Wanted(Scope.COURSE, "", _("The whole workbook"))


def _module(reader: User, enrolment: Enrolment, target: str) -> Wanted | None:
    number = _number(target)
    module = modules_for(reader, enrolment).filter(number=number).first() if number else None
    if module is None:
        return None
    name = _("Week %(number)s: %(title)s") % {"number": module.number, "title": module.title}
    return Wanted(Scope.MODULE, target, name, module=module)


def _step(reader: User, enrolment: Enrolment, target: str) -> Wanted | None:
    week, slash, place = target.partition("/")
    number, place_number = _number(week), _number(place)
    if not slash or not number or place_number is None:
        return None
    open_ones = modules_for(reader, enrolment).filter(number=number)
    steps = Step.objects.filter(module__in=open_ones, number=place_number)
    step = steps.select_related("module", "worksheet").first()
    return Wanted(Scope.STEP, target, step.title, step=step, module=step.module) if step else None


def _worksheet(reader: User, enrolment: Enrolment, target: str) -> Wanted | None:
    if is_own(reader, enrolment):
        sheet = next((one for one in writable_worksheets(enrolment) if one.slug == target), None)
    else:
        version = enrolment.programme_version_id
        sheet = Worksheet.objects.filter(version_id=version, slug=target).first()
    return Wanted(Scope.WORKSHEET, target, sheet.title, worksheet=sheet) if sheet else None


def _entry(reader: User, enrolment: Enrolment, target: str) -> Wanted | None:
    try:
        wanted = UUID(target)
    except ValueError:
        return None
    mine = Entry.objects.visible_to(reader).filter(enrolment=enrolment)
    if not is_own(reader, enrolment):
        mine = mine.filter(is_shared=True)
    entry = mine.select_related("worksheet", "enrolment__patient").filter(pk=wanted).first()
    if entry is None:
        return None
    return Wanted(Scope.ENTRY, str(entry.pk), entry.worksheet.title, worksheet=entry.worksheet, entry=entry)


def _log(reader: User, enrolment: Enrolment, target: str) -> Wanted | None:
    entries = shared_entries(reader, enrolment).of(target).filter(worksheet__is_log=True)
    newest = entries.select_related("worksheet").order_by("-submitted_at").first()
    if newest is None:
        return None
    return Wanted(Scope.LOG, target, newest.worksheet.title, worksheet=newest.worksheet)


def _plan(reader: User, enrolment: Enrolment, target: str) -> Wanted | None:
    plans = SafetyPlan.objects.visible_to(reader).filter(patient_id=enrolment.patient_id)
    return None if target or not plans.exists() else Wanted(Scope.PLAN, "", _("Safety plan"))


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 3 else None
