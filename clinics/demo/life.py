"""What one made-up patient does, moment by moment, through the same actions as everybody."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from functools import partial
from typing import Any
from uuid import uuid4

from clinics.actions import enrol_and_invite
from clinics.demo import people, texts, turns
from clinics.demo.answers import typed
from clinics.demo.clock import days_ago
from clinics.demo.people import Course, Persona
from clinics.demo.weeks import FEEDBACK, WEEKS
from messaging.actions import mark_read, send_message
from messaging.models import Thread
from painclinic import clock
from painclinic.accounts.actions import accept_invitation, withdraw_invitation
from painclinic.accounts.models import Clinic, Invitation, User
from painclinic.audit.actions import record
from painclinic.audit.models import Action
from patients.actions.consent import give_consent, text_to_agree_to
from patients.actions.enrolment import Person
from patients.actions.entries import submit_entry
from patients.actions.homework import submit_homework
from patients.actions.measures import submit_response
from patients.actions.plans import save_safety_plan
from patients.actions.progress import (
    answer_check,
    finish_step,
    open_module,
    rate_step,
    unlock_if_due,
    visit_step,
)
from patients.actions.reviews import give_review
from patients.actions.steering import place_hold
from patients.measures.due import Part, open_sets
from patients.models import Enrolment, Entry, Homework, Occasion
from programs.models import Module, ProgrammeVersion, Step

Moment = tuple[datetime, Callable[[], None]]


@dataclass
class Life:
    """One patient's past. `moments()` says what happens when; each is run with the clock set to it."""

    persona: Persona
    clinic: Clinic
    admin: User
    therapist: User
    version: ProgrammeVersion
    enrolment: Enrolment = field(init=False)
    invitation: Invitation = field(init=False)

    @property
    def user(self) -> User:
        return self.enrolment.patient.user

    def _at(self, days: float, hour: int, minute: int = 0) -> datetime:
        return days_ago(max(int(days), 0), time(hour, minute), self.persona.timezone)

    def moments(self) -> list[Moment]:
        """Everything that happened to this patient, in order."""
        began, course = self.persona.began, self.persona.course
        past: list[Moment] = [(self._at(began + 3, 10), self.enrol)]
        if course == Course.INVITATION_WITHDRAWN:
            return [*past, (self._at(began + 1, 11), self.withdraw)]
        if course in (Course.INVITED, Course.INVITATION_RAN_OUT):
            return past
        past.append((self._at(began + 2, 18, self.persona.story), self.join))
        past.append((self._at(began + 1, 9, 30), self.welcome))
        if course != Course.NOT_BEGUN:
            past += self._first_week()
        if self.persona.turn:
            past.append((self._at(1, 21, 30), partial(turns.take, self.persona.turn, self)))
        return past + self._questions() + self._letters()

    def _questions(self) -> list[Moment]:
        """The questionnaires at the start, and those of each week; whoever fell silent answers no more."""
        weeks = 1 if self.persona.course in (Course.SILENT, Course.NOT_BEGUN) else self.persona.began // 7 + 1
        return [
            (self._at(self.persona.began - 7 * (week - 1), 21, 40), partial(self._answer_questions, week))
            for week in range(1, weeks + 1)
            if self.persona.began > 7 * (week - 1) and self._answers_in(week)
        ]

    def _answers_in(self, week: int) -> bool:
        """Now and then somebody leaves a week out; the demonstration's own patient has this week's left."""
        if self.persona.course == Course.SHOWN:
            return False
        return week == 1 or (self.persona.story + 3 * week) % 7 != 0

    def _answer_questions(self, week: int) -> None:
        for due in open_sets(self.user, self._own()):
            for part in due.left:
                self._answer_one(due.occasion, part, week)
        # The questionnaire for back pain is asked once it is known that it is the back.
        for due in open_sets(self.user, self._own()):
            for part in due.left:
                self._answer_one(due.occasion, part, week)

    @property
    def _number(self) -> int:
        """By which answers are chosen. The two who can be signed in as get better, without an alert."""
        return 0 if self.persona.email.startswith("patient") else self.persona.story + 5 * self.persona.began

    def _own(self) -> Enrolment:
        return Enrolment.objects.select_related("patient", "clinic").get(pk=self.enrolment.pk)

    def _answer_one(self, occasion: Occasion, part: Part, week: int) -> None:
        submit_response(
            by=self.user,
            enrolment=self.enrolment,
            occasion=occasion,
            slug=part.slug,
            raw=typed(part.definition, person=self._number, week=week),
            submission_id=uuid4(),
            seconds=40,
        )

    def _first_week(self) -> list[Moment]:
        """Steps on the first evenings, the log on following days, then what the course says."""
        began, course = self.persona.began, self.persona.course
        steps = {Course.READING: 2 + self.persona.story, Course.SILENT: 3, Course.SHOWN: 9}.get(course, 99)
        evenings = [
            (self._at(began - day, 19, 5 * self.persona.story), day) for day in range(min(began + 1, 4))
        ]
        past: list[Moment] = []
        for moment, day in evenings:
            past.append((moment, self._steps(3 * day, min(3 * day + 3, steps))))
        if course in (Course.READING, Course.SILENT):
            return past
        for day in range(1, min(began, 4) + 1):
            past.append((self._at(began - day, 20, 30), self._log(day)))
        if course == Course.SHOWN:
            return [*past, (self._at(1, 18, 40), self._worksheets), (self._at(1, 18, 55), self._plan)]
        return [*past, (self._at(began - 4, 20, 45), self._worksheets), *self._homework()]

    def _homework(self) -> list[Moment]:
        began, course = self.persona.began, self.persona.course
        past: list[Moment] = [(self._at(began - 5, 20), self.hand_in)]
        if course == Course.HANDED_IN:
            return past
        if course in (Course.ANOTHER_LOOK, Course.HANDED_IN_AGAIN):
            past.append((self._at(began - 6, 10, 15), self.ask_another_look))
        else:
            past.append((self._at(began - 6, 11), self.review))
        if course == Course.HANDED_IN_AGAIN:
            past.append((self._at(began - 7, 19), self.hand_in_again))
        if course == Course.ON_HOLD:
            past.append((self._at(began - 6, 11, 20), self.hold))
        if course == Course.FURTHER_ON:
            past += self._later_weeks()
        return past

    def _later_weeks(self) -> list[Moment]:
        """One module more about each week: its steps, its worksheets, the homework and the answer to it."""
        past: list[Moment] = []
        for number in range(2, min(self.persona.began // 7, 7) + 2):
            began = self.persona.began - 7 * (number - 1)
            happens: list[tuple[int, time, Callable[[], None]]] = [
                (0, time(18, 10), self.begin_next),
                (1, time(20), partial(self._read_week, number)),
                (5, time(19, 30), partial(self._hand_in_week, number)),
                (6, time(10, 20), partial(self._answer_week, number)),
            ]
            past += [
                (self._at(began - day, at.hour, at.minute), what) for day, at, what in happens if began > day
            ]
        return past

    def _week(self, number: int) -> Module:
        return Module.objects.get(version=self.version, number=number)

    def _read_week(self, number: int) -> None:
        for step in self._week(number).path_steps():
            self._do(step)

    def _hand_in_week(self, number: int) -> None:
        today = clock.local_today(self.persona.timezone)
        for filling in WEEKS[number]:
            self._fill(filling.slug, filling.typed(today))
        self._submit(number)

    def _answer_week(self, number: int) -> None:
        self._look("homework-view")
        sent = Homework.objects.filter(enrolment=self.enrolment, module=self._week(number))
        comment = FEEDBACK[(number + self.persona.story) % len(FEEDBACK)]
        give_review(by=self.therapist, homework=sent.get(), outcome="reviewed", comment=comment)

    def _plan(self) -> None:
        patient = self.enrolment.patient
        save_safety_plan(by=self.user, patient=patient, raw=texts.SAFETY_PLAN, submission_id=uuid4())

    def _letters(self) -> list[Moment]:
        question = self.persona.story % len(texts.QUESTIONS)
        days = {"new": 0, "late": 4, "answered": 3}.get(self.persona.writes)
        if days is None:
            return []
        past: list[Moment] = [(self._at(days, 7, 40), lambda: self._write(texts.QUESTIONS[question]))]
        if self.persona.writes == "answered":
            past.append((self._at(days - 1, 10, 5), lambda: self._answer(texts.ANSWERS[question])))
        return past

    # What happens

    def enrol(self) -> None:
        number = self.persona.story
        person = Person(
            name=self.persona.name,
            date_of_birth=self.persona.born,
            email=self.persona.email,
            mobile=f"07700 9001{number}{self.persona.began % 10}",
            timezone=self.persona.timezone,
            language="en-gb",
            address=f"{number + 3} Canal Street, Millbrook",
            emergency_contact_name="A made-up relative",
            emergency_contact_phone=f"07700 9002{number}0",
            gp_name="Millbrook Surgery",
            gp_contact="0115 496 0200",
        )
        self.enrolment = enrol_and_invite(
            by=self.admin,
            clinic=self.clinic,
            request_id=uuid4(),
            person=person,
            programme_version=self.version,
            therapist=self.therapist,
            starts_on=clock.local_today(self.persona.timezone) + timedelta(days=3),
        )
        User.objects.filter(pk=self.enrolment.patient.user_id).update(is_demo=True)
        self.invitation = Invitation.objects.get(user=self.enrolment.patient.user)

    def withdraw(self) -> None:
        withdraw_invitation(by=self.admin, invitation=self.invitation)

    def join(self) -> None:
        password = people.PASSWORD if self.persona.email in people.SIGN_INS else None
        accept_invitation(invitation=self.invitation, password=password)
        self.enrolment.patient.user.refresh_from_db()
        text = text_to_agree_to(self.enrolment.patient)
        if text:
            give_consent(by=self.user, patient=self.enrolment.patient, text=text)

    def welcome(self) -> None:
        self._answer(texts.WELCOME)

    def _steps(self, first: int, last: int) -> Callable[[], None]:
        """Go through the steps of Module 1 from `first` up to, not including, `last`."""

        def go_on() -> None:
            self._read(self.user)
            module = self._week(1)
            open_module(by=self.user, enrolment=self.enrolment, module=module)
            path = module.path_steps()
            for step in path[first:last]:
                self._do(step)
            if last < len(path):
                visit_step(by=self.user, enrolment=self.enrolment, step=path[last])

        return go_on

    def _do(self, step: Step) -> None:
        who: dict[str, Any] = {"by": self.user, "enrolment": self.enrolment, "step": step}
        for number, question in enumerate(step.questions):
            right = next(i for i, option in enumerate(question["options"]) if option["correct"])
            slip = (number + self.persona.story) % 5 == 0
            answer_check(**who, question=question["id"], option=(right + slip) % len(question["options"]))
        if step.rating:
            rate_step(**who, before=6, after=6 - self.persona.story % 3)
        finish_step(**who)

    def _fill(self, slug: str, raw: dict[str, str], supersedes: Entry | None = None) -> Entry:
        sheet = self.version.worksheets.get(slug=slug)
        return submit_entry(
            by=self.user,
            enrolment=self.enrolment,
            worksheet=sheet,
            raw=raw,
            submission_id=uuid4(),
            supersedes=supersedes,
        )

    def _log(self, day: int) -> Callable[[], None]:
        def note() -> None:
            lines = texts.DAYS[(day + self.persona.story) % len(texts.DAYS)]
            for activity, category, minutes, before, after in lines:
                raw = {
                    "date": clock.local_today(self.persona.timezone).isoformat(),
                    "activity": activity,
                    "category": category,
                    "minutes": str(minutes),
                    "pain_before": str(before),
                    "pain_after": str(after),
                }
                self._fill("w3-activity-log", raw)

        return note

    def _map(self, **changes: str) -> dict[str, str]:
        story = texts.STORIES[self.persona.story]
        raw = {key: value for key, value in story.items() if isinstance(value, str) and key != "hope"}
        for row, (name, strength) in enumerate(story["feelings"]):
            raw |= {f"feelings-{row}-name": name, f"feelings-{row}-strength": strength}
        return raw | changes

    def _worksheets(self) -> None:
        when, where, reminder, obstacle, then = texts.PLANS[self.persona.story % len(texts.PLANS)]
        self._fill("w1-pain-cycle", self._map())
        self._fill("first-hope", {"hope": texts.STORIES[self.persona.story]["hope"]})
        plan = {"when": when, "where": where, "reminder": reminder, "obstacle": obstacle, "if_then": then}
        self._fill("practice-plan", plan | {"confidence": str(5 + self.persona.story % 5)})

    def hand_in(self) -> None:
        self._submit()

    def _submit(self, number: int = 1) -> None:
        submit_homework(
            by=self.user,
            enrolment=self.enrolment,
            module=self._week(number),
            submission_id=uuid4(),
            note="The log was easier than I thought." if self.persona.story % 2 else "",
            is_partial=True,
        )

    def _newest(self) -> Homework:
        return Homework.objects.filter(enrolment=self.enrolment).latest("version")

    def _look(self, verb: str) -> None:
        """Leave the trace that opening the page would leave."""
        record(
            by=self.therapist,
            action=Action.READ,
            verb=verb,
            subject_id=self.enrolment.patient_id,
            clinic_id=self.clinic.pk,
        )

    def review(self) -> None:
        self._look("homework-view")
        homework = self._newest()
        map_entry = homework.entries.get(worksheet__slug="w1-pain-cycle")
        give_review(
            by=self.therapist,
            homework=homework,
            outcome="reviewed",
            comment=texts.FEEDBACK[self.persona.story % len(texts.FEEDBACK)],
            comments=[(map_entry, "thoughts", texts.REMARK)],
        )

    def ask_another_look(self) -> None:
        self._look("homework-view")
        give_review(
            by=self.therapist, homework=self._newest(), outcome="another_look", comment=texts.ANOTHER_LOOK
        )

    def hand_in_again(self) -> None:
        entry = self._newest().entries.get(worksheet__slug="w1-pain-cycle")
        self._fill("w1-pain-cycle", self._map(situation="The moment when I stood up from the table."), entry)
        self._submit()

    def hold(self) -> None:
        place_hold(
            by=self.therapist, enrolment=self.enrolment, reason="Wants one quieter week first; agreed."
        )

    def begin_next(self) -> None:
        unlock_if_due(by=self.user, enrolment=self.enrolment)
        opened = self.enrolment.module_progress.select_related("module").order_by("-module__number").first()
        if opened:
            open_module(by=self.user, enrolment=self.enrolment, module=opened.module)

    def _write(self, body: str) -> None:
        self._read(self.user)
        send_message(by=self.user, patient=self.enrolment.patient, body=body, submission_id=uuid4())

    def _answer(self, body: str) -> None:
        self._look("thread-view")
        self._read(self.therapist)
        send_message(by=self.therapist, patient=self.enrolment.patient, body=body, submission_id=uuid4())

    def _read(self, reader: User) -> None:
        thread = Thread.objects.filter(patient=self.enrolment.patient).first()
        if thread and thread.last_message_at:
            mark_read(by=reader, thread=thread, until=thread.last_message_at)
