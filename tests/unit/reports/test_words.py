"""What stands on paper is true whenever it is read, and in the reader's own time zone."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone

from painclinic import pdf
from patients.reports import words
from patients.reports.making import page_count
from tests.unit.reports.pdf_text import text_of

EVENING = datetime(2026, 3, 4, 23, 30, tzinfo=UTC)


def test_moment_is_said_in_the_zone_that_is_active() -> None:
    with timezone.override(ZoneInfo("Europe/London")):
        assert words.moment(EVENING) == "Wednesday 4 March 2026, 23:30"
    with timezone.override(ZoneInfo("Asia/Tokyo")):
        assert words.moment(EVENING) == "Thursday 5 March 2026, 08:30"


@pytest.mark.parametrize(
    ("first", "last", "said"),
    [
        (date(2026, 3, 4), date(2026, 3, 4), "4 March 2026"),
        (date(2026, 3, 4), date(2026, 3, 20), "4 March to 20 March 2026"),
        (date(2025, 12, 30), date(2026, 1, 2), "30 December 2025 to 2 January 2026"),
    ],
)
def test_span_names_the_first_year_only_where_it_is_another(first: date, last: date, said: str) -> None:
    assert words.span(first, last) == said


def test_joined_leaves_out_what_is_not_known() -> None:
    assert words.joined(["a", "", "b"]) == "a · b"


@pytest.mark.parametrize("count", [1, 2, 12])
def test_page_count_is_that_of_the_file(count: int) -> None:
    body = "<p style='break-after: page'>x</p>" * (count - 1) + "<p>last</p>"
    assert page_count(pdf.render(f"<html><body>{body}", title="t", language="en")) == count


def test_page_count_of_something_else_is_none() -> None:
    assert page_count(b"not a file of ours") == 0


def test_words_of_a_file_are_found_again() -> None:
    assert "Büro – office" in text_of(pdf.render("<html><body><p>Büro – office", title="t", language="en"))
