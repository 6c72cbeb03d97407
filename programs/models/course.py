"""The treatment as data: programmes, their frozen versions, modules, steps and worksheets.

Nothing here belongs to a patient. A published version, with all that is in it, is frozen by
triggers of the database, so that every answer ever given keeps the text it was given to.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

import pgtrigger
from django.db import models
from django.db.models import Q
from django.utils.functional import cached_property

from painclinic.ids import new_id
from programs.worksheets.definition import Definition, read_definition


def _frozen(name: str, version_of: str) -> pgtrigger.Trigger:
    """A trigger that refuses any change to a row whose version is published.

    `version_of` is the SQL for the version's id, with `{row}` for OLD or NEW. The version's row
    is locked, so that a row cannot slip in while another transaction publishes.
    """
    check = (
        "PERFORM 1 FROM programs_programmeversion WHERE id = {version} AND state = 'published' FOR SHARE; "
        "IF FOUND THEN RAISE EXCEPTION 'programs: a published version is frozen'; END IF; "
    )
    old, new = (check.format(version=version_of.format(row=row)) for row in ("OLD", "NEW"))
    return pgtrigger.Trigger(
        name=name,
        when=pgtrigger.Before,
        operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
        func=(
            f"IF TG_OP <> 'INSERT' THEN {old} END IF; IF TG_OP <> 'DELETE' THEN {new} END IF; "
            "IF TG_OP = 'DELETE' THEN RETURN OLD; END IF; RETURN NEW;"
        ),
    )


class Programme(models.Model):
    """A treatment, in all its languages and versions."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    slug = models.SlugField(max_length=60, unique=True)
    title = models.CharField(max_length=200)

    class Meta:
        ordering = ["slug"]

    def __str__(self) -> str:
        return self.title


class ProgrammeVersionQuerySet(models.QuerySet["ProgrammeVersion"]):
    def published(self) -> Self:
        return self.filter(state=ProgrammeVersion.State.PUBLISHED)

    def in_language(self, language: str) -> Self:
        return self.filter(language=language)

    def newest(self, *, programme: str, language: str) -> "ProgrammeVersion | None":
        """The published version that a new enrolment gets, if there is one."""
        found = self.published().in_language(language).filter(programme__slug=programme)
        return found.order_by("-number").first()

    def with_modules(self) -> Self:
        """With every module and step, in two queries more whatever the length of the course."""
        steps = Step.objects.defer("body_html").select_related("worksheet")
        return self.prefetch_related(models.Prefetch("modules__steps", queryset=steps))


class ProgrammeVersion(models.Model):
    """One text of a programme in one language. Loaded as a draft; frozen once published."""

    class State(models.TextChoices):
        DRAFT = "draft"
        PUBLISHED = "published"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    programme = models.ForeignKey(Programme, on_delete=models.PROTECT, related_name="versions")
    language = models.CharField(max_length=10)
    number = models.PositiveIntegerField()
    title = models.CharField(max_length=200)
    summary = models.TextField(blank=True)
    state = models.CharField(max_length=10, choices=State.choices, default=State.DRAFT)
    content_hash = models.CharField(max_length=64)
    loaded_at = models.DateTimeField()
    published_at = models.DateTimeField(null=True, blank=True)

    objects = ProgrammeVersionQuerySet.as_manager()

    class Meta:
        ordering = ["programme", "language", "number"]
        constraints = [
            models.UniqueConstraint(fields=["programme", "language", "number"], name="version_number_once"),
            models.UniqueConstraint(
                fields=["programme", "language", "content_hash"], name="version_text_once"
            ),
            models.CheckConstraint(
                condition=Q(state="published", published_at__isnull=False)
                | Q(state="draft", published_at__isnull=True),
                name="version_published_has_time",
            ),
        ]
        triggers = [
            pgtrigger.Protect(
                name="published_is_frozen",
                operation=pgtrigger.Update | pgtrigger.Delete,
                condition=pgtrigger.Q(old__state="published"),
            ),
            # Published is a step of its own, so that nothing is frozen before its parts are in.
            pgtrigger.Protect(
                name="starts_as_draft",
                operation=pgtrigger.Insert,
                condition=pgtrigger.Q(new__state="published"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.title} ({self.language}, version {self.number})"

    @property
    def is_published(self) -> bool:
        return self.state == self.State.PUBLISHED


class Worksheet(models.Model):
    """A form of the treatment; a log is one that is filled many times. See `programs.worksheets`."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    version = models.ForeignKey(ProgrammeVersion, on_delete=models.CASCADE, related_name="worksheets")
    slug = models.SlugField(max_length=60)
    code = models.CharField(max_length=6)
    title = models.CharField(max_length=200)
    is_log = models.BooleanField(default=False)
    definition = models.JSONField()

    class Meta:
        ordering = ["version", "code"]
        constraints = [
            models.UniqueConstraint(fields=["version", "slug"], name="worksheet_slug_once"),
            models.UniqueConstraint(fields=["version", "code"], name="worksheet_code_once"),
        ]
        triggers = [_frozen("worksheet_is_frozen", "{row}.version_id")]

    def __str__(self) -> str:
        return f"{self.code} {self.title}"

    @cached_property
    def spec(self) -> Definition:
        """The definition in its typed form; read once, for pages that show many entries of it."""
        return read_definition(self.definition)


class Resource(models.Model):
    """A page that a patient may open at any time, such as the one for the family."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    version = models.ForeignKey(ProgrammeVersion, on_delete=models.CASCADE, related_name="resources")
    slug = models.SlugField(max_length=60)
    title = models.CharField(max_length=200)
    summary = models.TextField()
    minutes = models.PositiveSmallIntegerField()
    body_html = models.TextField(help_text="Rendered and cleaned when loaded.")
    worksheet = models.ForeignKey(
        Worksheet, on_delete=models.RESTRICT, null=True, blank=True, related_name="resources"
    )

    class Meta:
        ordering = ["version", "title"]
        constraints = [models.UniqueConstraint(fields=["version", "slug"], name="resource_slug_once")]
        triggers = [_frozen("resource_is_frozen", "{row}.version_id")]

    def __str__(self) -> str:
        return self.title


class Relaxation(models.Model):
    """A script to be listened to, with a paced guide where it has one.

    `parts` are spoken pieces, `{"body_html": ...}`, and silences, `{"pause": seconds}`, in order; `pace`
    is one cycle of the guide: `{"phase": words, "seconds": number}`.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    version = models.ForeignKey(ProgrammeVersion, on_delete=models.CASCADE, related_name="relaxation")
    slug = models.SlugField(max_length=60)
    title = models.CharField(max_length=200)
    summary = models.TextField()
    minutes = models.PositiveSmallIntegerField()
    technique = models.SlugField(max_length=60, help_text="As the relaxation log calls it.")
    safety = models.TextField(help_text="Shown before the script.")
    pace = models.JSONField(default=list)
    audio = models.CharField(max_length=300, blank=True)
    parts = models.JSONField(default=list)

    class Meta:
        ordering = ["version", "minutes", "title"]
        constraints = [models.UniqueConstraint(fields=["version", "slug"], name="relaxation_slug_once")]
        triggers = [_frozen("relaxation_is_frozen", "{row}.version_id")]

    def __str__(self) -> str:
        return self.title


@dataclass(frozen=True)
class HomeworkTask:
    """What a module asks for: one filling of a worksheet, or a log kept on some days."""

    worksheet_slug: str
    is_log: bool
    min_entries: int
    min_days: int
    due_after_days: int
    title: str
    hint: str

    @classmethod
    def from_details(cls, data: Mapping[str, Any]) -> "HomeworkTask":
        return cls(
            worksheet_slug=data["worksheet"],
            is_log=data["kind"] == "log",
            min_entries=data["min_entries"],
            min_days=data["min_days"],
            due_after_days=data["due_after_days"],
            title=data["title"],
            hint=data["hint"],
        )


class Module(models.Model):
    """A week of treatment. An outline is announced to the patient but not written yet."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    version = models.ForeignKey(ProgrammeVersion, on_delete=models.CASCADE, related_name="modules")
    number = models.PositiveSmallIntegerField()
    slug = models.SlugField(max_length=60)
    title = models.CharField(max_length=200)
    summary = models.TextField(blank=True)
    is_outline = models.BooleanField(default=False)
    details = models.JSONField(default=dict)

    class Meta:
        ordering = ["version", "number"]
        constraints = [
            models.UniqueConstraint(fields=["version", "number"], name="module_number_once"),
            models.UniqueConstraint(fields=["version", "slug"], name="module_slug_once"),
        ]
        triggers = [_frozen("module_is_frozen", "{row}.version_id")]

    def __str__(self) -> str:
        return f"{self.number}. {self.title}"

    @property
    def goals(self) -> list[str]:
        return list(self.details.get("goals", ()))

    @property
    def therapist_cues(self) -> list[dict[str, str]]:
        return list(self.details.get("therapist_cues", ()))

    @property
    def obstacles(self) -> list[dict[str, str]]:
        return list(self.details.get("obstacles", ()))

    @property
    def references(self) -> list[dict[str, Any]]:
        return list(self.details.get("references", ()))

    @property
    def is_reviewed(self) -> bool:
        """Whether a named reviewer has signed the content of this module."""
        return bool(self.details.get("reviewer")) and bool(self.details.get("reviewed_on"))

    def path_steps(self) -> "list[Step]":
        """The numbered path, in order; uses prefetched steps where there are any."""
        steps = (step for step in self.steps.all() if step.kind != Step.Kind.SHORT_VERSION)
        return sorted(steps, key=lambda step: step.number)

    def short_version(self) -> "Step | None":
        """The 10-minute version for a bad day, outside the numbered path."""
        return next((step for step in self.steps.all() if step.kind == Step.Kind.SHORT_VERSION), None)

    def homework_tasks(self) -> list[HomeworkTask]:
        return [HomeworkTask.from_details(task) for task in self.details.get("homework", ())]


class Step(models.Model):
    """One short part of a module. `content` holds what its kind needs beside the text."""

    class Kind(models.TextChoices):
        READING = "reading"
        EXAMPLE = "example"
        EXERCISE = "exercise"
        CHECK = "check"
        WORKSHEET = "worksheet"
        LOG = "log"
        PRACTICE_PLAN = "practice_plan"
        SUMMARY = "summary"
        SHORT_VERSION = "short_version"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    module = models.ForeignKey(Module, on_delete=models.CASCADE, related_name="steps")
    number = models.PositiveSmallIntegerField(help_text="Place in the path from 1; 0 is the short version.")
    slug = models.SlugField(max_length=60)
    kind = models.CharField(max_length=20, choices=Kind.choices)
    title = models.CharField(max_length=200)
    minutes = models.PositiveSmallIntegerField()
    is_core = models.BooleanField(default=True)
    body_html = models.TextField(blank=True, help_text="Rendered and cleaned when loaded.")
    content = models.JSONField(default=dict)
    worksheet = models.ForeignKey(
        Worksheet, on_delete=models.RESTRICT, null=True, blank=True, related_name="steps"
    )

    class Meta:
        ordering = ["module", "number"]
        constraints = [
            models.UniqueConstraint(fields=["module", "number"], name="step_number_once"),
            models.UniqueConstraint(fields=["module", "slug"], name="step_slug_once"),
            models.CheckConstraint(
                condition=Q(number=0, kind="short_version") | (Q(number__gt=0) & ~Q(kind="short_version")),
                name="step_zero_is_short_version",
            ),
        ]
        triggers = [
            _frozen("step_is_frozen", "(SELECT version_id FROM programs_module WHERE id = {row}.module_id)")
        ]

    def __str__(self) -> str:
        return f"{self.number}. {self.title}"

    @property
    def goals(self) -> list[str]:
        return list(self.content.get("goals", ()))

    @property
    def questions(self) -> list[dict[str, Any]]:
        """Check questions: id, prompt, options of text, correct and feedback."""
        return list(self.content.get("questions", ()))

    @property
    def rating(self) -> dict[str, str] | None:
        """Labels of the 0-10 rating before and after an exercise."""
        found: dict[str, str] | None = self.content.get("rating")
        return found

    @property
    def example(self) -> dict[str, Any] | None:
        """The worked example: `name` and `entries`, a list of filled values."""
        found: dict[str, Any] | None = self.content.get("example")
        return found

    @property
    def audio(self) -> str:
        """The address of a recording of this step, where a clinic has one."""
        return str(self.content.get("audio", ""))

    @property
    def relaxation_slug(self) -> str:
        """The relaxation script that is practised on this step, or nothing."""
        return str(self.content.get("relaxation", ""))
