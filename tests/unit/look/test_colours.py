"""Contrast of every pair of colours that meet on a page, in light and dark, read from the real stylesheet."""

import re
from pathlib import Path

import pytest

CSS = Path(__file__).resolve().parents[3] / "static/css"
TOKENS = (CSS / "tokens.css").read_text()

GROUNDS = ("page", "surface", "sunken")
# Words: 4.5 to 1 on every ground that they stand on (WCAG 1.4.3).
TEXT = [
    *((ink, ground) for ink in ("ink", "ink-quiet", "primary", "danger", "calm") for ground in GROUNDS),
    *((ink, ground) for ink in ("primary-hover", "accent-ink") for ground in ("page", "surface")),
    *(
        (ink, f"{name}-ground")
        for name in ("calm", "attention", "danger", "primary", "accent")
        for ink in ("ink", "ink-quiet")
    ),
    *((name, f"{name}-ground") for name in ("calm", "attention", "danger", "primary")),
    ("primary-hover", "primary-ground"),
    ("accent-ink", "accent-ground"),
    ("on-primary", "primary"),
    ("on-primary", "primary-hover"),
    ("on-accent", "accent"),
    ("on-danger", "danger"),
    ("on-danger", "danger-hover"),
]
# What is read most: 7 to 1 (WCAG 1.4.6).
READ_MOST = [
    *(("ink", ground) for ground in GROUNDS),
    *(("primary", ground) for ground in ("page", "surface")),
]
# Borders of controls, the path and its dots, bars: 3 to 1 (WCAG 1.4.11).
CONTROLS = [
    *(("control-border", ground) for ground in GROUNDS),
    *(("primary", ground) for ground in GROUNDS),
    *(("accent", ground) for ground in GROUNDS),
    *(("danger", ground) for ground in GROUNDS),
    ("accent", "accent-ground"),
    ("calm", "calm-ground"),
    ("attention", "attention-ground"),
    ("control-border", "primary-ground"),
]


def block_after(mark: str) -> dict[str, str]:
    start = TOKENS.index("{", TOKENS.index(mark)) + 1
    return dict(re.findall(r"--([\w-]+):\s*([^;]+);", TOKENS[start : TOKENS.index("}", start)]))


LIGHT = block_after(":root {")
DARK_BY_DEVICE = block_after(':root:not([data-theme="light"])')
DARK_BY_CHOICE = block_after(':root[data-theme="dark"]')
THEMES = {"light": LIGHT, "dark": LIGHT | DARK_BY_CHOICE}


def luminance(colour: str) -> float:
    """Relative luminance as WCAG 2 defines it."""
    channels = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def too_weak(theme: str, pairs: list[tuple[str, str]], least: float) -> list[str]:
    colours = THEMES[theme]
    found = [(ink, ground, contrast(colours[ink], colours[ground])) for ink, ground in pairs]
    return [f"{ink} on {ground}: {value:.2f}" for ink, ground, value in found if value < least]


def test_the_formula_gives_the_known_values() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#767676", "#ffffff") == pytest.approx(4.54, abs=0.01)


@pytest.mark.parametrize("theme", THEMES)
def test_words_can_be_read(theme: str) -> None:
    assert not too_weak(theme, TEXT, 4.5)


@pytest.mark.parametrize("theme", THEMES)
def test_what_is_read_most_can_be_read_with_tired_eyes(theme: str) -> None:
    assert not too_weak(theme, READ_MOST, 7)


@pytest.mark.parametrize("theme", THEMES)
def test_most_words_reach_seven_to_one(theme: str) -> None:
    weaker = too_weak(theme, TEXT, 7)
    assert len(weaker) < len(TEXT) / 2, weaker


@pytest.mark.parametrize("theme", THEMES)
def test_controls_and_pictures_stand_out(theme: str) -> None:
    assert not too_weak(theme, CONTROLS, 3)


@pytest.mark.parametrize("theme", THEMES)
def test_one_tone_of_the_focus_ring_shows_on_anything(theme: str) -> None:
    colours = THEMES[theme]
    assert contrast(colours["focus-inner"], colours["focus-outer"]) >= 3
    solid = {name: value for name, value in colours.items() if re.fullmatch(r"#[0-9a-f]{6}", value)}
    hidden = [
        name
        for name, value in solid.items()
        if max(contrast(value, colours["focus-inner"]), contrast(value, colours["focus-outer"])) < 3
    ]
    assert not hidden


def test_both_ways_into_the_dark_lead_to_the_same_colours() -> None:
    assert DARK_BY_DEVICE == DARK_BY_CHOICE


def test_every_colour_has_a_dark_sister() -> None:
    colours = {name for name, value in LIGHT.items() if value.startswith(("#", "rgb"))}
    assert colours <= set(DARK_BY_CHOICE)


# Colours by value: the print sheets, whose paper is white in any theme, and what must be white to be scanned.
BY_VALUE = {"tokens.css", "print.css", "pdf.css", "pdf_report.css", "charts.css"}
ALLOWED = {("components.css", "#ffffff")}


@pytest.mark.parametrize("path", sorted(CSS.glob("*.css")), ids=lambda path: path.name)
def test_stylesheets_name_colours_by_token(path: Path) -> None:
    text = re.sub(r"/\*.*?\*/", "", path.read_text(), flags=re.DOTALL)
    values = {value.lower() for value in re.findall(r"#[0-9a-fA-F]{3,8}\b(?![^{]*\{)", text)}
    assert path.name in BY_VALUE or {(path.name, value) for value in values} <= ALLOWED


@pytest.mark.parametrize("path", sorted(CSS.glob("*.css")), ids=lambda path: path.name)
def test_stylesheets_ask_for_nothing_from_elsewhere(path: Path) -> None:
    text = path.read_text()
    assert "@import" not in text
    assert not re.findall(r"url\(\s*['\"]?(?!data:)(?:https?:)?//", text)


@pytest.mark.parametrize("path", sorted(CSS.glob("*.css")), ids=lambda path: path.name)
def test_stylesheets_use_only_tokens_that_exist(path: Path) -> None:
    text = "".join(each.read_text() for each in CSS.glob("*.css"))
    defined = set(re.findall(r"(--[\w-]+)\s*:", text))
    assert set(re.findall(r"var\((--[\w-]+)\)", path.read_text())) <= defined
