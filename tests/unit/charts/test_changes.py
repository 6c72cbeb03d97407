"""Pairs of bars: whatever the data, a named, inert picture inside its frame, a table and a sentence."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from painclinic.charts import Change, Changes, ChartError, change_figure
from painclinic.charts.changes import MAX_CHANGES
from tests.unit.charts.test_pictures import NASTY, check, texts

NAMES = ("Before", "After")
values = st.none() | st.floats(-10, 200) | st.just(float("nan"))


@given(st.lists(st.tuples(st.text(max_size=80) | st.just(NASTY), values, values), max_size=MAX_CHANGES))
def test_any_pairs_draw_inside_their_frame(rows: list[tuple[str, float | None, float | None]]) -> None:
    changes = Changes([Change(*row) for row in rows], top=100, names=NAMES, unit="%")

    figure = change_figure(changes, uid="thought", title=NASTY)

    check(figure.wide)
    check(figure.narrow)
    assert len(figure.table.rows) == len(rows)


def test_both_values_are_written_out_and_said() -> None:
    changes = Changes([Change("Sad", 80, 45), Change("Angry", None, 20)], top=100, names=NAMES, unit="%")

    figure = change_figure(changes, uid="thought", title="Feelings", first_column="Feeling")

    assert {"Before", "After", "Sad", "80%", "45%"} <= set(texts(figure.wide))
    assert figure.sentence == "Sad: before 80%, after 45%. Angry: before –, after 20%."
    assert figure.table.head == ["Feeling", "Before", "After"]
    assert figure.table.rows[1] == ["Angry", "–", "20%"]


def test_no_pairs_say_so() -> None:
    assert "Nothing to show yet." in change_figure(Changes([], 10, NAMES), uid="a", title="A").wide


def test_too_many_pairs_or_no_scale_are_refused() -> None:
    with pytest.raises(ChartError):
        Changes([Change("a", 1, 2)] * (MAX_CHANGES + 1), 10, NAMES)
    with pytest.raises(ChartError):
        Changes([], 0, NAMES)
