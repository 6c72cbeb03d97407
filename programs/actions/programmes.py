"""Loading a programme from its files, and publishing it."""

from pathlib import Path

from django.db import transaction

from painclinic import clock
from painclinic.audit.actions import Actor, record
from painclinic.audit.models import Action
from programs.loading import Fault, ProgrammeContent, read_tree
from programs.loading.content import ModuleContent
from programs.models import Module, Programme, ProgrammeVersion, Relaxation, Resource, Step, Worksheet


class ContentRefusedError(Exception):
    """The files break the format. `faults` lists everything that is wrong; nothing was loaded."""

    def __init__(self, faults: list[Fault]) -> None:
        super().__init__(f"{len(faults)} faults")
        self.faults = faults


def load_programme(*, path: Path, by: Actor) -> ProgrammeVersion:
    """Load the programme in a folder as a new draft version.

    The same text is loaded once: loading it again returns the version that holds it, draft or
    published. Raises ContentRefusedError, and loads nothing, when the files have any fault.
    """
    content, faults = read_tree(path)
    if content is None:
        raise ContentRefusedError(faults)
    return _store(content=content, by=by)


@transaction.atomic
def publish_version(*, version: ProgrammeVersion, by: Actor) -> ProgrammeVersion:
    """Freeze a version and offer it to new enrolments. Publishing twice changes nothing."""
    locked = ProgrammeVersion.objects.select_for_update(no_key=True).get(pk=version.pk)
    if not locked.is_published:
        locked.state = ProgrammeVersion.State.PUBLISHED
        locked.published_at = clock.now()
        locked.save(update_fields=["state", "published_at"])
        record(by=by, action=Action.WRITE, verb="programme-version-publish", obj=locked)
    return locked


@transaction.atomic
def _store(*, content: ProgrammeContent, by: Actor) -> ProgrammeVersion:
    programme, _ = Programme.objects.get_or_create(slug=content.slug, defaults={"title": content.title})
    # Two loads at once would give out the same number.
    Programme.objects.select_for_update(no_key=True).get(pk=programme.pk)
    versions = programme.versions.in_language(content.language)
    same = versions.filter(content_hash=content.content_hash).first()
    if same:
        return same
    last = versions.order_by("-number").first()
    version = ProgrammeVersion.objects.create(
        programme=programme,
        language=content.language,
        number=last.number + 1 if last else 1,
        title=content.title,
        summary=content.summary,
        content_hash=content.content_hash,
        loaded_at=clock.now(),
    )
    _store_parts(content, version)
    record(by=by, action=Action.WRITE, verb="programme-version-load", obj=version)
    return version


def _store_parts(content: ProgrammeContent, version: ProgrammeVersion) -> None:
    worksheets = {
        item.slug: Worksheet(
            version=version,
            slug=item.slug,
            code=item.code,
            title=item.title,
            is_log=item.is_log,
            definition=item.definition,
        )
        for item in content.worksheets
    }
    Worksheet.objects.bulk_create(worksheets.values())
    _store_library(content, version, worksheets)
    modules = [_module(item, version) for item in content.modules]
    Module.objects.bulk_create(modules)
    for module, item in zip(modules, content.modules, strict=True):
        Step.objects.bulk_create(_steps(item, module, worksheets))


def _store_library(
    content: ProgrammeContent, version: ProgrammeVersion, worksheets: dict[str, Worksheet]
) -> None:
    Resource.objects.bulk_create(
        Resource(
            version=version,
            slug=item.slug,
            title=item.title,
            summary=item.summary,
            minutes=item.minutes,
            body_html=item.body_html,
            worksheet=worksheets.get(item.worksheet),
        )
        for item in content.resources
    )
    Relaxation.objects.bulk_create(
        Relaxation(
            version=version,
            slug=item.slug,
            title=item.title,
            summary=item.summary,
            minutes=item.minutes,
            technique=item.technique,
            safety=item.safety,
            pace=list(item.pace),
            audio=item.audio,
            parts=list(item.parts),
        )
        for item in content.relaxation
    )


def _module(item: ModuleContent, version: ProgrammeVersion) -> Module:
    return Module(
        version=version,
        number=item.number,
        slug=item.slug,
        title=item.title,
        summary=item.summary,
        is_outline=item.is_outline,
        details=item.details,
    )


def _steps(item: ModuleContent, module: Module, worksheets: dict[str, Worksheet]) -> list[Step]:
    return [
        Step(
            module=module,
            number=step.number,
            slug=step.slug,
            kind=step.kind,
            title=step.title,
            minutes=step.minutes,
            is_core=step.is_core,
            body_html=step.body_html,
            content=step.content,
            worksheet=worksheets.get(step.worksheet),
        )
        for step in item.steps
    ]
