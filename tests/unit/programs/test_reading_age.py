import pytest

from programs.reading_age import measure, syllables


@pytest.mark.parametrize(
    ("word", "count"),
    [("pain", 1), ("little", 2), ("moved", 1), ("wanted", 2), ("activity", 4), ("free", 1), ("Maya's", 2),
     ("boxes", 2), ("times", 1), ("well-being", 3), ("the", 1), ("exercise", 3), ("worries", 2)],
)  # fmt: skip
def test_syllables(word: str, count: int) -> None:
    assert syllables(word) == count


def test_measure_grades_whole_sentences_only() -> None:
    found = measure("Pain is an alarm. It rings!\nA heading without a stop\nIt's 10 o'clock.")

    assert (found.words, found.sentence_words, found.sentences) == (13, 8, 3)


def test_grade_follows_the_published_formula() -> None:
    found = measure("The cat sat on the mat.")

    assert found.grade == pytest.approx(0.39 * 6 + 11.8 * 1 - 15.59)


def test_hard_text_is_older_than_plain_text() -> None:
    plain = measure("Pain is like an alarm. Some alarms ring too soon.")
    hard = measure(
        "Nociceptive modulation demonstrates considerable interindividual heterogeneity throughout."
    )

    assert plain.age is not None
    assert hard.age is not None
    assert plain.age < 10 < hard.age


def test_other_language_has_no_figure() -> None:
    assert measure("El dolor es una alarma.", "es").age is None


def test_empty_text_has_no_figure() -> None:
    assert measure("").age is None
