"""Worksheets as data: parse what was typed, describe the form, split off free text, derive figures.

Everything here is a pure function of a definition (`Worksheet.definition`) and values.
"""

from programs.worksheets.definition import Definition, Field, Option, read_definition
from programs.worksheets.derived import derive, derived_lines
from programs.worksheets.form import Answer, Choice, FormField, Row, answers_for, fields_for
from programs.worksheets.parse import Parsed, parse
from programs.worksheets.values import initial, merge, split_text, to_raw

__all__ = [
    "Answer",
    "Choice",
    "Definition",
    "Field",
    "FormField",
    "Option",
    "Parsed",
    "Row",
    "answers_for",
    "derive",
    "derived_lines",
    "fields_for",
    "initial",
    "merge",
    "parse",
    "read_definition",
    "split_text",
    "to_raw",
]
