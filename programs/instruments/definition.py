"""A questionnaire as data: what is asked, what it comes to, and what a change in it means.

`read_instrument` takes the stored form, which the loader has checked; nothing is checked again here.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import Any

KINDS = frozenset({"choice", "nrs", "tick", "multi", "text", "number"})
METHODS = frozenset({"sum", "mean", "count", "table", "code"})
MISSING_RULES = frozenset({"all", "prorate", "drop"})
# What an answer field may hold beside a number.
DECLINE, NONE = "decline", "none"


@dataclass(frozen=True, slots=True)
class Option:
    """One answer of a choice. An exclusive one ("none of these") stands alone among several."""

    value: int
    text: str
    loinc: str = ""
    is_exclusive: bool = False


@dataclass(frozen=True, slots=True)
class ShowIf:
    """Asked only when one of these earlier items was answered from `low` to `high`."""

    items: tuple[str, ...]
    low: int
    high: int

    def holds(self, answers: Mapping[str, int]) -> bool:
        return any(code in answers and self.low <= answers[code] <= self.high for code in self.items)


@dataclass(frozen=True)
class Item:
    """One question. `minimum` and `maximum` bound its number; a text has none.

    A `multi` is answered by one number, 0 or 1, for each option: `<code>_<option value>`.
    An answer from `flag_from` up, or declining to answer where there is a `flag_from`, is noted
    in the details of the scores: somebody has to look.
    """

    code: str
    text: str
    kind: str
    options: tuple[Option, ...] = ()
    minimum: int = 0
    maximum: int = 0
    optional: bool = False
    may_decline: bool = False
    scored: bool = False
    show_if: ShowIf | None = None
    flag_from: int | None = None
    hint: str = ""
    low_label: str = ""
    high_label: str = ""
    longest: int = 1000
    loinc: str = ""

    @cached_property
    def values(self) -> frozenset[int]:
        """The numbers that are an answer."""
        if self.kind == "choice":
            return frozenset(option.value for option in self.options)
        return frozenset(range(self.minimum, self.maximum + 1)) if self.kind != "text" else frozenset()

    @cached_property
    def codes(self) -> tuple[str, ...]:
        """The names under which its answer is kept: its code, or one for each option of a `multi`."""
        if self.kind == "multi":
            return tuple(f"{self.code}_{option.value}" for option in self.options)
        return (self.code,)

    def option(self, value: int) -> Option | None:
        return next((option for option in self.options if option.value == value), None)


@dataclass(frozen=True, slots=True)
class Band:
    """A range of scores with a name, both ends included. For clinicians; patients are not labelled."""

    slug: str
    low: Decimal
    high: Decimal
    title: str


@dataclass(frozen=True, slots=True)
class Missing:
    """What happens when items have no answer; the score is empty beyond `at_most`.

    `all`: every item is needed. `prorate`: the mean of those that were answered stands for the others.
    `drop`: the others do not count. An item that was left out by a skip rule is missing, unless
    `hidden_as` says what it counts as.
    """

    rule: str = "all"
    at_most: int = 0
    hidden_as: int | None = None


@dataclass(frozen=True, slots=True)
class ChangeRule:
    """From when on a difference means something, each figure with the source in `source`.

    `reliable`: more than ordinary ups and downs. `mid`: the smallest that matters to people.
    `percent`: responder. `caseness`: at or beyond it is a case. `recovered_at`: up to it is well.
    A start below `floor` cannot show improvement, one above `ceiling` cannot show worsening.
    """

    reliable: Decimal | None = None
    mid: Decimal | None = None
    percent: Decimal = Decimal(30)
    caseness: Decimal | None = None
    recovered_at: Decimal | None = None
    floor: Decimal | None = None
    ceiling: Decimal | None = None
    source: str = ""


@dataclass(frozen=True)
class Scale:
    """What some items come to. The main one of every questionnaire is called `total`."""

    slug: str
    title: str
    items: tuple[str, ...]
    method: str
    minimum: Decimal
    maximum: Decimal
    decimals: int = 0
    # For a reader who does not want the decimals that are kept.
    shown_decimals: int = 0
    higher_is_worse: bool = True
    bands: tuple[Band, ...] = ()
    missing: Missing = Missing()
    change: ChangeRule | None = None
    loinc: str = ""
    reverse: frozenset[str] = frozenset()
    multiply: int = 1
    counts_from: int = 1
    # By raw sum, from the smallest that is possible (`table_starts_at`); with standard errors, if known.
    table: tuple[Decimal, ...] = ()
    table_starts_at: int = 0
    table_errors: tuple[Decimal, ...] = ()
    code: str = ""
    # Something that the answers say beside the score; see `programs.instruments.algorithms`.
    finding: str = ""

    def band_of(self, value: Decimal) -> Band | None:
        return next((band for band in self.bands if band.low <= value <= band.high), None)


@dataclass(frozen=True)
class InstrumentDefinition:
    """A questionnaire in one language.

    `is_own`: made for painclinic and shown as "not a validated scale". `is_computed`: nobody is asked,
    the numbers come from elsewhere in the record. `only_for` is empty, or `back-pain`: then it may be
    asked of nobody else.
    """

    slug: str
    title: str
    short_title: str
    language: str
    is_own: bool
    is_builtin: bool
    is_computed: bool
    only_for: str
    instructions: str
    stem: str
    recall: str
    minutes: float
    # The words for "nothing on this list" where there is a list to tick.
    none_label: str
    items: tuple[Item, ...]
    scales: tuple[Scale, ...]
    licence: str
    source: str
    loinc: str

    @cached_property
    def by_code(self) -> Mapping[str, Item]:
        """Items by every name under which an answer is kept."""
        return {code: item for item in self.items for code in item.codes}

    @cached_property
    def by_scale(self) -> Mapping[str, Scale]:
        return {scale.slug: scale for scale in self.scales}

    @cached_property
    def ticks(self) -> tuple[Item, ...]:
        """The list to tick, where there is one."""
        return tuple(item for item in self.items if item.kind == "tick")

    def item(self, code: str) -> Item | None:
        return self.by_code.get(code)

    def scale(self, slug: str = "total") -> Scale | None:
        return self.by_scale.get(slug)

    def shown_items(self, answers: Mapping[str, int]) -> tuple[Item, ...]:
        """The items that are asked, given the answers so far."""
        known: dict[str, int] = {}
        shown = []
        for item in self.items:
            if item.show_if is None or item.show_if.holds(known):
                shown.append(item)
                # The answer to a question that is not asked shows no other.
                known |= {code: answers[code] for code in item.codes if code in answers}
        return tuple(shown)


def read_instrument(data: Mapping[str, Any]) -> InstrumentDefinition:
    """The definition in its stored form (`InstrumentVersion.definition`)."""
    scored = {code for scale in data["scales"] for code in scale["items"]}
    return InstrumentDefinition(
        slug=data["slug"],
        title=data["title"],
        short_title=data["short_title"],
        language=data["language"],
        is_own=data["is_own"],
        is_builtin=data["is_builtin"],
        is_computed=data["is_computed"],
        only_for=data["only_for"],
        instructions=data["instructions"],
        stem=data["stem"],
        recall=data["recall"],
        minutes=float(data["minutes"]),
        none_label=data["none_label"],
        items=tuple(_item(item, scored) for item in data["items"]),
        scales=tuple(_scale(scale) for scale in data["scales"]),
        licence=data["licence"],
        source=data["source"],
        loinc=data["loinc"],
    )


def _item(data: Mapping[str, Any], scored: set[str]) -> Item:
    rest = {key: value for key, value in data.items() if key not in {"options", "show_if"}}
    rule = data.get("show_if")
    return Item(
        **rest,
        options=tuple(Option(**option) for option in data.get("options", ())),
        show_if=ShowIf(tuple(rule["items"]), rule["low"], rule["high"]) if rule else None,
        scored=bool(scored & {data["code"], *_multi_codes(data)}),
    )


def _multi_codes(data: Mapping[str, Any]) -> set[str]:
    return {f"{data['code']}_{option['value']}" for option in data.get("options", ())}


_NESTED = {"bands", "missing", "change", "items", "reverse", "table", "table_errors", "minimum", "maximum"}


def _scale(data: Mapping[str, Any]) -> Scale:
    rest = {key: value for key, value in data.items() if key not in _NESTED}
    change = data.get("change")
    return Scale(
        **rest,
        minimum=Decimal(data["minimum"]),
        maximum=Decimal(data["maximum"]),
        items=tuple(data["items"]),
        reverse=frozenset(data.get("reverse", ())),
        table=tuple(map(Decimal, data.get("table", ()))),
        table_errors=tuple(map(Decimal, data.get("table_errors", ()))),
        missing=Missing(**data["missing"]),
        bands=tuple(
            Band(band["slug"], Decimal(band["low"]), Decimal(band["high"]), band["title"])
            for band in data.get("bands", ())
        ),
        change=_change(change) if change else None,
    )


def _change(data: Mapping[str, Any]) -> ChangeRule:
    figures = {key: None if data[key] is None else Decimal(data[key]) for key in data if key != "source"}
    return ChangeRule(**figures, source=data["source"])  # type: ignore[arg-type]
