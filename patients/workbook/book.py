"""Reads what a book holds: a fixed number of queries, whatever its length."""

from dataclasses import dataclass

from django.db.models import Prefetch

from painclinic.accounts.models import CrisisLine, User
from patients.models import Enrolment
from patients.workbook.on_paper import HELP
from patients.workbook.parts import (
    Appendix,
    Chapter,
    ScriptPart,
    StepPart,
    appendix,
    chapter,
    script_part,
    step_part,
)
from patients.workbook.wanted import Scope, Wanted, is_own, modules_for
from programs.models import Module, Relaxation, Resource, Step, Worksheet
from programs.worksheets.paper import PaperSheet, paper_sheet


@dataclass(frozen=True)
class Book:
    """What stands in one document. A course has chapters and appendices, a week one chapter."""

    chapters: tuple[Chapter, ...] = ()
    step: StepPart | None = None
    sheet: PaperSheet | None = None
    appendices: tuple[Appendix, ...] = ()
    scripts: tuple[ScriptPart, ...] = ()
    crisis_lines: tuple[CrisisLine, ...] = ()
    is_all: bool = True

    @property
    def forms(self) -> list[tuple[str, str, int]]:
        """Every form of the book: (anchor, title, week)."""
        return [(anchor, title, c.module.number) for c in self.chapters for anchor, title in c.parts]


def read_book(reader: User, enrolment: Enrolment, wanted: Wanted) -> Book:
    """The course, a week, a step or an empty form, as it is open to the reader."""
    lines = tuple(enrolment.clinic.crisis_lines.all())
    if wanted.scope == Scope.WORKSHEET and wanted.worksheet:
        return Book(sheet=paper_sheet(wanted.worksheet.spec), crisis_lines=lines)
    if wanted.scope == Scope.STEP and wanted.step:
        scripts = _scripts(enrolment, [wanted.step])
        return Book(
            step=step_part(wanted.step, {HELP}), scripts=_script_parts(scripts, {HELP}), crisis_lines=lines
        )
    modules = _modules(reader, enrolment, wanted)
    sheets = {one.slug: one for one in Worksheet.objects.filter(version_id=enrolment.programme_version_id)}
    if wanted.scope == Scope.MODULE:
        steps = [step for module in modules for step in module.path_steps()]
        scripts = _scripts(enrolment, steps)
        return Book(
            chapters=tuple(chapter(module, sheets, {HELP}) for module in modules),
            scripts=_script_parts(scripts, {HELP}),
            crisis_lines=lines,
        )
    return _course(reader, enrolment, modules, sheets, lines)


def _course(
    reader: User,
    enrolment: Enrolment,
    modules: list[Module],
    sheets: dict[str, Worksheet],
    lines: tuple[CrisisLine, ...],
) -> Book:
    version = enrolment.programme_version_id
    resources = list(Resource.objects.filter(version_id=version).select_related("worksheet"))
    scripts = list(Relaxation.objects.filter(version_id=version))
    anchors = {HELP, *(f"resources-{one.slug}" for one in resources)}
    anchors |= {f"relaxation-{one.slug}" for one in scripts}
    chapters = tuple(chapter(module, sheets, anchors) for module in modules)
    printed = {step.sheet.slug for one in chapters for step in one.steps if step.sheet}
    is_all = (
        not is_own(reader, enrolment) or len(modules) == Module.objects.filter(version_id=version).count()
    )
    return Book(
        chapters=chapters,
        appendices=tuple(appendix(one, printed, anchors) for one in resources),
        scripts=_script_parts(scripts, anchors),
        crisis_lines=lines,
        is_all=is_all,
    )


def _modules(reader: User, enrolment: Enrolment, wanted: Wanted) -> list[Module]:
    steps = Prefetch("steps", queryset=Step.objects.select_related("worksheet"))
    found = modules_for(reader, enrolment).prefetch_related(steps)
    if wanted.module:
        found = found.filter(pk=wanted.module.pk)
    return list(found)


def _scripts(enrolment: Enrolment, steps: list[Step]) -> list[Relaxation]:
    """The scripts that these steps practise; no query where none does."""
    slugs = {step.relaxation_slug for step in steps if step.relaxation_slug}
    if not slugs:
        return []
    return list(Relaxation.objects.filter(version_id=enrolment.programme_version_id, slug__in=slugs))


def _script_parts(scripts: list[Relaxation], anchors: set[str]) -> tuple[ScriptPart, ...]:
    return tuple(script_part(one, anchors) for one in scripts)
