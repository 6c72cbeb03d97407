"""What the export means, in the eighteen columns of a REDCap data dictionary."""

from collections.abc import Iterator

from clinics.results.answering import reason_words
from clinics.results.export import COLUMNS, NOT_ANSWERED
from clinics.results.lines import line
from painclinic.accounts.models import Clinic
from programs.instruments.definition import InstrumentDefinition, Item, Scale
from programs.instruments.library import definition_of
from programs.models import InstrumentVersion

HEAD = (
    "Variable / Field Name",
    "Form Name",
    "Section Header",
    "Field Type",
    "Field Label",
    "Choices, Calculations, OR Slider Labels",
    "Field Note",
    "Text Validation Type OR Show Slider Number",
    "Text Validation Min",
    "Text Validation Max",
    "Identifier?",
    "Branching Logic (Show field only if...)",
    "Required Field?",
    "Custom Alignment",
    "Question Number (surveys only)",
    "Matrix Group Name",
    "Matrix Ranking?",
    "Field Annotation",
)
# The file is read by analysts and by programs, so it is in English like the names of its columns.
MEANINGS = {
    "participant": "Pseudonym of an enrolment, the same in every export of this clinic",
    "timepoint": "Name of the occasion in the schedule, such as baseline, week-3, post, follow-up-3",
    "instrument": "Short name of the questionnaire",
    "version": "Number of the questionnaire's text and scoring in its language",
    "language": "Language in which it was answered",
    "item": "Item code; a scale's name followed by _score; or not_answered for a whole time point",
    "raw": "The number that was answered; declined where no answer was wanted; empty for scores; "
    "for not_answered the reason",
    "score": "What the scale comes to; empty for items",
    "completed_at": "When the questionnaire was handed in (ISO 8601, UTC)",
    "in_window": "1 if answered between the first and the last day of the occasion, else 0",
    "synthetic": "1 if nobody stands behind the data: a demonstration or a generated clinic",
}
RULES = (
    ("started", "Has used the programme at least once, of those whose start was 14 days ago or earlier"),
    ("completed", "At least 6 of 8 modules done, of those who started and whose 70 days are over"),
    ("therapist_minutes", "From one event of a therapist about the patient to the next, up to 10 minutes"),
    (
        "follow_up",
        "Change from the first score to the follow-up; nothing is filled in for who did not answer",
    ),
    ("small_numbers", "In the file of figures numbers from 1 to 4, and what would tell them, are left out"),
    ("free_text", "What people wrote is not in the export"),
    ("corrections", "Of a corrected questionnaire only the correction is in the export"),
)


def codebook_lines(clinic: Clinic) -> Iterator[str]:
    """The header, the columns of the export, the rules, then every item and scale, newest versions first."""
    yield line(HEAD)
    note = "synthetic data" if clinic.is_synthetic or clinic.is_demo else ""
    for name in COLUMNS:
        yield _row(name, "export", "text", MEANINGS[name], note=note)
    reasons = " | ".join(f"{value}, {label}" for value, label in reason_words().items())
    yield _row(NOT_ANSWERED, "export", "radio", "Why a planned time point was not answered", reasons)
    for name, meaning in RULES:
        yield _row(f"rule_{name}", "rules", "descriptive", meaning)
    versions = InstrumentVersion.objects.with_instrument().order_by("instrument__slug", "language", "-number")
    for version in versions:
        definition = definition_of(version)
        form = f"{definition.slug}_v{version.number}_{version.language}".replace("-", "_")
        yield from _instrument(form, definition)


def _instrument(form: str, definition: InstrumentDefinition) -> Iterator[str]:
    for item in definition.items:
        # The words of a licensed questionnaire stay with its holder.
        text = item.text if definition.is_builtin or definition.is_own else f"Item {item.code}"
        for code in item.codes:
            yield _item(form, item, code, text)
    for scale in definition.scales:
        yield _scale(form, scale)


def _item(form: str, item: Item, code: str, text: str) -> str:
    choices = " | ".join(f"{option.value}, {option.text}" for option in item.options)
    low, high = (str(min(item.values)), str(max(item.values))) if item.values else ("", "")
    kind = {"choice": "radio", "tick": "yesno", "multi": "checkbox", "text": "notes"}.get(item.kind, "text")
    logic = ""
    if item.show_if:
        shown = [
            f"[{one}] >= {item.show_if.low} and [{one}] <= {item.show_if.high}" for one in item.show_if.items
        ]
        logic = " or ".join(shown)
    required = "" if item.optional or item.show_if else "y"
    return _row(
        code, form, kind, text, choices, note=item.hint, low=low, high=high, logic=logic, required=required
    )


def _scale(form: str, scale: Scale) -> str:
    way = "higher is worse" if scale.higher_is_worse else "higher is better"
    how = f"{scale.method} of {', '.join(scale.items)}"
    note = f"{way}. {scale.change.source}" if scale.change and scale.change.source else way
    low, high = str(scale.minimum), str(scale.maximum)
    return _row(f"{scale.slug}_score", form, "calc", scale.title, how, note=note, low=low, high=high)


def _row(
    name: str,
    form: str,
    kind: str,
    label: str,
    choices: str = "",
    *,
    note: str = "",
    low: str = "",
    high: str = "",
    logic: str = "",
    required: str = "",
) -> str:
    validation = "number" if low and kind == "text" else ""
    cells = (
        name.replace("-", "_"),
        form,
        "",
        kind,
        label,
        choices,
        note,
        validation,
        low,
        high,
        "",
        logic,
        required,
    )
    return line([*cells, *[""] * (len(HEAD) - len(cells))])
