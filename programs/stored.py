"""A version that was loaded, as the content that it was loaded from."""

from programs.loading.content import (
    ModuleContent,
    ProgrammeContent,
    RelaxationContent,
    ResourceContent,
    StepContent,
    WorksheetContent,
)
from programs.models import Module, ProgrammeVersion, Step


def content_of(version: ProgrammeVersion) -> ProgrammeContent:
    """Everything that a version holds; a fixed number of queries."""
    modules = version.modules.order_by("number").prefetch_related("steps__worksheet")
    return ProgrammeContent(
        slug=version.programme.slug,
        language=version.language,
        title=version.title,
        summary=version.summary,
        content_hash=version.content_hash,
        worksheets=tuple(
            WorksheetContent(one.slug, one.code, one.title, one.is_log, one.definition)
            for one in version.worksheets.order_by("slug")
        ),
        modules=tuple(_module(one) for one in modules),
        resources=tuple(
            ResourceContent(
                one.slug,
                one.title,
                one.summary,
                one.minutes,
                one.worksheet.slug if one.worksheet else "",
                one.body_html,
            )
            for one in version.resources.select_related("worksheet").order_by("slug")
        ),
        relaxation=tuple(
            RelaxationContent(
                one.slug,
                one.title,
                one.summary,
                one.minutes,
                one.technique,
                one.safety,
                tuple(one.pace),
                one.audio,
                tuple(one.parts),
            )
            for one in version.relaxation.order_by("slug")
        ),
    )


def _module(module: Module) -> ModuleContent:
    short = [step for step in [module.short_version()] if step]
    return ModuleContent(
        number=module.number,
        slug=module.slug,
        title=module.title,
        summary=module.summary,
        is_outline=module.is_outline,
        details=module.details,
        steps=tuple(_step(step) for step in [*module.path_steps(), *short]),
    )


def _step(step: Step) -> StepContent:
    return StepContent(
        number=step.number,
        slug=step.slug,
        kind=step.kind,
        title=step.title,
        minutes=step.minutes,
        is_core=step.is_core,
        body_html=step.body_html,
        content=step.content,
        worksheet=step.worksheet.slug if step.worksheet else "",
    )
