"""resources/<slug>.md and relaxation/<slug>.md: pages to read, and scripts to be listened to."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from programs.loading.content import RelaxationContent, ResourceContent, WorksheetContent
from programs.loading.faults import FaultList, FileFaults, shown
from programs.loading.front_matter import Parted, part
from programs.loading.markdown import MAX_BODY, render
from programs.loading.record import SLUG, Record

LONGEST_MINUTES = 60
LONGEST_PAUSE = 180
LONGEST_PHASE = 30
MAX_PARTS = 400
_PAUSE = re.compile(r"\[pause ([0-9]{1,3})\]", re.ASCII)
_PAUSE_MEANT = re.compile(r"\[\s*pause", re.IGNORECASE)
# A recording: on a clinic's own host, or a file of this site. No dots that lead upwards.
_AUDIO = re.compile(r"(https://[^\s/\"'<>;,]+\.[^\s\"'<>;,]+|(/[A-Za-z0-9_-][A-Za-z0-9._-]*)+)", re.ASCII)

Worksheets = Mapping[str, WorksheetContent]


def audio_of(record: Record) -> str:
    """The address of a recording, or nothing."""
    if record.node("audio") is None:
        return ""
    return record.matching("audio", _AUDIO, "like https://host.example/file.mp3 or /file.mp3", longest=300)


def read_resource(
    text: str, slug: str, file: str, faults: FaultList, worksheets: Worksheets
) -> ResourceContent | None:
    """The page in a file's text; None when there is nothing to go by."""
    found = part(text, file, faults, what="a resource")
    if found is None:
        return None
    html = render(found.text, found.text_faults)
    if found.head is None:
        return None
    record = Record(found.head, found.head_faults, what="resource")
    _is_well_named(record, slug)
    resource = ResourceContent(
        slug=slug,
        title=record.text("title", longest=200),
        summary=record.text("summary", longest=500),
        minutes=record.integer("minutes", 1, LONGEST_MINUTES),
        worksheet=record.slug("worksheet") if record.node("worksheet") else "",
        body_html=html,
    )
    if resource.worksheet and resource.worksheet not in worksheets:
        record.fault(f"there is no worksheet {shown(resource.worksheet)}", "worksheet")
    if not html:
        record.fault("a resource needs a text below its front matter")
    record.finish()
    return resource


def read_relaxation(
    text: str, slug: str, file: str, faults: FaultList, worksheets: Worksheets
) -> RelaxationContent | None:
    """The script in a file's text; None when there is nothing to go by."""
    found = part(text, file, faults, what="a relaxation script")
    if found is None:
        return None
    parts = list(_parts(found))
    if found.head is None:
        return None
    record = Record(found.head, found.head_faults, what="relaxation")
    _is_well_named(record, slug)
    relaxation = RelaxationContent(
        slug=slug,
        title=record.text("title", longest=200),
        summary=record.text("summary", longest=500),
        minutes=record.integer("minutes", 1, LONGEST_MINUTES),
        technique=record.slug("technique"),
        safety=record.text("safety", longest=1500),
        pace=tuple(_phase(item) for item in record.records("pace", 2, 8)) if record.has("pace") else (),
        audio=audio_of(record),
        parts=tuple(parts),
    )
    record.node("pace")
    _can_be_logged(record, relaxation.technique, worksheets)
    if not any("body_html" in one for one in parts):
        record.fault("a relaxation script needs words to be spoken below its front matter")
    record.finish()
    return relaxation


def _is_well_named(record: Record, slug: str) -> None:
    if not SLUG.fullmatch(slug) or len(slug) > 60:
        record.fault("the file's name must be small letters, digits and single hyphens, at most 60")


def _phase(record: Record) -> dict[str, Any]:
    phase = {
        "phase": record.text("phase", longest=60),
        "seconds": record.integer("seconds", 1, LONGEST_PHASE),
    }
    record.finish()
    return phase


def _can_be_logged(record: Record, technique: str, worksheets: Worksheets) -> None:
    """Where a log of the programme asks for the technique, it must offer this one."""
    for worksheet in worksheets.values():
        offered = techniques_of(worksheet.definition) if worksheet.is_log else ()
        if technique and offered and technique not in offered:
            record.fault(
                f"'technique' is {shown(technique)}, {worksheet.slug} offers: {', '.join(offered)}",
                "technique",
            )


def techniques_of(definition: Mapping[str, Any]) -> tuple[str, ...]:
    """What a relaxation log can be kept about: the values of its choice `technique`."""
    for spec in definition.get("fields", ()):
        if spec.get("name") == "technique" and spec.get("type") == "enum":
            return tuple(option["value"] for option in spec.get("options", ()))
    return ()


def _parts(found: Parted) -> Iterator[dict[str, Any]]:
    """Spoken pieces and the silences between them, in order: `{"body_html": ...}` or `{"pause": seconds}`."""
    text = found.text[:MAX_BODY]
    if len(found.text) > MAX_BODY:
        found.text_faults.add(1, f"the script is too long ({len(found.text)} characters, at most {MAX_BODY})")
    pieces = list(_pieces(text.split("\n"), found.text_faults))
    if len(pieces) > MAX_PARTS:
        found.text_faults.add(1, f"a script has at most {MAX_PARTS} paragraphs and pauses")
    for line, piece in pieces[:MAX_PARTS]:
        if isinstance(piece, int):
            yield {"pause": piece}
            continue
        html = render(piece, FileFaults(found.text_faults.faults, found.text_faults.file, line))
        if html:
            yield {"body_html": html}


def _pieces(lines: list[str], faults: FileFaults) -> Iterator[tuple[int, str | int]]:
    """Text between pauses with the line of the file at which it begins, and pauses."""
    begun = 0
    for index, line in enumerate(lines):
        pause = _PAUSE.fullmatch(line.strip())
        if pause is None:
            if _PAUSE_MEANT.search(line):
                faults.add(index + 1, "a pause stands alone on its line, in whole seconds: [pause 10]")
            continue
        if "".join(lines[begun:index]).strip():
            yield faults.first_line + begun, "\n".join(lines[begun:index])
        begun = index + 1
        seconds = int(pause[1])
        if not 1 <= seconds <= LONGEST_PAUSE:
            faults.add(index + 1, f"a pause is {seconds} seconds, it must be from 1 to {LONGEST_PAUSE}")
        yield faults.first_line + index, seconds
    if "".join(lines[begun:]).strip():
        yield faults.first_line + begun, "\n".join(lines[begun:])
