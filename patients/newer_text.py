"""A newer text of a patient's course: whether there is one, and what moving to it would come to."""

from dataclasses import dataclass
from uuid import UUID

from patients.models import CourseChange, Draft, Enrolment, ModuleProgress
from programs.models import Module, ProgrammeVersion, Step, Worksheet


@dataclass(frozen=True)
class Move:
    """What moving would come to; titles as the patient knows them."""

    version: ProgrammeVersion
    kept: tuple[str, ...]
    new_weeks: tuple[str, ...]
    lost_weeks: tuple[str, ...]
    new_steps: tuple[str, ...]
    lost_steps: tuple[str, ...]
    kept_added: tuple[str, ...]
    lost_added: tuple[str, ...]
    open_drafts: tuple[str, ...]


def newer_version(enrolment: Enrolment) -> ProgrammeVersion | None:
    """The newest published text of the same programme and language, if it is newer than the patient's."""
    now = enrolment.programme_version
    versions = ProgrammeVersion.objects.published().in_language(now.language)
    newer = versions.filter(programme_id=now.programme_id, number__gt=now.number)
    return newer.order_by("-number").first()


def preview_move(*, enrolment: Enrolment, version: ProgrammeVersion) -> Move:
    """What a move would come to; changes nothing. Steps are told for the weeks that are open."""
    now = enrolment.programme_version_id
    progress = ModuleProgress.objects.filter(enrolment=enrolment, module__version=now)
    opened = set(progress.values_list("module__slug", flat=True))
    old, new = _weeks(now), _weeks(version.pk)
    before, after = _steps(now, opened), _steps(version.pk, opened)
    added = _added(enrolment, opened)
    there = _steps(version.pk, {week for week, _slug in added})
    return Move(
        version=version,
        kept=tuple(title for slug, title in new.items() if slug in opened),
        new_weeks=tuple(title for slug, title in new.items() if slug not in old),
        lost_weeks=tuple(title for slug, title in old.items() if slug not in new),
        new_steps=tuple(title for key, title in after.items() if key not in before),
        lost_steps=tuple(title for key, title in before.items() if key not in after and key[0] in new),
        kept_added=tuple(title for key, title in added.items() if key in there),
        lost_added=tuple(title for key, title in added.items() if key not in there),
        open_drafts=_open_drafts(enrolment, version),
    )


def _weeks(version_id: UUID) -> dict[str, str]:
    modules = Module.objects.filter(version_id=version_id).order_by("number")
    return dict(modules.values_list("slug", "title"))


def _steps(version_id: UUID, weeks: set[str]) -> dict[tuple[str, str], str]:
    steps = Step.objects.filter(module__version_id=version_id, module__slug__in=weeks)
    rows = steps.order_by("module__number", "number").values_list("module__slug", "slug", "title")
    return {(week, slug): title for week, slug, title in rows}


def _added(enrolment: Enrolment, opened: set[str]) -> dict[tuple[str, str], str]:
    """Steps of closed weeks that a therapist added, and did not take back."""
    changes = CourseChange.objects.filter(enrolment=enrolment, undone_by=None).with_subjects()
    steps = (change.step for change in changes if change.kind == CourseChange.Kind.ADD_STEP)
    return {(s.module.slug, s.slug): s.title for s in steps if s and s.module.slug not in opened}


def _open_drafts(enrolment: Enrolment, version: ProgrammeVersion) -> tuple[str, ...]:
    """Forms that are begun and look different in the newer text. What was typed is not read."""
    begun = Draft.objects.open().filter(target__startswith=f"entry:{enrolment.pk}:")
    slugs = {target.split(":")[2] for target in begun.values_list("target", flat=True)}
    versions = [enrolment.programme_version_id, version.pk]
    by_slug: dict[str, list[Worksheet]] = {}
    for sheet in Worksheet.objects.filter(version_id__in=versions, slug__in=slugs).order_by("slug"):
        by_slug.setdefault(sheet.slug, []).append(sheet)
    changed = (two for two in by_slug.values() if any(one.definition != two[0].definition for one in two[1:]))
    gone = (two for two in by_slug.values() if two[-1].version_id != version.pk and len(two) == 1)
    return tuple(two[0].title for two in (*changed, *gone))
