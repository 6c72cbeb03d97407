"""Reliable change against published figures, and every threshold at its edge."""

from decimal import Decimal
from statistics import mean, stdev

import pytest
from hypothesis import given
from hypothesis import strategies as st

from programs.formulas import change
from programs.formulas.change import ChangeClass, Course, Why, classify, nhs_outcome
from programs.instruments.definition import ChangeRule

PHQ_9 = ChangeRule(
    reliable=Decimal(6), mid=Decimal(5), caseness=Decimal(10), recovered_at=Decimal(9), source="test"
)
GAD_7 = ChangeRule(reliable=Decimal(4), caseness=Decimal(8), recovered_at=Decimal(7), source="test")
PEG = ChangeRule(reliable=Decimal("2.8"), mid=Decimal(1), source="test")
RMDQ = ChangeRule(
    reliable=Decimal(5),
    mid=Decimal(5),
    recovered_at=Decimal(2),
    floor=Decimal(4),
    ceiling=Decimal(20),
    source="test",
)
PHQ_LIMITS = (0, 27)

# Thirty couples before and after therapy, Dyadic Adjustment Scale, higher is better (Jacobson 1989).
_PAIRS = """
    90.5>97 74>124 97>97.5 73.5>88 61>96.5 66.5>62.5 68.5>112.5 86.5>103.5 88.5>90 68.5>82.5 98>105
    80.5>99.5 89.5>112.5 91.5>101 83.5>99.5 60.5>79.5 83>88 88>100.5 98.5>119 78.5>116 99.5>116
    79.5>129 84.5>113 92.5>118 93>92 85>114 64>68 61>52 80>60.5 82.5>104.5
"""
COUPLES = [(float(pre), float(post)) for pre, post in (pair.split(">") for pair in _PAIRS.split())]


def test_index_of_jacobson_and_truax_comes_to_the_published_figure() -> None:
    assert change.standard_error(7.5, 0.8) == pytest.approx(3.354, abs=5e-4)
    assert change.difference_error(7.5, 0.8) == pytest.approx(4.743, abs=5e-4)
    assert change.reliable_change_index(32.5, 47.5, 7.5, 0.8) == pytest.approx(3.16, abs=5e-3)


def test_thirty_couples_from_raw_numbers_come_to_the_published_classes() -> None:
    before = [pre for pre, _ in COUPLES]
    spread = stdev(before)
    threshold = change.reliable_difference(spread, 0.88)
    rule = ChangeRule(reliable=Decimal(str(threshold)), source="Jacobson 1989")
    classes = [classify(pre, post, rule, higher_is_worse=False).change for pre, post in COUPLES]

    assert mean(before) == pytest.approx(81.58, abs=5e-3)
    assert spread == pytest.approx(11.83, abs=5e-3)
    assert threshold == pytest.approx(11.35, abs=0.01)
    assert classes.count(ChangeClass.IMPROVED) == 19
    assert classes.count(ChangeClass.DETERIORATED) == 1
    assert classes.count(ChangeClass.UNCHANGED) == 10
    beyond = [abs(change.reliable_change_index(pre, post, spread, 0.88)) > 1.96 for pre, post in COUPLES]
    assert sum(beyond) == 20


def test_cutoff_c_from_published_summaries_comes_to_the_published_figure() -> None:
    assert change.cutoff_c(35.475, 8.159, 7.69, 7.52) == pytest.approx(21.02, abs=5e-3)


@pytest.mark.parametrize(
    ("sd", "r", "threshold"),
    [(6.1, 0.89, 5.61), (5.5, 0.84, 6.10), (5, 0.92, 3.92), (5.3, 0.86, 5.50), (13, 0.92, 10.19)],
)
def test_reliable_difference_depends_on_spread_and_reliability(sd: float, r: float, threshold: float) -> None:
    assert change.reliable_difference(sd, r) == pytest.approx(threshold, abs=5e-3)


def test_peg_that_falls_by_a_third_is_a_response_at_30_and_not_at_50_percent() -> None:
    assert change.percent_change(Decimal("7.67"), 5) == pytest.approx(Decimal("-34.8"), abs=Decimal("0.02"))
    assert change.is_responder(Decimal("7.67"), 5, PEG.percent, least=PEG.mid) is True
    assert change.is_responder(Decimal("7.67"), 5, 50, least=PEG.mid) is False


@pytest.mark.parametrize(
    ("pre", "post", "percent", "expected"),
    [(10, 7, 30, True), (10, Decimal("7.01"), 30, False), (10, 5, 50, True), (10, 5.01, 50, False)],
)
def test_responder_at_the_edges_of_30_and_50_percent(
    pre: int, post: float, percent: int, expected: bool
) -> None:
    assert change.is_responder(pre, post, percent) is expected


def test_responder_without_a_start_cannot_be_told() -> None:
    assert change.is_responder(None, 5) is None
    assert change.is_responder(5, None) is None
    assert change.is_responder(0, 0) is None


def test_phq_9_from_3_to_1_is_neither_improvement_nor_response() -> None:
    verdict = classify(3, 1, PHQ_9, limits=PHQ_LIMITS)

    assert (verdict.change, verdict.why) == (ChangeClass.CANNOT_TELL, Why.FLOOR)
    assert change.is_responder(3, 1, least=PHQ_9.mid) is False


@pytest.mark.parametrize(
    ("pre", "post", "expected"),
    [
        (15, 9, ChangeClass.RECOVERED),
        (16, 10, ChangeClass.IMPROVED),
        (15, 10, ChangeClass.UNCHANGED),
        (10, 4, ChangeClass.RECOVERED),
        (9, 3, ChangeClass.IMPROVED),
        (10, 15, ChangeClass.UNCHANGED),
        (10, 16, ChangeClass.DETERIORATED),
        (9, 15, ChangeClass.HARMED),
        (4, 10, ChangeClass.HARMED),
        (3, 9, ChangeClass.DETERIORATED),
        (5, 5, ChangeClass.CANNOT_TELL),
        (6, 6, ChangeClass.UNCHANGED),
        (6, 0, ChangeClass.IMPROVED),
        (21, 26, ChangeClass.UNCHANGED),
        (22, 27, ChangeClass.CANNOT_TELL),
        (22, 16, ChangeClass.IMPROVED),
        (22, 20, ChangeClass.UNCHANGED),
        (5, 7, ChangeClass.UNCHANGED),
    ],
)
def test_phq_9_at_the_edges_of_threshold_caseness_floor_and_ceiling(
    pre: int, post: int, expected: ChangeClass
) -> None:
    assert classify(pre, post, PHQ_9, limits=PHQ_LIMITS).change is expected


@pytest.mark.parametrize(
    ("pre", "post", "expected"),
    [
        (14, 9, ChangeClass.IMPROVED),
        (14, 10, ChangeClass.UNCHANGED),
        (7, 2, ChangeClass.RECOVERED),
        (8, 3, ChangeClass.IMPROVED),
        (3, 0, ChangeClass.CANNOT_TELL),
        (20, 24, ChangeClass.CANNOT_TELL),
        (21, 24, ChangeClass.CANNOT_TELL),
        (21, 16, ChangeClass.IMPROVED),
        (19, 24, ChangeClass.DETERIORATED),
        (2, 7, ChangeClass.HARMED),
    ],
)
def test_rmdq_at_the_edges_of_its_published_limits(pre: int, post: int, expected: ChangeClass) -> None:
    assert classify(pre, post, RMDQ, limits=(0, 24)).change is expected


@pytest.mark.parametrize(
    ("pre", "post", "expected"),
    [
        ("7.00", "4.20", ChangeClass.IMPROVED),
        ("7.00", "4.33", ChangeClass.UNCHANGED),
        ("4.00", "6.80", ChangeClass.DETERIORATED),
        ("4.00", "6.67", ChangeClass.UNCHANGED),
    ],
)
def test_peg_at_the_edges_of_its_threshold(pre: str, post: str, expected: ChangeClass) -> None:
    assert classify(Decimal(pre), Decimal(post), PEG, limits=(0, 10)).change is expected


def test_missing_score_or_rule_cannot_be_told_and_says_why() -> None:
    assert classify(None, 5, PHQ_9).why is Why.NO_BASELINE
    assert classify(5, None, PHQ_9).why is Why.NO_SCORE
    assert classify(5, 5, None).why is Why.NO_RULE
    assert classify(5, 5, ChangeRule()).change is ChangeClass.CANNOT_TELL


@pytest.mark.parametrize(
    ("phq", "gad", "recovered", "improved", "worse"),
    [
        ((12, 9), (10, 7), True, False, False),
        ((15, 9), (10, 7), True, True, False),
        ((15, 9), (7, 8), False, True, False),
        ((15, 9), (4, 8), False, False, False),
        ((16, 10), (9, 9), False, True, False),
        ((9, 3), (7, 7), None, True, False),
        ((9, 15), (7, 7), None, False, True),
        ((9, 14), (7, 10), None, False, False),
        ((9, 9), (8, 12), False, False, True),
        ((15, 9), (8, 12), False, False, False),
    ],
)
def test_nhs_outcome_combines_both_questionnaires(
    phq: tuple[int, int], gad: tuple[int, int], recovered: bool | None, improved: bool, worse: bool
) -> None:
    outcome = nhs_outcome(Course(*phq, PHQ_9), Course(*gad, GAD_7))

    assert outcome is not None
    assert outcome.recovered is recovered
    assert (outcome.reliably_improved, outcome.reliably_deteriorated) == (improved, worse)
    assert outcome.reliably_recovered is (None if recovered is None else recovered and improved)


def test_nhs_outcome_without_all_four_scores_is_none() -> None:
    assert nhs_outcome(Course(12, None, PHQ_9), Course(8, 4, GAD_7)) is None


SCORES = st.integers(0, 27)


@given(pre=SCORES, post=SCORES)
def test_change_is_the_same_seen_in_a_mirror(pre: int, post: int) -> None:
    mirrored = ChangeRule(
        reliable=Decimal(6), caseness=Decimal(17), recovered_at=Decimal(18), source="27 minus each figure"
    )
    there = classify(pre, post, PHQ_9, limits=PHQ_LIMITS)
    back = classify(27 - pre, 27 - post, mirrored, higher_is_worse=False, limits=PHQ_LIMITS)
    assert there.change is back.change
    assert (there.why is Why.FLOOR) == (back.why is Why.FLOOR) or there.why is Why.CEILING


@given(pre=SCORES, post=SCORES)
def test_change_there_and_back_is_reliable_both_ways_or_neither(pre: int, post: int) -> None:
    there, back = classify(pre, post, PHQ_9).change, classify(post, pre, PHQ_9).change
    assert there.is_better == back.is_worse
    assert there.is_worse == back.is_better
    assert not (there.is_better and there.is_worse)


_ORDER = {
    ChangeClass.RECOVERED: 0,
    ChangeClass.IMPROVED: 1,
    ChangeClass.UNCHANGED: 2,
    ChangeClass.CANNOT_TELL: 2,
    ChangeClass.DETERIORATED: 3,
    ChangeClass.HARMED: 4,
}


@given(pre=SCORES, post=SCORES, more=st.integers(0, 27))
def test_higher_end_is_never_called_better(pre: int, post: int, more: int) -> None:
    higher = min(post + more, 27)
    first = classify(pre, post, PHQ_9, limits=PHQ_LIMITS).change
    second = classify(pre, higher, PHQ_9, limits=PHQ_LIMITS).change
    assert _ORDER[first] <= _ORDER[second]


@given(phq=st.tuples(SCORES, SCORES), gad=st.tuples(st.integers(0, 21), st.integers(0, 21)))
def test_nhs_outcome_is_never_both_improved_and_deteriorated(
    phq: tuple[int, int], gad: tuple[int, int]
) -> None:
    outcome = nhs_outcome(Course(*phq, PHQ_9), Course(*gad, GAD_7))
    assert outcome is not None
    assert not (outcome.reliably_improved and outcome.reliably_deteriorated)


@pytest.mark.parametrize(("sd", "r"), [(-1, 0.5), (1, -0.1), (1, 1.1)])
def test_impossible_spread_or_reliability_is_refused(sd: float, r: float) -> None:
    with pytest.raises(ValueError, match="spread"):
        change.standard_error(sd, r)
