"""Over all answers: every risk has its level, and nothing else has one."""

from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from patients.safety import ruleset
from patients.safety.rules import (
    EMERGENCY_SIGNS,
    FOLLOW_UPS,
    MEDICINES,
    RULES,
    SOON_SIGNS,
    VERSION,
    Facts,
    findings,
)

number = st.none() | st.integers(0, 27)
item = st.none() | st.integers(0, 3)
answer = st.sampled_from(["yes", "no", "decline"])


def level(facts: Facts) -> int:
    return max((found.level for found in findings(facts)), default=0)


def test_rules_change_only_with_a_new_version() -> None:
    """Whoever changes a rule names the set anew, and writes the pair here."""
    assert (VERSION, ruleset.fingerprint()) == ("2026-11-c", FINGERPRINT)


FINGERPRINT = "2028ba5f9a8015ef"


@settings(max_examples=2000, deadline=None)
@given(now=item, declined=st.booleans(), before=item, total=number, last=number, start=number)
def test_mood_answer_of_any_kind_has_exactly_the_level_of_the_table(
    now: int | None,
    declined: bool,
    before: int | None,
    total: int | None,
    last: int | None,
    start: int | None,
) -> None:
    """Clinical reference 4.1, written out a second time and differently."""
    now = None if declined else now
    facts = Facts(
        item=now,
        item_declined=declined,
        item_before=before,
        total=total,
        total_before=last,
        total_at_start=start,
    )
    expected = 0
    if declined or now == 1:
        expected = 1
    is_worse = total is not None and any(one is not None and total - one > 5 for one in (last, start))
    rose = now is not None and before is not None and now > before
    if now == 2 or rose or is_worse or (total is not None and total > 19):
        expected = 2
    if now == 3:
        expected = 3
    assert level(facts) == expected


@pytest.mark.parametrize("answers", list(product(["yes", "no", "decline"], repeat=4)))
def test_follow_up_answers_in_any_combination_have_the_level_of_the_table(answers: tuple[str, ...]) -> None:
    thoughts, how, intend, safe = answers
    found = level(Facts(follow_up=dict(zip(FOLLOW_UPS, answers, strict=True))))
    if how == "yes" or intend == "yes" or safe == "no":
        assert found == 3
    elif thoughts != "no":
        assert found == (3 if "decline" in (how, intend, safe) else 2)
    else:
        assert found == (2 if "decline" in answers else 0)


@pytest.mark.parametrize("sign", EMERGENCY_SIGNS)
def test_emergency_sign_alone_is_of_the_highest_level(sign: str) -> None:
    assert level(Facts(signs=frozenset({sign}))) == 3


@pytest.mark.parametrize("sign", SOON_SIGNS)
def test_soon_sign_alone_is_seen_the_same_day(sign: str) -> None:
    assert level(Facts(signs=frozenset({sign}))) == 2


@pytest.mark.parametrize("medicine", MEDICINES)
def test_medicine_changed_alone_is_a_task(medicine: str) -> None:
    assert level(Facts(changed_alone=frozenset({medicine}))) == 1


@given(mood=number, withdrawal=st.booleans())
def test_withdrawal_raises_an_alert_with_low_mood_only(mood: int | None, withdrawal: bool) -> None:
    expected = 2 if withdrawal and mood is not None and mood >= 10 else 0
    assert level(Facts(has_withdrawal=withdrawal, mood=mood)) == expected


@given(st.lists(answer, min_size=4, max_size=4), item, st.booleans())
def test_more_risk_never_lowers_the_level(answers: list[str], now: int | None, declined: bool) -> None:
    """What is answered besides can add a finding and never takes one away."""
    facts = Facts(item=None if declined else now, item_declined=declined)
    both = Facts(
        item=facts.item, item_declined=declined, follow_up=dict(zip(FOLLOW_UPS, answers, strict=True))
    )
    assert level(both) >= level(facts)


def test_every_rule_says_where_it_comes_from() -> None:
    assert all(rule.source.startswith("clinical reference, 4.") and str(rule.words) for rule in RULES)
    assert len({rule.slug for rule in RULES}) == len(RULES)
