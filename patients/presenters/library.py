"""What is open at any time beside the course: extra pages, and relaxation to listen to."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from urllib.parse import urlencode

from django.db.models import Q
from django.urls import reverse

from painclinic.accounts.models import User
from patients.models import Enrolment, Entry
from programs.loading.library_file import techniques_of
from programs.models import Relaxation, Resource, Worksheet

# How far the circle of the guide is open at the end of each phase: in and out, with or without
# holding the breath between. Any other rhythm opens and closes in turn.
_SHAPES: dict[int, tuple[int, ...]] = {2: (1, 0), 3: (1, 1, 0), 4: (1, 1, 0, 0)}
# A log of relaxation asks which technique it was.
ASKS_FOR_TECHNIQUE = Q(is_log=True, definition__contains={"fields": [{"name": "technique", "type": "enum"}]})


@dataclass(frozen=True)
class Phase:
    words: str
    seconds: int
    is_open: bool


@dataclass(frozen=True)
class RelaxationPage:
    """A script with its guide, and where a practice of it is noted (nothing where there is no such log)."""

    script: Relaxation
    log_url: str

    @cached_property
    def pace(self) -> list[Phase]:
        """One cycle of the guide, in order."""
        found = self.script.pace
        shape = _SHAPES.get(len(found)) or tuple((index + 1) % 2 for index in range(len(found)))
        return [
            Phase(one["phase"], one["seconds"], bool(is_open))
            for one, is_open in zip(found, shape, strict=True)
        ]


@dataclass(frozen=True)
class ResourcePage:
    """An extra page; `entry` is the newest filling of its worksheet."""

    resource: Resource
    entry: Entry | None

    @property
    def form_url(self) -> str:
        """Where its worksheet is filled; leads back here."""
        if self.resource.worksheet is None:
            return ""
        back = reverse("patients:resource-detail", args=[self.resource.slug])
        form = reverse("patients:entry-new", args=[self.resource.worksheet.slug])
        return f"{form}?{urlencode({'next': back})}"


def resources_of(enrolment: Enrolment) -> list[Resource]:
    """The extra pages of this patient's version, by title."""
    own = Resource.objects.filter(version_id=enrolment.programme_version_id)
    return list(own.defer("body_html").order_by("title"))


def resource_page(user: User, enrolment: Enrolment, slug: str) -> ResourcePage | None:
    """One extra page of this patient's version, or None. At most two queries."""
    own = Resource.objects.filter(version_id=enrolment.programme_version_id, slug=slug)
    resource = own.select_related("worksheet").first()
    if resource is None:
        return None
    if resource.worksheet is None:
        return ResourcePage(resource, None)
    mine = Entry.objects.visible_to(user).current().filter(enrolment=enrolment).of(resource.worksheet.slug)
    return ResourcePage(resource, mine.defer("texts").order_by("submitted_at").last())


def scripts_of(enrolment: Enrolment) -> list[Relaxation]:
    """The relaxation scripts of this patient's version, the shortest first."""
    own = Relaxation.objects.filter(version_id=enrolment.programme_version_id)
    return list(own.defer("parts", "pace").order_by("minutes", "title"))


def relaxation_page(enrolment: Enrolment, slug: str, *, back: str = "") -> RelaxationPage | None:
    """One script of this patient's version, or None. `back` is where its log leads afterwards."""
    own = Relaxation.objects.filter(version_id=enrolment.programme_version_id, slug=slug)
    script = own.first()
    if script is None:
        return None
    back = back or reverse("patients:relaxation-detail", args=[slug])
    return RelaxationPage(script, _log_url(enrolment, script, back))


def relaxation_logs(enrolment: Enrolment) -> list[Worksheet]:
    """The logs in which a relaxation practice can be noted: those that ask for the technique."""
    own = Worksheet.objects.filter(ASKS_FOR_TECHNIQUE, version_id=enrolment.programme_version_id)
    return list(own.order_by("code"))


def _log_url(enrolment: Enrolment, script: Relaxation, back: str) -> str:
    for log in relaxation_logs(enrolment):
        if script.technique in techniques_of(log.definition):
            practised = {"technique": script.technique, "minutes": script.minutes, "next": back}
            return f"{reverse('patients:entry-new', args=[log.slug])}?{urlencode(practised)}"
    return ""


def said_in_address(worksheet: Worksheet, said: Mapping[str, str]) -> dict[str, Any]:
    """What an address says of a new line of a log: choices on offer, and numbers within their bounds."""
    return dict(_said(worksheet, said))


def _said(worksheet: Worksheet, said: Mapping[str, str]) -> Iterator[tuple[str, Any]]:
    for spec in worksheet.definition["fields"]:
        text = said.get(spec["name"], "")
        if spec["type"] == "enum" and text in {option["value"] for option in spec["options"]}:
            yield spec["name"], text
        elif spec["type"] == "int" and _is_within(text, spec["min"], spec["max"]):
            yield spec["name"], int(text)


def _is_within(text: str, least: int, most: int) -> bool:
    return text.isascii() and text.isdecimal() and len(text) < 5 and least <= int(text) <= most
