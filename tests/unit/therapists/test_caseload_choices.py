"""The address of the caseload: what is not known there counts as not asked."""

from therapists.presenters.caseload import FILTERS, SORTS, Choices, filter_names, sort_names


def test_nonsense_in_the_address_is_passed_over() -> None:
    choices = Choices.read({"q": "  Maria ", "state": "<b>", "sort": "id; drop", "page": "-1"})
    assert choices == Choices(search="Maria", state="", sort="next", page="-1")


def test_a_very_long_name_is_cut() -> None:
    assert len(Choices.read({"q": "x" * 5000}).search) == 120


def test_every_filter_and_order_has_a_name() -> None:
    assert set(filter_names()) == {"", *FILTERS}
    assert set(sort_names()) == set(SORTS)
