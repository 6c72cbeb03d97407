"""What made-up patients write in Modules 2 to 8: one filling after another, as the forms send it.

A filling names its worksheet, how many days before the hand-in it is about, and what was typed.
"""

from dataclasses import dataclass
from datetime import date, timedelta

Raw = dict[str, str]


@dataclass(frozen=True)
class Filling:
    """`days` fields are dates, given as days after the day that the filling is about."""

    slug: str
    ago: int
    raw: Raw
    days: dict[str, int]

    def typed(self, today: date) -> Raw:
        """The form as it is sent on `today`."""
        day = today - timedelta(days=self.ago)
        dates = {name: (day + timedelta(days=offset)).isoformat() for name, offset in self.days.items()}
        moment = {name: f"{dates.pop(name)}T18:20" for name in list(dates) if name == "when"}
        return self.raw | dates | moment


def _check_in(helped: str, hard: str, question: str = "") -> Filling:
    raw = {"what_helped": helped, "what_was_hard": hard, "question_for_therapist": question}
    return Filling("w14-weekly-check-in", 0, raw | {"medicine_change": "no"}, {"date": 0})


def _feelings(name: str, **numbers: int) -> Raw:
    return {"feelings-0-name": name} | {f"feelings-0-{key}": str(value) for key, value in numbers.items()}


def _walk(ago: int, done: str, kept: str, after: int, note: str = "") -> Filling:
    raw = {"activity": "Walking", "done": done, "pain_before": "4", "pain_after": str(after), "note": note}
    return Filling("w4b-pacing-log", ago, raw | {"kept_to_plan": kept}, {"date": 0})


def _calm(ago: int, technique: str, minutes: int, before: int, after: int) -> Filling:
    raw = {"technique": technique, "minutes": str(minutes)}
    return Filling(
        "w5-relaxation-log",
        ago,
        raw | {"tension_before": str(before), "tension_after": str(after)},
        {"date": 0},
    )


def _activity(ago: int, activity: str, kind: str, expected: int, actual: int, pain: int) -> Filling:
    raw = {"activity": activity, "kind": kind, "expected_enjoyment": str(expected), "done": "yes"}
    raw |= {"actual_enjoyment": str(actual), "actual_pain": str(pain)}
    return Filling("w6-activity-plan", ago, raw, {"planned_date": 0})


def _caught(ago: int, situation: str, thought: str, belief: int, feeling: str, strength: int) -> Filling:
    raw = {"situation": situation, "thought": thought, "belief_before": str(belief), "pain": "6"}
    return Filling("w7a-thought-catcher", ago, raw | _feelings(feeling, pct_before=strength), {"when": 0})


def _record(ago: int, before: int, after: int, **words: str) -> Filling:
    numbers = {"belief_before": "80", "belief_alternative": "60", "belief_after": "45"}
    raw = words | numbers | {"pain": "5", "feelings-0-name": "guilty", "feelings_after-0-name": "guilty"}
    raw |= {"feelings-0-pct_before": str(before), "feelings_after-0-pct_after": str(after)}
    return Filling("w7-thought-record", ago, raw, {"when": 0})


def _night(ago: int, tried: str, sol: int, waso: int, up: str, quality: int, nap: int = 0) -> Filling:
    raw = {"into_bed": "22:40", "tried_to_sleep": tried, "sol_min": str(sol), "waso_min": str(waso)}
    raw |= {"final_wake": "06:30", "out_of_bed": up, "quality": str(quality), "nap_min": str(nap)}
    return Filling("w9-sleep-diary", ago, raw | {"pain_at_bedtime": "5"}, {"date_of_morning": 0})


_GOAL = {
    "life_area": "family", "importance": "9", "satisfaction_now": "3",
    "goal": "Have lunch with my sister on two Sundays a month", "how_measured": "A cross in the calendar",
    "how_often": "Twice a month", "first_small_step": "Ring her and suggest half an hour of coffee",
    "barrier": "A bad morning", "if_then_plan": "If the morning is bad, then I go for half an hour only",
    "confidence": "7", "gas_minus2": "No visit at all", "gas_minus1": "One short coffee a month",
    "gas_0": "Two lunches a month", "gas_plus1": "Two lunches, and one walk together",
    "gas_plus2": "Lunch every Sunday", "baseline_level": "-1",
}  # fmt: skip
_PACING = {
    "activity": "Walking", "unit": "minutes", "goal_amount": "30", "days_per_week": "5", "rest_minutes": "10",
    "reduction_pct": "20", "increment_pct": "10", "increment_base": "current-target",
    "trials-0-amount": "12", "trials-0-stopped_because": "pain", "trials-1-amount": "18",
    "trials-1-stopped_because": "finished", "trials-2-amount": "15", "trials-2-stopped_because": "tired",
}  # fmt: skip
_TALK = {
    "person": "My husband", "situation": "The shopping on Saturdays", "style": "mixed",
    "what_usually_happens": "I carry everything and then snap at him", "i_feel": "worn out",
    "when": "I carry the heavy bags alone", "i_would_like": "to share them, with ten minutes in between",
}  # fmt: skip
_FLARE_UP = {
    "early_signs-0-sign": "Stiff on waking for two days", "early_signs-1-sign": "Short with everybody",
    "usual_triggers-0-trigger": "A long day in the car", "first_hour": "Sit down, breathe out slowly",
    "first_day": "Half of everything. Ring Jo and say that tomorrow is a quiet day", "activity_cut_pct": "50",
    "days_2_5": "Walk at half, and a little more every day", "return_days": "4",
    "calming_skill": "Belly breathing",
    "helpful_thought": "It has been like this before, and it eased.", "people-0-name": "Jo",
    "people-0-phone": "07700 900777",
}  # fmt: skip
_STAYING = {
    "skills-0-skill": "pacing", "skills-0-helpfulness": "8", "skills-0-keep": "daily",
    "skills-1-skill": "thought-record", "skills-1-helpfulness": "6", "skills-1-keep": "when-needed",
    "warning_signs": "Leaving out the walks; saying no to my sister", "high_risk_times": "The dark weeks",
    "setback_plan": "Back to the amounts of week three, and ring the clinic if two weeks do not help",
    "goals_1_month": "Lunch twice", "goals_3_months": "A day by the sea", "support_people-0-name": "Jo",
}  # fmt: skip

WEEKS: dict[int, list[Filling]] = {
    2: [
        Filling("w2-goal", 0, _GOAL, {"start": 0, "target": 60}),
        _check_in("Having one thing to look forward to", "Deciding on only one goal"),
    ],
    3: [
        Filling("w4-pacing-plan", 5, _PACING, {"start": 0}),
        _walk(4, "12", "stopped-on-plan", 4),
        _walk(3, "12", "stopped-on-plan", 4, "Odd to stop while it was going well"),
        _walk(2, "20", "overdid", 7, "Sunshine, forgot the timer"),
        _walk(1, "12", "stopped-on-plan", 5),
        _walk(0, "12", "stopped-on-plan", 4),
        _check_in("The timer", "Stopping on the good day", "Is 12 minutes not too little?"),
    ],
    4: [
        _calm(4, "belly-breathing", 8, 7, 5),
        _calm(3, "belly-breathing", 8, 6, 5),
        _calm(2, "progressive-muscle", 19, 8, 5),
        _calm(1, "mini-practice", 1, 6, 5),
        _calm(0, "body-scan", 13, 6, 3),
        _check_in("The short ones while the kettle boils", "Keeping still for the long one"),
    ],
    5: [
        _activity(4, "Looked through old holiday photographs", "pleasure", 3, 6, 4),
        _activity(2, "Coffee with Jo at the corner", "connection", 5, 8, 5),
        _activity(1, "Potted the two geraniums", "achievement", 4, 5, 6),
        _caught(3, "Jo asked whether I would come dancing", "I am only in the way", 80, "sad", 70),
        _caught(2, "The bins were still in the hall", "I cannot even manage that", 75, "guilty", 65),
        _caught(0, "A stab when I bent down", "Now something has torn", 60, "anxious", 80),
        _check_in("Photographs, of all things", "Noticing thoughts without arguing with them"),
    ],
    6: [
        _record(
            5, 70, 40, situation="I left the party after an hour", thought="I spoil it for everybody",
            evidence_for="They had planned games until ten", evidence_against="Two people left before me. "
            "My sister wrote that it was good to see me", alternative="I came, and an hour was good for all",
            next_step="Write to her first next time",
        ),
        _record(
            3, 65, 50, situation="The washing stayed in the basket", thought="I cannot manage anything",
            evidence_for="It has been there for two days", evidence_against="I cooked twice, and walked",
            alternative="I did what was on the plan, and the washing can wait",
        ),
        _record(
            1, 60, 35, situation="Stiff after the walk", thought="I have damaged something",
            evidence_for="It hurts more than yesterday", evidence_against="It was stiff after walks before "
            "and gone the day after", alternative="Stiff is not broken; I look again tomorrow",
        ),
        Filling("w8-coping-card", 1, {
            "trigger": "Leaving early", "helpful_sentence": "I came, and an hour was good for all of us",
        }, {"made_on": 0}),
        Filling("w8-coping-card", 0, {
            "trigger": "Stiff in the morning", "helpful_sentence": "Stiff is not broken. I look again later",
        }, {"made_on": 0}),
        _check_in("Asking what I would say to Jo", "Finding facts and not opinions"),
    ],
    7: [
        _night(5, "23:00", 45, 60, "07:15", 2, 40),
        _night(4, "23:10", 30, 50, "07:00", 3, 30),
        _night(3, "22:50", 60, 40, "07:20", 2),
        _night(2, "23:15", 25, 35, "06:50", 4),
        _night(1, "23:00", 30, 45, "07:00", 3, 20),
        _night(0, "23:10", 20, 30, "06:50", 4),
        Filling("w10-sleep-plan", 0, {
            "rise_time": "06:50", "wind_down": "Radio and a warm drink", "out_of_bed_after_min": "20",
        }, {}),
        Filling("w11-communication-plan", 1, _TALK, {"made_on": 0, "when_to_talk": 1}),
        _check_in("Getting up at the same time", "No naps in the armchair"),
    ],
    8: [
        Filling("w12-flare-up-plan", 0, _FLARE_UP, {}),
        Filling("w13-maintenance-plan", 0, _STAYING, {"booster_dates-0-date": 28}),
        _check_in("Reading my own first week again", "That it ends"),
    ],
}  # fmt: skip

FEEDBACK = [
    "You kept at it, and it shows in your own numbers. Look at the two best days: what did you do there?",
    "Thank you for being so honest about the hard day. Stopping on time on the others is the real work.",
    "What you wrote about the good moment made me smile. Do one more of these next week, no bigger.",
]
