"""A programme as read from its files, before it is in the database."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class WorksheetContent:
    slug: str
    code: str
    title: str
    is_log: bool
    definition: dict[str, Any]


@dataclass(frozen=True)
class StepContent:
    """A step; `number` 0 is the short version. `worksheet` is a slug or empty."""

    number: int
    slug: str
    kind: str
    title: str
    minutes: int
    is_core: bool
    body_html: str
    content: dict[str, Any]
    worksheet: str


@dataclass(frozen=True)
class ModuleContent:
    number: int
    slug: str
    title: str
    summary: str
    is_outline: bool
    details: dict[str, Any]
    steps: tuple[StepContent, ...]


@dataclass(frozen=True)
class ResourceContent:
    """A page that is open at any time. `worksheet` is a slug or empty."""

    slug: str
    title: str
    summary: str
    minutes: int
    worksheet: str
    body_html: str


@dataclass(frozen=True)
class RelaxationContent:
    """A script to be listened to. `parts` are spoken pieces and pauses, `pace` one cycle of a guide."""

    slug: str
    title: str
    summary: str
    minutes: int
    technique: str
    safety: str
    pace: tuple[dict[str, Any], ...]
    audio: str
    parts: tuple[dict[str, Any], ...]


@dataclass(frozen=True)
class ProgrammeContent:
    """A whole programme in one language. `content_hash` changes with any of its files."""

    slug: str
    language: str
    title: str
    summary: str
    content_hash: str
    worksheets: tuple[WorksheetContent, ...]
    modules: tuple[ModuleContent, ...]
    resources: tuple[ResourceContent, ...] = ()
    relaxation: tuple[RelaxationContent, ...] = ()
