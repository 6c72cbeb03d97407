"""A course that was lived: Maria's first weeks, made by the same actions as the pages use."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import uuid4

from painclinic import clock
from painclinic.accounts.models import User
from painclinic.audit.actions import System
from patients.actions.entries import submit_entry
from patients.actions.homework import submit_homework
from patients.actions.progress import answer_check, finish_step, rate_step, unlock_due
from patients.actions.reviews import give_review
from patients.models import Enrolment, Entry, Homework
from programs.models import Module, Step, Worksheet
from tests.factories.outbox import until

# activity, category, block, minutes, pain before, pain after, note
Line = tuple[str, str, str, int, int, int, str]
QUIET: list[Line] = [
    ("Washing up", "chores", "morning", 20, 4, 5, ""),
    ("Lay on the sofa", "rest", "midday", 60, 5, 4, "Cat on my lap, better than any pill"),
    ("Walk round the block", "movement", "evening", 15, 4, 5, ""),
    ("Phone call with Jean", "social", "evening", 25, 5, 4, "Laughed a lot"),
]
BUSY: list[Line] = [
    ("Cleaned all the windows", "chores", "morning", 90, 4, 7, "Could not stop once I had begun"),
    ("Shopping for the week", "travel", "midday", 75, 6, 7, ""),
    ("Cooked for everybody", "chores", "evening", 80, 7, 8, ""),
    ("Sat down at last", "rest", "evening", 30, 8, 7, ""),
]
AFTER: list[Line] = [
    ("In bed until noon", "rest", "morning", 180, 7, 6, "Paid for the windows"),
    ("Toast and tea", "self-care", "midday", 20, 6, 6, ""),
    ("Film on the sofa", "rest", "evening", 120, 6, 5, ""),
]
GARDEN: list[Line] = [
    ("Shower and dressing", "self-care", "morning", 30, 5, 5, ""),
    ("Read in the garden", "leisure", "midday", 45, 5, 4, "First warm day this year"),
    ("Ironing, in two parts", "chores", "evening", 25, 4, 5, "Two parts worked"),
]
DESK: list[Line] = [
    ("Work at the desk", "work", "morning", 150, 4, 6, ""),
    ("Walk at lunch", "movement", "midday", 20, 6, 5, "The long way, past the pond"),
    ("Rest after work", "rest", "evening", 45, 6, 5, ""),
]
# What was logged on each day of the course from its second on; an empty day was not logged.
DAYS = [QUIET, BUSY, AFTER, [], GARDEN, QUIET, DESK, [], GARDEN, DESK, QUIET, [], GARDEN, DESK, QUIET, GARDEN]

PAIN_CYCLE = {
    "situation": "Sunday lunch at my sister's. I had sat on a hard chair for an hour.",
    "body_sensations": "A band across my lower back, jaw tight.",
    "pain": "7",
    "thoughts": "I am spoiling this for everybody. I should have stayed at home.",
    "feelings-0-name": "guilty",
    "feelings-0-strength": "70",
    "feelings-1-name": "sad",
    "feelings-1-strength": "50",
    "what_i_did": "I said I was fine, then left before pudding and lay down for the evening.",
    "short_term_result": "Quiet, and a bit less pain.",
    "long_term_result": "They ask me less often now.",
    "one_link_to_change": "actions",
}
HOPE = {"hope": "To stay for the whole lunch, moving about when I need to."}
PLAN = {
    "when": "After breakfast, before I open the post",
    "where": "At the kitchen table",
    "reminder": "My mug on top of the sheet",
    "obstacle": "A bad night",
    "if_then": "If I have slept badly, I write one line and stop.",
    "confidence": "8",
}
FIRST_ANSWER = (
    "Thank you for writing this so openly, Maria. The moment at the table is a very good one to look at. "
    "Could you look once more at what happened later that evening?"
)
SECOND_ANSWER = (
    "You found the link that you would like to move first, and it is one that you can try at the very next "
    "lunch. I noticed that the ironing in two parts left you better off than the windows in one.\n\n"
    "For this week, keep the log as it is. We look at pacing in week 3."
)
REMARKS = {
    "thoughts": "That is a thought about others. How do you know what they would say?",
    "long_term_result": "An honest look. This is where the cycle closes.",
}


@dataclass
class Course:
    """Someone's way through the first weeks. `begin` is the first morning, at nine in the patient's zone."""

    enrolment: Enrolment
    therapist: User
    begin: str = "2026-03-02T09:00+00:00"

    @property
    def user(self) -> User:
        return self.enrolment.patient.user

    def at(self, day: int, hour: int = 9) -> Any:
        """The clock on a day of the course, counted from 0."""
        return clock.moved(until(self.begin) + timedelta(days=day, hours=hour - 9))

    def module(self, number: int) -> Module:
        return Module.objects.get(version=self.enrolment.programme_version, number=number)

    def worksheet(self, slug: str) -> Worksheet:
        return Worksheet.objects.get(version=self.enrolment.programme_version, slug=slug)

    def read(self, number: int, first: int = 1, last: int = 99) -> None:
        """Go through steps of a module, with a wrong and a right answer to every second question."""
        for step in self.module(number).path_steps():
            if not first <= step.number <= last:
                continue
            for place, question in enumerate(step.questions):
                self._answer(step, question, tries=1 + place % 2)
            if step.rating:
                rate_step(by=self.user, enrolment=self.enrolment, step=step, before=7)
                rate_step(by=self.user, enrolment=self.enrolment, step=step, after=5)
            finish_step(by=self.user, enrolment=self.enrolment, step=step)

    def _answer(self, step: Step, question: Mapping[str, Any], *, tries: int) -> None:
        right = next(n for n, option in enumerate(question["options"]) if option["correct"])
        wrong = next(n for n, option in enumerate(question["options"]) if not option["correct"])
        for option in [wrong, right][-tries:]:
            answer_check(
                by=self.user, enrolment=self.enrolment, step=step, question=question["id"], option=option
            )

    def fill(self, slug: str, raw: Mapping[str, str], **more: Any) -> Entry:
        worksheet = self.worksheet(slug)
        return submit_entry(
            by=self.user,
            enrolment=self.enrolment,
            worksheet=worksheet,
            raw=raw,
            submission_id=uuid4(),
            step=worksheet.steps.first(),
            **more,
        )

    def log(self, lines: list[Line]) -> None:
        today = clock.local_today(self.enrolment.patient.timezone).isoformat()
        names = ("activity", "category", "block", "minutes", "pain_before", "pain_after", "note")
        for line in lines:
            self.fill("w3-activity-log", {"date": today, **dict(zip(names, map(str, line), strict=True))})

    def hand_in(self, number: int = 1, note: str = "", *, is_partial: bool = True) -> Homework:
        return submit_homework(
            by=self.user,
            enrolment=self.enrolment,
            module=self.module(number),
            submission_id=uuid4(),
            note=note,
            is_partial=is_partial,
        )

    def answer(self, homework: Homework, outcome: str, comment: str, remarks: Mapping[str, str]) -> None:
        cycle = homework.entries.get(worksheet__slug="w1-pain-cycle")
        log = homework.entries.filter(worksheet__slug="w3-activity-log").first()
        comments = [(cycle, field, body) for field, body in remarks.items()]
        if log:
            comments.append((log, "", "You stopped in time here."))
        give_review(by=self.therapist, homework=homework, outcome=outcome, comment=comment, comments=comments)

    def live(self, days: int = 17) -> None:
        """The whole story: read, logged, handed in twice, answered twice, week 2 opened."""
        with self.at(0):
            unlock_due(by=System("test"), now=clock.now())
            self.read(1, last=6)
        for day, lines in enumerate(DAYS[:days], start=1):
            with self.at(day, hour=18):
                self.log(lines)
                self._events(day)

    def _events(self, day: int) -> None:
        if day == 2:
            self.read(1, first=7)
        if day == 3:
            self.cycle = self.fill("w1-pain-cycle", PAIN_CYCLE)
            self.fill("first-hope", HOPE)
            self.fill("practice-plan", PLAN)
        if day == 5:
            self.first = self.hand_in(note="I was not sure about the feelings.")
        if day == 6:
            asked = {"what_i_did": "What went on after you left?"}
            self.answer(self.first, "another_look", FIRST_ANSWER, asked)
            unlock_due(by=System("test"), now=clock.now())
        if day == 8:
            later = {**PAIN_CYCLE, "long_term_result": "They ask me less often, and I miss it."}
            self.fill("w1-pain-cycle", later, supersedes=self.cycle)
            self.second = self.hand_in()
        if day == 9:
            self.answer(self.second, "reviewed", SECOND_ANSWER, REMARKS)
