"""Mending what WeasyPrint leaves undone in the tags of a PDF, before it is written.

WeasyPrint 70 tags each page on its own. So a table over two pages becomes two tables with the
header row read out twice; header cells carry no scope and their ids no index; running headers
and footers are marked as content that belongs to nothing; and a chart's description is lost. A
reader who listens to the report would get lost at each of these.
"""

from collections import defaultdict
from collections.abc import Iterator
from typing import Any

import pydyf  # type: ignore[import-untyped]  # ships no types

# WeasyPrint lays out in CSS pixels, a PDF measures in points.
_POINTS = 0.75
_SVG = "{http://www.w3.org/2000/svg}"


def mend_tags(document: Any, pdf: Any) -> None:
    """A WeasyPrint finisher: one tag per table, scopes, ids, descriptions, and true artifacts."""
    tree = _Tree(pdf)
    boxes = [box for page in document.pages for box in _boxes(page._page_box)]
    _name_headers(boxes)
    for parts in _broken_tables(boxes):
        _join(tree, parts)
    tree.prune(tree.root)
    _describe_figures(tree, boxes)
    tree.index_ids()
    _hide_the_rest(tree)


class _Tree:
    """The structure tree: elements refer to one another by object number."""

    def __init__(self, pdf: Any) -> None:
        self.pdf = pdf
        self.root = next(item for item in pdf.objects if _is(item, "/StructTreeRoot"))
        self.pages = self.find(self.root["ParentTree"])["Nums"]

    def find(self, reference: bytes) -> Any:
        return self.pdf.objects[int(reference.split()[0])]

    def children(self, element: Any) -> list[Any]:
        """The elements directly below; numbers of marked content and links are not elements."""
        found = [self.find(kid) for kid in element["K"] if isinstance(kid, bytes)]
        return [kid for kid in found if _is(kid, "/StructElem")]

    def below(self, element: Any) -> Iterator[Any]:
        for child in self.children(element):
            yield child
            yield from self.below(child)

    def ancestor(self, element: Any, kind: str) -> Any:
        while element["S"] != kind:
            element = self.find(element["P"])
        return element

    def move(self, element: Any, into: Any) -> None:
        self.drop(element)
        element["P"] = into.reference
        into["K"].append(element.reference)

    def drop(self, element: Any) -> None:
        self.find(element["P"])["K"].remove(element.reference)

    def prune(self, element: Any) -> None:
        """Take out containers that moving has emptied."""
        for child in self.children(element):
            self.prune(child)
            if not child["K"] and child["S"] in ("/Sect", "/Div", "/NonStruct", "/Art", "/Table"):
                self.drop(child)

    def index_ids(self) -> None:
        """The index by which cells find their header cells (ISO 32000-1, 14.7.2)."""
        named = {element["ID"].string: element for element in self.below(self.root) if "ID" in element}
        if named:
            names = pydyf.Array()
            for name in sorted(named):
                names.extend([named[name]["ID"], named[name].reference])
            index = pydyf.Dictionary({"Names": names})
            self.pdf.add_object(index)
            self.root["IDTree"] = index.reference


def _is(item: Any, kind: str) -> bool:
    return isinstance(item, dict) and item.get("Type") == kind


def _boxes(box: Any) -> Iterator[Any]:
    """A box and all below it; a table of a page with everything in it."""
    box = getattr(box, "_box", box)
    yield box
    for child in getattr(box, "children", ()):
        yield from _boxes(child)


def _cells(box: Any) -> Iterator[Any]:
    """The cells of a table or of part of one, in reading order, not those of tables inside them."""
    for child in box.children:
        if hasattr(child, "mark"):
            yield child
        elif hasattr(child, "children"):
            yield from _cells(child)


def _name_headers(boxes: list[Any]) -> None:
    for box in boxes:
        if hasattr(box, "mark") and box.mark["S"] == "/TH":
            row = box.element.attrib.get("scope") == "row"
            box.mark["A"]["Scope"] = "/Row" if row else "/Column"


def _broken_tables(boxes: list[Any]) -> list[list[Any]]:
    """For each table that lies on several pages, its parts in order."""
    parts = defaultdict(list)
    for box in boxes:
        if box.element_tag == "table" and hasattr(box, "column_groups") and any(_cells(box)):
            parts[box.element].append(box)
    return [found for found in parts.values() if len(found) > 1]


def _join(tree: _Tree, parts: list[Any]) -> None:
    """Move the rows of the later parts into the first, without the repeated header rows."""
    table = tree.ancestor(next(_cells(parts[0])).mark, "/Table")
    headers = [cell.mark for cell in _header_cells(parts[0])]
    for part in parts[1:]:
        rest = tree.ancestor(next(_cells(part)).mark, "/Table")
        repeated = [cell.mark for cell in _header_cells(part)]
        same = {
            old["ID"].string: new["ID"] for old, new in zip(repeated, headers, strict=False) if "ID" in old
        }
        for group in tree.children(rest):
            if group["S"] != "/THead":
                _refer_to(tree, group, same)
                _append(tree, table, group)
        tree.drop(rest)


def _header_cells(table: Any) -> list[Any]:
    return [cell for group in table.children if group.is_header for cell in _cells(group)]


def _refer_to(tree: _Tree, group: Any, same: dict[str, Any]) -> None:
    for element in tree.below(group):
        if "Headers" in element.get("A", {}):
            old = element["A"]["Headers"]
            element["A"]["Headers"] = pydyf.Array([same.get(name.string, name) for name in old])


def _append(tree: _Tree, table: Any, group: Any) -> None:
    """Rows of a body go on in the last body of the table; a footer (or anything else) follows whole."""
    bodies = [child for child in tree.children(table) if child["S"] == "/TBody"]
    if group["S"] == "/TBody" and bodies:
        for row in tree.children(group):
            tree.move(row, bodies[-1])
    else:
        tree.move(group, table)


def _describe_figures(tree: _Tree, boxes: list[Any]) -> None:
    """A picture's alternative text is its title and what it shows; its place is told in points from below."""
    said = defaultdict(list)
    for box in boxes:
        if box.element_tag == f"{_SVG}svg":
            title, shows = (box.element.findtext(f"{_SVG}{tag}") or "" for tag in ("title", "desc"))
            said[title].append(f"{title}. {shows}" if shows else title)
    for element in tree.below(tree.root):
        if element["S"] != "/Figure":
            continue
        if "Alt" in element and said[element["Alt"].string]:
            element["Alt"] = pydyf.String(said[element["Alt"].string].pop(0))
        left, top, right, bottom = (edge * _POINTS for edge in element["A"]["BBox"])
        height = tree.find(element["Pg"])["MediaBox"][3]
        element["A"]["BBox"] = pydyf.Array((left, height - bottom, right, height - top))


def _hide_the_rest(tree: _Tree) -> None:
    """Mark what hangs on no element (running headers and footers, repeated table heads) as artifact."""
    kept = {element.reference for element in tree.below(tree.root)}
    contents = [page["Contents"] for page in map(tree.find, tree.pdf.page_references)]
    for contents_of, owners in zip(contents, tree.pages[1::2], strict=False):
        lost = {mcid for mcid, owner in enumerate(owners) if owner not in kept}
        _turn_to_artifacts(tree.find(contents_of).stream, lost)
        for mcid in lost:
            owners[mcid] = "null"


def _turn_to_artifacts(stream: list[Any], lost: set[int]) -> None:
    for at, item in enumerate(stream):
        if isinstance(item, pydyf.Dictionary) and item.get("MCID") in lost:
            stream[at - 1] = "/Artifact"
            stream[at] = pydyf.Dictionary({"Type": "/Pagination"})
