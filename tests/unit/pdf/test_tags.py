"""The tags of a PDF are what a person hears: one table is one table, pictures speak, feet are silent."""

import re
from datetime import date, timedelta

import pytest
from django.template.loader import render_to_string

from painclinic import pdf
from painclinic.charts import Point, Series, line_figure
from tests.unit.pdf.parsed import Parsed

ROWS = 120


def page(body: str) -> str:
    return (
        '<html lang="en"><head><title>x</title><link rel="stylesheet" href="static:css/pdf.css"></head>'
        f'<body data-made="Made by Anna" data-page="Page" data-of="of"><h1>Report</h1>{body}</body></html>'
    )


def parsed(body: str) -> Parsed:
    return Parsed(pdf.render(page(body), title="Report", language="en"))


def long_table() -> str:
    rows = [[f"Day {number}", str(number), f"word{number}"] for number in range(ROWS)]
    return render_to_string(
        "pdf/table.html", {"caption": "The log", "head": ["Day", "Pain", "Note"], "rows": rows}
    )


@pytest.fixture(scope="module")
def broken() -> Parsed:
    """A document whose table lies on several pages."""
    return parsed(f"<section><h2>Log</h2>{long_table()}</section><section><h2>After</h2><p>End</p></section>")


def kinds(document: Parsed) -> list[str]:
    return [kind for _, kind, _ in document.tags()]


def of_kind(document: Parsed, kind: str) -> list[str]:
    return [text for _, tag, text in document.tags() if tag == kind]


def page_contents(document: Parsed) -> list[str]:
    return [text for text in document.streams.values() if "BDC" in text]


def test_document_is_marked_as_tagged_with_language_and_title(broken: Parsed) -> None:
    catalog = broken.one("/Type /Catalog")
    assert "/MarkInfo <</Marked true>>" in catalog
    assert "/Lang (en)" in catalog
    assert "/DisplayDocTitle true" in catalog
    assert "pdfuaid:part" in broken.everything


def test_table_over_several_pages_is_one_table_with_one_head(broken: Parsed) -> None:
    assert len(page_contents(broken)) > 2
    found = kinds(broken)
    assert found.count("Table") == 1
    assert found.count("THead") == 1
    assert found.count("TBody") == 1
    assert found.count("TR") == ROWS + 1
    assert found.count("Caption") == 1


def test_rows_of_a_broken_table_stay_in_order(broken: Parsed) -> None:
    rows = [text for depth, kind, text in broken.tags() if kind == "TR"]
    pages = [int(re.search(r"/Pg (\d+)", text)[1]) for text in rows]  # type: ignore[index]
    assert pages == sorted(pages)
    assert len(set(pages)) > 2


def test_header_cells_say_which_way_they_head(broken: Parsed) -> None:
    scopes = re.findall(r"/Scope /(\w+)", " ".join(of_kind(broken, "TH")))
    assert scopes == ["Column"] * 3 + ["Row"] * ROWS


def test_every_cell_finds_its_headers_through_the_index(broken: Parsed) -> None:
    index = broken.one("/Names [(")
    named = dict(re.findall(r"\(([\d-]+)\) (\d+) 0 R", index))
    heads = {re.search(r"/ID \(([\d-]+)\)", text)[1] for text in of_kind(broken, "TH")}  # type: ignore[index]
    assert set(named) == heads
    columns = [
        name for name in heads if name.split("-")[1] == "0" and "Column" in broken.objects[int(named[name])]
    ]
    assert len(columns) == 3
    for cell in of_kind(broken, "TD"):
        headers = re.findall(r"\(([\d-]+)\)", cell.split("/Headers")[1])
        assert set(headers) <= heads
        assert len(set(headers) & set(columns)) == 1
        assert len(headers) == 2


def test_what_follows_a_broken_table_comes_after_it(broken: Parsed) -> None:
    found = kinds(broken)
    assert found.index("Table") < len(found) - 1 - found[::-1].index("H2")
    assert [kind for kind in found if re.fullmatch(r"H\d", kind)] == ["H1", "H2", "H2"]


def test_repeated_head_and_running_foot_are_artifacts(broken: Parsed) -> None:
    """Each marked content belongs to an element of the tree, or is an artifact."""
    parents = re.search(r"/Nums \[(.*)\]", broken.objects[_parent_tree(broken)], re.DOTALL)
    assert parents
    lists = re.findall(r"\d+ \[([^\]]*)\]", parents[1])
    for contents, owners in zip(page_contents(broken), lists, strict=True):
        marked = sorted(map(int, re.findall(r"/MCID (\d+)", contents)))
        slots = re.findall(r"null|\d+ 0 R", owners)
        assert marked == [at for at, owner in enumerate(slots) if owner != "null"]
        assert "/Artifact" in contents
        assert "/Pagination" in contents


def _parent_tree(document: Parsed) -> int:
    found = re.search(r"/ParentTree (\d+)", document.one("/Type /StructTreeRoot"))
    assert found
    return int(found[1])


def test_two_broken_tables_stay_two() -> None:
    found = kinds(parsed(long_table() + long_table()))
    assert found.count("Table") == 2
    assert found.count("TR") == 2 * (ROWS + 1)


def test_broken_table_with_a_foot_keeps_it_once() -> None:
    rows = "".join(f"<tr><td>{number}</td></tr>" for number in range(ROWS))
    foot = "<tfoot><tr><td>Sum</td></tr></tfoot>"
    found = kinds(
        parsed(f'<table class="data"><thead><tr><th scope="col">A</th></tr></thead>{foot}{rows}</table>')
    )
    assert found.count("Table") == 1
    assert found.count("TR") >= ROWS + 2


def test_broken_table_without_head_is_one_table() -> None:
    rows = "".join(f"<tr><td>{number}</td><td>x</td></tr>" for number in range(ROWS))
    assert kinds(parsed(f'<table class="data">{rows}</table>')).count("Table") == 1


def test_chart_speaks_its_title_and_what_it_shows() -> None:
    first = date(2027, 3, 1)
    figures = [
        line_figure(
            [Series("Pain", [Point(first + timedelta(days=day), value + day) for day in range(3)])],
            uid=f"pain-{value}",
            title="Pain (0 to 10)",
            y_range=(0, 10),
        )
        for value in (1, 5)
    ]
    document = parsed("".join(render_to_string("pdf/figure.html", {"figure": figure}) for figure in figures))
    said = [re.search(r"/Alt \((.*)\)>>", text)[1] for text in of_kind(document, "Figure")]  # type: ignore[index]
    plain = [text.replace("\\", "") for text in said]
    assert plain == [f"{figure.title}. {figure.sentence}" for figure in figures]
    assert kinds(document).count("H3") == 2


def test_chart_place_lies_on_its_page() -> None:
    figure = line_figure([], uid="a", title="Empty", y_range=(0, 10))
    document = parsed(render_to_string("pdf/figure.html", {"figure": figure}))
    box = re.search(r"/BBox \[([^\]]*)\]", of_kind(document, "Figure")[0])
    assert box
    left, bottom, right, top = map(float, box[1].split())
    assert 0 < left < right < 596
    assert 0 < bottom < top < 842
    # It stands right under the heading at the top of the page.
    assert top > 600


def test_table_within_a_table_cell_does_not_join_it() -> None:
    inner = '<table><tr><th scope="row">A</th><td>1</td></tr></table>'
    rows = "".join(f"<tr><td>{number}</td><td>{inner}</td></tr>" for number in range(60))
    found = kinds(parsed(f'<table class="data">{rows}</table>'))
    assert found.count("Table") == 61
