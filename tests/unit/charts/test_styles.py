"""A chart looks right on both grounds: on the page by its classes, on paper by its attributes."""

import re
from datetime import date, timedelta
from pathlib import Path
from xml.etree import ElementTree

from django.template.loader import render_to_string

from painclinic.charts import Band, Bar, Event, Point, Series, Stack, line_figure, sparkline, stack_figure

STYLES = Path(__file__).resolve().parents[3] / "static" / "css" / "charts.css"
FIRST = date(2027, 3, 1)


def every_mark() -> list[ElementTree.Element]:
    """The elements of charts that use all that charts can draw."""
    points = [Point(FIRST + timedelta(days=day), day) for day in range(3)]
    lines = line_figure(
        [Series(name, points) for name in "ABCD"],
        uid="a",
        title="A",
        y_label="0 to 10",
        y_range=(0, 10),
        bands=[Band(0, 1, "low")],
        events=[Event(FIRST, "began")],
    )
    stack = stack_figure(
        Stack([Bar(FIRST, [1, 2, 3, 4], 5)], list("ABCD"), "min", "Pain"), uid="b", title="B"
    )
    empty = line_figure([], uid="c", title="C", y_range=(0, 10))
    small = sparkline([1, 2], uid="d", title="D", y_range=(0, 10))
    pictures = [lines.wide, lines.narrow, stack.wide, stack.narrow, empty.wide, small]
    return [element for picture in pictures for element in ElementTree.fromstring(picture).iter()]


def test_every_painted_element_has_a_colour_for_paper_and_a_class_for_the_page() -> None:
    styled = set(re.findall(r"\.(chart-[a-z0-9-]+)", STYLES.read_text()))
    for element in every_mark():
        kind = element.tag.rpartition("}")[2]
        if kind not in ("line", "path", "circle", "rect", "text"):
            continue
        assert element.get("fill") or element.get("stroke")
        assert set(element.get("class", "").split()) & styled, element.attrib


def test_styles_of_the_page_take_their_colours_from_tokens() -> None:
    styles = re.sub(r"/\*.*?\*/", "", STYLES.read_text(), flags=re.DOTALL)
    assert not re.search(r"#[0-9a-f]{3,8}\b|rgb|hsl", styles)


def test_letters_are_13_units_at_least_so_that_a_phone_shows_12_pixels() -> None:
    sizes = {
        float(element.get("font-size", "13")) for element in every_mark() if element.tag.endswith("text")
    }
    assert min(sizes) >= 13


def test_figure_on_a_page_shows_pictures_sentence_and_table() -> None:
    figure = line_figure([Series("Pain", [Point(FIRST, 4)])], uid="pain", title="Pain <now>", y_range=(0, 10))
    html = render_to_string("charts/figure.html", {"figure": figure})
    assert html.count("<svg") == 2
    assert figure.sentence in html
    assert '<th scope="row">1 March</th><td>4</td>' in html
    assert "<now>" not in html
    assert "style=" not in html
