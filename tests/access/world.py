"""Everybody who may knock at a page, and one of everything that belongs to a patient.

Maria is the patient whom everything is about. Whatever belongs to a person bears marks of theirs
(canaries), so that any answer to anybody can be searched for what it must not hold.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import time, timedelta
from typing import Any
from uuid import UUID, uuid4

from django.db import connection, transaction
from django.test import Client

from messaging.models import Delivery, DemoMail, Message, Reminder, ReminderPreference, Thread, ThreadRead
from painclinic import clock
from painclinic.accounts.actions import end_membership, invite
from painclinic.accounts.models import Invitation, Role, User
from painclinic.crypto import keys
from patients.actions.alert_handling import acknowledge
from patients.actions.alerts import flag_risk
from patients.actions.emergency import open_in_emergency
from patients.actions.enrolment import change_therapist
from patients.models import (
    AdverseEvent,
    Alert,
    AlertStep,
    Assignment,
    AttentionMark,
    AttentionReading,
    AuditItem,
    CheckAnswer,
    CourseChange,
    Draft,
    DraftRevision,
    Enrolment,
    Entry,
    GoalRating,
    Homework,
    ModuleHold,
    ModuleProgress,
    Occasion,
    Patient,
    Report,
    ReportBatch,
    Respite,
    Review,
    ReviewComment,
    SafetyPlan,
    SafetyPlanOffer,
    SleepWindow,
    StepProgress,
    StepRating,
)
from programs.models import Module
from tests.access.measured import make_measured
from tests.factories.adverse import added, reported
from tests.factories.cast import Cast, a_person, make_patient, make_staff, real_version
from tests.factories.daily_tests import make_daily_test
from tests.factories.samples import an_audit_item
from tests.factories.ways import a_device

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
# A Monday, far enough away for no clock to meet it.
CLOSED_DAY = "2035-03-05"
PDF = b"%PDF-1.7 painclinic test"


@dataclass
class Records:
    """One of everything of one patient, each written part with the person's mark in it."""

    mark: str
    entry: Entry
    log_entry: Entry
    goal: Entry
    homework: Homework
    reviewed: Homework
    review: Review
    thread: Thread
    report: Report
    patient_report: Report
    draft: Draft
    reminder: Reminder
    change: CourseChange
    alert: Alert
    audit_item: AuditItem
    card: Entry
    plan: Entry
    occasion: Occasion
    adverse: AdverseEvent

    @property
    def texts(self) -> list[str]:
        """What nobody outside the treatment may read."""
        return [f"{self.mark}-{sink}" for sink in SINKS]


SINKS = (
    "situation",
    "activity",
    "note",
    "comment",
    "remark",
    "message",
    "reply",
    "hold",
    "pause",
    "change",
    "draft",
    "goal",
    "walking",
    "thought",
    "card",
    "plan",
    "window",
    "occasion",
    "missing",
    "seen",
    "answer",
    "risk",
    "learnt",
    "safety",
    "effect",
    "assessed",
)


def make_records(enrolment: Enrolment, therapist: User, mark: str) -> Records:
    """Fill a patient's first two weeks: opened module, worksheet, log, homework with review, messages."""
    patient, user = enrolment.patient, enrolment.patient.user
    now = clock.now()
    row = {"patient": patient, "clinic": enrolment.clinic}
    of = {**row, "enrolment": enrolment}
    module = enrolment.programme_version.modules.get(number=1)
    _progress(of, module, now)
    entry = _entry(of, user, "w1-pain-cycle", _pain_cycle(mark))
    log_entry = _entry(of, user, "w3-activity-log", _activity(mark, patient))
    goal = _entry(of, user, "w2-goal", _goal(mark, patient))
    GoalRating.objects.create(**of, goal=goal, level=0, on_date=now.date(), created_by=user)
    make_measured(of, therapist, mark)
    _entry(of, user, "w4-pacing-plan", _pacing_plan(mark, patient))
    _entry(of, user, "first-hope", ({}, {"hope": f"{mark}-situation"}))
    reviewed = _homework(of, module, 1, mark, [entry])
    review = Review.objects.create(
        **row, homework=reviewed, by=therapist, outcome="another_look", comment=f"{mark}-comment"
    )
    ReviewComment.objects.create(**row, review=review, entry=entry, field="situation", body=f"{mark}-remark")
    homework = _homework(of, module, 2, mark, [entry, log_entry])
    ModuleHold.objects.create(**of, placed_by=therapist, reason=f"{mark}-hold"[-200:])
    Respite.objects.create(
        **of,
        kind=Respite.Kind.PAUSE,
        started_by=therapist,
        started_at=now - timedelta(days=3),
        days=1,
        ends_at=now - timedelta(days=2),
        ended_at=now - timedelta(days=2),
        reason=f"{mark}-pause",
    )
    change = CourseChange.objects.create(
        **of, kind=CourseChange.Kind.EXTEND_WINDOW, payload={"days": 7}, by=therapist, reason=f"{mark}-change"
    )
    SafetyPlan.objects.create(
        **row, submission_id=uuid4(), version=1, texts={"helpers": [{"name": f"{mark}-safety"}]}, by=user
    )
    SafetyPlanOffer.objects.create(**row, by=therapist)
    thread = _conversation(row, user, therapist, mark)
    batch = ReportBatch.objects.create(requested_by=therapist, request_id=uuid4())
    alert = _alert(enrolment, therapist, mark)
    report = _report(of, therapist, Report.Edition.THERAPIST, batch)
    patient_report = _report(of, user, Report.Edition.PATIENT)
    return Records(
        mark=mark,
        entry=entry,
        log_entry=log_entry,
        goal=goal,
        homework=homework,
        reviewed=reviewed,
        review=review,
        thread=thread,
        report=report,
        patient_report=patient_report,
        draft=_draft(row, user, enrolment, mark),
        reminder=_reminder(patient),
        change=change,
        alert=alert,
        audit_item=an_audit_item(alert, therapist, mark),
        **_weeks(of, user, therapist, mark),
        occasion=Occasion.objects.get(**of, slug="extra-1"),
        adverse=_adverse(enrolment, therapist, mark),
    )


def _progress(of: dict[str, Any], module: Module, now: Any) -> None:
    ModuleProgress.objects.create(
        **of, module=module, unlocked_at=now - timedelta(days=1), first_opened_at=now - timedelta(days=1)
    )
    steps = list(module.steps.filter(number__gt=0).order_by("number"))
    for step in steps:
        StepProgress.objects.create(**of, step=step, visited_at=now, done_at=now)
    check = next(step for step in steps if step.kind == "check")
    question = check.questions[0]["id"]
    CheckAnswer.objects.create(**of, step=check, question=question, option=0, is_correct=False)
    exercise = next(step for step in steps if step.kind == "exercise")
    StepRating.objects.create(**of, step=exercise, before=6, after=5)


def _pain_cycle(mark: str) -> tuple[dict[str, Any], dict[str, Any]]:
    values = {
        "pain": 6,
        "feelings": [{"name": "sad", "strength": 40}],
        "one_link_to_change": "thoughts",
    }
    texts = {"situation": f"{mark}-situation", "thoughts": "It will not end", "what_i_did": "I rested"}
    return values, texts


def _activity(mark: str, patient: Patient) -> tuple[dict[str, Any], dict[str, Any]]:
    day = clock.local_today(patient.timezone).isoformat()
    values = {"date": day, "category": "chores", "minutes": 30, "pain_before": 4, "pain_after": 6}
    return values, {"activity": f"{mark}-activity"}


def _goal(mark: str, patient: Patient) -> tuple[dict[str, Any], dict[str, Any]]:
    day = clock.local_today(patient.timezone)
    values = {
        "start": day.isoformat(),
        "target": (day + timedelta(days=30)).isoformat(),
        "baseline_level": "-1",
    }
    return values, {"goal": f"{mark}-goal", "gas_0": "There and back"}


def _pacing_plan(mark: str, patient: Patient) -> tuple[dict[str, Any], dict[str, Any]]:
    day = clock.local_today(patient.timezone).isoformat()
    trials = [{"amount": amount, "stopped_because": "pain"} for amount in (12, 18, 15)]
    values = {"unit": "minutes", "trials": trials, "start": day, "goal_amount": 30}
    return values, {"activity": f"{mark}-walking"}


def _weeks(of: dict[str, Any], user: User, therapist: User, mark: str) -> dict[str, Entry]:
    """One line of each log with a page of its own; the card and the plan can be acted on."""
    day = clock.local_today(of["patient"].timezone).isoformat()
    feelings = {"feelings": [{"name": "sad", "pct_before": 80}]}
    thought = {
        "when": f"{day}T08:00",
        "belief_before": 90,
        "belief_after": 30,
        **feelings,
        "feelings_after": [{"name": "sad", "pct_after": 40}],
    }
    _entry(of, user, "w7-thought-record", (thought, {"thought": f"{mark}-thought"}), on_date=day)
    night = {"into_bed": "22:30", "tried_to_sleep": "23:00", "final_wake": "06:30", "out_of_bed": "07:15"}
    night = {"date_of_morning": day, "sol_min": 45, "waso_min": 60, "quality": 3} | night
    _entry(of, user, "w9-sleep-diary", (night, {}), on_date=day)
    calm = {"technique": "body-scan", "minutes": 10, "tension_before": 7, "tension_after": 4}
    _entry(of, user, "w5-relaxation-log", ({"date": day} | calm, {}))
    SleepWindow.objects.create(
        **of,
        is_on=True,
        minimum=360,
        ruled_out=SleepWindow.Stop.values,
        reason=f"{mark}-window",
        by=therapist,
    )
    card = _entry(
        of, user, "w8-coping-card", ({"made_on": day}, {"helpful_sentence": f"{mark}-card"}), on_date=day
    )
    plan = {"planned_date": day, "expected_enjoyment": 3}
    plans = _entry(of, user, "w6-activity-plan", (plan, {"activity": f"{mark}-plan"}), on_date=day)
    return {"card": card, "plan": plans}


def _entry(
    of: dict[str, Any],
    user: User,
    slug: str,
    answers: tuple[dict[str, Any], dict[str, Any]],
    on_date: str = "",
) -> Entry:
    values, texts = answers
    worksheet = of["enrolment"].programme_version.worksheets.get(slug=slug)
    return Entry.objects.create(
        **of,
        worksheet=worksheet,
        step=worksheet.steps.first(),
        submission_id=uuid4(),
        values=values,
        texts=texts,
        on_date=on_date or values.get("date") or values.get("start"),
        locale="en-gb",
        created_by=user,
    )


def _homework(of: dict[str, Any], module: Module, version: int, mark: str, entries: list[Entry]) -> Homework:
    homework = Homework.objects.create(
        **of,
        module=module,
        version=version,
        submission_id=uuid4(),
        note=f"{mark}-note",
        review_due_at=clock.now() + timedelta(days=2),
    )
    homework.entries.set(entries)
    return homework


def _conversation(row: dict[str, Any], user: User, therapist: User, mark: str) -> Thread:
    now = clock.now()
    thread = Thread.objects.create(
        **row, last_message_at=now, waiting_since=now, reply_due_at=now + timedelta(days=1)
    )
    for author, side, sink in ((therapist, "team", "reply"), (user, "patient", "message")):
        Message.objects.create(
            **row, thread=thread, author=author, side=side, body=f"{mark}-{sink}", submission_id=uuid4()
        )
    ThreadRead.objects.create(**row, thread=thread, user=user, read_until=now)
    written = Message.objects.get(thread=thread, side="patient")
    AttentionMark.objects.create(**row, written="message", object_id=written.pk, words_version="test")
    read = AttentionMark.objects.create(**row, written="note", object_id=uuid4(), words_version="test")
    AttentionReading.objects.create(**row, mark=read, by=therapist)
    return thread


def _draft(row: dict[str, Any], user: User, enrolment: Enrolment, mark: str) -> Draft:
    target = f"entry:{enrolment.pk}:w3-activity-log"
    data = {"activity": f"{mark}-draft"}
    draft = Draft(
        **row,
        id=Draft.id_for(user.pk, target, 0),
        user=user,
        purpose="entry",
        target=target,
        rev=1,
        data=data,
    )
    draft.save(force_insert=True)
    DraftRevision.objects.create(**row, draft=draft, rev=1, data=data, tab="aaa.1")
    return draft


def _alert(enrolment: Enrolment, therapist: User, mark: str) -> Alert:
    """One that the therapist raised by hand and has taken on."""
    alert = flag_risk(by=therapist, enrolment=enrolment, level=2, reason=f"{mark}-risk"[-900:])
    return acknowledge(by=therapist, alert=alert)


def _adverse(enrolment: Enrolment, therapist: User, mark: str) -> AdverseEvent:
    """One that the patient reported and nobody has assessed, after one that staff wrote down."""
    # The end of the mark: what is too long is cut off.
    end = f"{mark}-assessed"
    texts = {"title": end[-150:], "description": end[-900:], "note": end[-900:]}
    added(enrolment, therapist, grade=3, criteria=["hospital"], **texts)
    return reported(enrolment, what=f"{mark}-effect"[-900:])


def _report(of: dict[str, Any], reader: User, edition: str, batch: ReportBatch | None = None) -> Report:
    now = clock.now()
    return Report.objects.create(
        **of,
        reader=reader,
        requested_by=reader,
        edition=edition,
        batch=batch,
        request_id=uuid4(),
        state=Report.State.READY,
        percent=100,
        ready_at=now,
        pages=1,
        content=PDF,
    )


def _reminder(patient: Patient) -> Reminder:
    now = clock.now()
    reminder = Reminder.objects.create(
        dedupe_key=f"test:{patient.pk}",
        kind=Reminder.Kind.INACTIVE,
        clinic_id=patient.clinic_id,
        user=patient.user,
        patient=patient,
        target_id=patient.pk,
        due_at=now,
        not_after=now + timedelta(days=1),
        state=Reminder.State.SENT,
    )
    Delivery.objects.create(reminder=reminder, was_accepted=True, provider_id="<test@localhost>")
    ReminderPreference.objects.create(patient=patient, off_kinds=[], quiet_from=time(21), quiet_until=time(8))
    return reminder


@dataclass
class World:
    """The cast, grown to every kind of person that a page has to tell apart; `people` is the columns.

    `mark` stands in everything that was written to, by or about Maria.
    """

    mark: str = "canary-maria"
    cast: Cast = field(init=False)
    people: dict[str, User | None] = field(init=False)
    records: dict[str, Records] = field(init=False)

    def __post_init__(self) -> None:
        self.cast = cast = Cast(on_programme=real_version)
        self.nora = self._patient("Nora Vane", "nora@example.org", cast.therapist)
        self.newcomer = self._patient("Ines Roy", "ines@example.org", cast.therapist, consent=False)
        self.records = {
            "maria": make_records(cast.enrolment, cast.therapist, self.mark),
            "omar": make_records(cast.other_enrolment, cast.unassigned_therapist, "canary-omar"),
            "nora": make_records(self.nora, cast.therapist, "canary-nora"),
            "lea": make_records(cast.elsewhere_enrolment, cast.elsewhere_therapist, "canary-lea"),
        }
        self.staff_invitation = self._invitation()
        self.daily_test = make_daily_test(cast.clinic, cast.therapist)
        # However long the tests take, nothing is overdue.
        AlertStep.objects.update(done_at=clock.now())
        cast.clinic.closed_days = {CLOSED_DAY: "Moving house"}
        cast.clinic.save(update_fields=["closed_days"])
        self.emergency = open_in_emergency(
            by=self._staff(Role.THERAPIST, "Emma Gent"),
            patient=cast.patient,
            reason=f"{self.mark}-reason for opening it now",
        )
        self.device = a_device(self.cast.therapist)
        self.mail = DemoMail.objects.create(to="maria@example.org", subject="You have a message", body="Hi")
        self.people = {
            "anon": None,
            "own": cast.patient.user,
            "pat": cast.other_patient.user,
            "far": cast.elsewhere_patient.user,
            "new": self.newcomer.patient.user,
            "ther": cast.therapist,
            "same": cast.unassigned_therapist,
            "was": self._former_therapist(),
            "thfar": cast.elsewhere_therapist,
            "emer": self.emergency.user,
            "sup": cast.supervisor,
            "n2f": self._without_second_factor(),
            "adm": cast.admin,
            "admfar": cast.elsewhere_admin,
            "ended": self._membership_ended(),
            "gone": self._deactivated(),
        }

    def _staff(self, role: Role, name: str, **options: Any) -> User:
        email = f"{name.split()[0].lower()}@lakeside.test"
        return make_staff(self.cast.clinic, role, email, name, **options)

    def _patient(self, name: str, email: str, therapist: User, *, consent: bool = True) -> Enrolment:
        cast = self.cast
        person = a_person(name, email)
        return make_patient(cast.clinic, cast.admin, therapist, person, cast.version, consent=consent)

    def _covers(self, therapist: User) -> None:
        """Gives access to Maria, so that whatever refuses this person is what is tested and nothing else."""
        enrolment = self.cast.enrolment
        Assignment.objects.create(
            enrolment=enrolment,
            patient=enrolment.patient,
            clinic=enrolment.clinic,
            therapist=therapist,
            kind=Assignment.Kind.COVER,
        )

    def _former_therapist(self) -> User:
        former = self._staff(Role.THERAPIST, "Fay Past")
        change_therapist(by=self.cast.admin, enrolment=self.cast.enrolment, therapist=former)
        change_therapist(by=self.cast.admin, enrolment=self.cast.enrolment, therapist=self.cast.therapist)
        return former

    def _without_second_factor(self) -> User:
        user = self._staff(Role.THERAPIST, "Nick Twofold", second_factor=False)
        self._covers(user)
        return user

    def _membership_ended(self) -> User:
        user = self._staff(Role.THERAPIST, "Ed Leaver")
        self._covers(user)
        end_membership(by=self.cast.admin, membership=user.memberships.get())
        return user

    def _deactivated(self) -> User:
        user = self._staff(Role.THERAPIST, "Dee Activated")
        self._covers(user)
        return user

    def _invitation(self) -> Invitation:
        cast = self.cast
        return invite(
            by=cast.admin,
            clinic=cast.clinic,
            role=Role.THERAPIST,
            email="ivy@lakeside.test",
            name="Ivy Invited",
        )

    def sign_in_all(self) -> dict[str, Client]:
        """A browser for each person. Who was deactivated got in before that happened."""
        clients = {}
        for name, user in self.people.items():
            clients[name] = client = Client(raise_request_exception=True)
            if user:
                client.force_login(user, backend=BACKEND)
        gone = self.people["gone"]
        assert gone
        User.objects.filter(pk=gone.pk).update(is_active=False)
        return clients


# Whose record each person may look into: treatment and identity, or identity alone.
TREATED = {
    "own": {"maria"},
    "pat": {"omar"},
    "far": {"lea"},
    "new": {"ines"},
    "ther": {"maria", "nora", "ines"},
    "same": {"omar"},
    "thfar": {"lea"},
    "emer": {"maria"},
    "sup": {"maria", "omar", "nora", "ines"},
    # Let in to nothing without a second factor; the rows themselves are theirs to see.
    "n2f": {"maria"},
}
ADMINISTERED = {"adm": {"maria", "omar", "nora", "ines"}, "admfar": {"lea"}}
IDENTITIES = {
    "maria": ["Maria Lund", "maria@example.org"],
    "omar": ["Omar Aziz", "omar@example.org"],
    "nora": ["Nora Vane", "nora@example.org"],
    "lea": ["Lea Far", "lea@example.org"],
    "ines": ["Ines Roy", "ines@example.org"],
}


def forbidden_marks(world: World, person: str) -> list[str]:
    """Every mark that no answer to this person may hold."""
    treated = TREATED.get(person, set()) if person != "n2f" else set()
    known = treated | ADMINISTERED.get(person, set())
    marks = [text for name, records in world.records.items() if name not in treated for text in records.texts]
    marks += [text for name, texts in IDENTITIES.items() if name not in known for text in texts]
    return marks + ["canary-maria-reason"] * (person not in {"own", "emer", "adm"})


@contextmanager
def a_world(mark: str = "canary-maria") -> Iterator[World]:
    """The world in a transaction that is rolled back at the end, seen as the application's database role."""
    with transaction.atomic():
        try:
            world = World(mark)
            with connection.cursor() as cursor:
                cursor.execute("SET LOCAL ROLE painclinic_app")
            keys.forget()
            yield world
        finally:
            transaction.set_rollback(True)


def other_ids(world: World) -> dict[str, UUID]:
    """Ids of Omar by every name that a form or an address might give them."""
    omar = world.cast.other_enrolment
    return {
        "patient": omar.patient_id,
        "patient_id": omar.patient_id,
        "enrolment": omar.pk,
        "enrolment_id": omar.pk,
        "user": omar.patient.user_id,
        "user_id": omar.patient.user_id,
    }
