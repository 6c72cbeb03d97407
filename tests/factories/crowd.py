"""Much of everything: a clinic with many patients, and a patient with a long record.

For what must stay the same however much there is: numbers of queries, and times in `bench/`.
"""

from datetime import timedelta
from typing import Any
from uuid import uuid4

from messaging.models import Delivery, Message, Reminder, Thread
from painclinic import clock
from painclinic.accounts.actions import accept_invitation, invite
from painclinic.accounts.models import Clinic, Role, User
from painclinic.audit.actions import System, record
from painclinic.audit.models import Action
from painclinic.crypto import keys
from patients.actions.consent import give_consent
from patients.actions.emergency import end_emergency_access, open_in_emergency
from patients.actions.enrolment import enrol_patient
from patients.models import (
    Assignment,
    CheckAnswer,
    ConsentText,
    Draft,
    DraftRevision,
    Enrolment,
    Entry,
    GoalRating,
    Homework,
    ModuleHold,
    Report,
    ReportBatch,
    Review,
    ReviewComment,
    StepRating,
)
from programs.models import ProgrammeVersion
from tests.access.world import make_records
from tests.factories.adverse import added, assessed, reported
from tests.factories.cast import a_person
from tests.factories.measures import answered_ago, occasion_on

SYSTEM = System("test")
PDF = b"%PDF-1.7 painclinic test"


def enrol_many(
    clinic: Clinic, admin: User, therapist: User, version: ProgrammeVersion, *, names: list[str]
) -> list[Enrolment]:
    """Patients of one therapist with one of everything each; every tenth is only invited so far."""
    text = ConsentText.objects.in_force(clinic, "en-gb")
    enrolments = []
    for number, name in enumerate(names):
        keys.forget()
        enrolment, invitation = enrol_patient(
            by=admin,
            clinic=clinic,
            request_id=uuid4(),
            person=a_person(name, f"{name.lower().replace(' ', '.')}@{clinic.pk.hex[-6:]}.example"),
            programme_version=version,
            therapist=therapist,
            starts_on=clock.local_today("Europe/London") - timedelta(days=7),
        )
        enrolments.append(enrolment)
        if number % 10 == 9 or invitation is None:
            continue
        accept_invitation(invitation=invitation, password=None)
        if text:
            give_consent(by=enrolment.patient.user, patient=enrolment.patient, text=text)
        make_records(enrolment, therapist, f"text of {name}")
    keys.forget()
    return enrolments


def many_staff(clinic: Clinic, admin: User, *, count: int) -> None:
    """Colleagues, half of whom have followed their invitation."""
    for number in range(count):
        email = f"colleague{number}@{clinic.pk.hex[-6:]}.example"
        role = (Role.THERAPIST, Role.SUPERVISOR, Role.CLINIC_ADMIN)[number % 3]
        invitation = invite(by=admin, clinic=clinic, role=role, email=email, name=f"Colleague {number}")
        if number % 2:
            accept_invitation(invitation=invitation, password=None)


def lengthen(enrolment: Enrolment, therapist: User, helpers: list[User], *, times: int) -> None:
    """Make much more of everything that `make_records` made one of."""
    row = {"patient": enrolment.patient, "clinic": enrolment.clinic}
    of = {**row, "enrolment": enrolment}
    entries = _entries(of, times)
    _skills(of, times)
    _weeks(of, times)
    _versions(of, therapist, entries, times)
    _conversation(row, therapist, times)
    _steps(of, times)
    _people(of, helpers, therapist)
    _drafts(row, times)
    _answers(of["enrolment"], times)
    _adverse(of["enrolment"], therapist, times)
    for number in range(times):
        for reader in (enrolment.patient.user, therapist):
            add_report(enrolment, reader, days_ago=number)
        _reminder(of, number)
        record(
            by=therapist,
            action=Action.READ,
            verb="patient-view",
            subject_id=enrolment.patient_id,
            clinic_id=enrolment.clinic_id,
        )


def _adverse(enrolment: Enrolment, therapist: User, times: int) -> None:
    """Reports of the patient, and events that were followed up as often."""
    for number in reversed(range(times)):
        with clock.moved(timedelta(days=-number)):
            reported(enrolment, what=f"Report {number}")
    event = added(enrolment, therapist)
    for _number in range(times):
        assessed(event, therapist)


def _answers(enrolment: Enrolment, times: int) -> None:
    """Questionnaires on as many days, and as many time points that were missed or are open."""
    today = clock.local_today(enrolment.patient.timezone)
    for number in range(1, times + 1):
        answered_ago(enrolment, number, peg=5, phq_9=8 + number % 2)
        occasion_on(enrolment, today - timedelta(days=number), "weekly", ["peg"])
        occasion_on(enrolment, today, "extra", ["peg"])


def _skills(of: dict[str, Any], times: int) -> None:
    """Weeks of the pacing log, beginning long ago, and as many ratings of the goal."""
    mine = Entry.objects.filter(enrolment=of["enrolment"]).current()
    plan, goal = mine.of("w4-pacing-plan").get(), mine.of("w2-goal").get()
    log = of["enrolment"].programme_version.worksheets.get(slug="w4b-pacing-log")
    user, today = of["patient"].user, clock.local_today(of["patient"].timezone)
    start = (today - timedelta(days=times)).isoformat()
    Entry.objects.create(
        **of,
        worksheet=plan.worksheet,
        submission_id=uuid4(),
        supersedes=plan,
        values=plan.values | {"start": start},
        texts=plan.texts,
        on_date=start,
        locale="en-gb",
        created_by=user,
    )
    for number in range(times):
        day = today - timedelta(days=number)
        Entry.objects.create(
            **of,
            worksheet=log,
            submission_id=uuid4(),
            values={"date": day.isoformat(), "done": 12, "target": 12, "kept_to_plan": "overdid"},
            texts={"activity": plan.texts["activity"]},
            on_date=day,
            locale="en-gb",
            created_by=user,
        )
        GoalRating.objects.create(**of, goal=goal, level=number % 3 - 1, on_date=day, created_by=user)


def _weeks(of: dict[str, Any], times: int) -> None:
    """As many lines of each log that has a page of its own, one a day."""
    mine = Entry.objects.filter(enrolment=of["enrolment"]).current().select_related("worksheet")
    slugs = ("w5-relaxation-log", "w6-activity-plan", "w7-thought-record", "w8-coping-card", "w9-sleep-diary")
    today = clock.local_today(of["patient"].timezone)
    for model in [mine.of(slug).latest("submitted_at") for slug in slugs]:
        field = model.worksheet.definition["log"]["date_field"]
        for number in range(1, times + 1):
            day = today - timedelta(days=number)
            said = str(model.values[field]).replace(str(today), str(day))
            Entry.objects.create(
                **of,
                worksheet=model.worksheet,
                submission_id=uuid4(),
                values=model.values | {field: said} | ({"done": "yes"} if number % 2 else {}),
                texts=model.texts,
                on_date=day,
                locale="en-gb",
                created_by=of["patient"].user,
            )


def _entries(of: dict[str, Any], times: int) -> list[Entry]:
    """A log of many days with two lines on each, and a chain of corrected worksheets."""
    sheets = {sheet.slug: sheet for sheet in of["enrolment"].programme_version.worksheets.all()}
    common = {**of, "locale": "en-gb", "created_by": of["patient"].user}
    today = clock.local_today(of["patient"].timezone)
    made = []
    for number in range(times):
        day = today - timedelta(days=number // 2)
        line = {
            "date": day.isoformat(),
            "category": "chores",
            "minutes": 30,
            "pain_before": 4,
            "pain_after": 6,
        }
        log = sheets["w3-activity-log"]
        entry = Entry.objects.create(
            **common,
            worksheet=log,
            submission_id=uuid4(),
            values=line,
            texts={"activity": "Sweeping"},
            on_date=day,
        )
        made.append(entry)
    newest = Entry.objects.filter(enrolment=of["enrolment"], worksheet__slug="w1-pain-cycle").current().get()
    for _ in range(times // 4):
        newest = Entry.objects.create(
            **common,
            worksheet=newest.worksheet,
            step=newest.step,
            submission_id=uuid4(),
            supersedes=newest,
            values=newest.values,
            texts=newest.texts,
        )
        made.append(newest)
    return made


def _versions(of: dict[str, Any], therapist: User, entries: list[Entry], times: int) -> None:
    """Homework handed in again and again; all versions but the newest are answered, at many places."""
    row = {"patient": of["patient"], "clinic": of["clinic"]}
    first = Homework.objects.filter(enrolment=of["enrolment"]).latest("version")
    waiting = first
    for version in range(first.version + 1, first.version + 1 + times // 8):
        review = Review.objects.create(
            **row, homework=waiting, by=therapist, outcome="another_look", comment="Please look again."
        )
        for entry in entries[-5:]:
            ReviewComment.objects.create(
                **row, review=review, entry=entry, field="situation", body="Say more."
            )
        waiting = Homework.objects.create(
            **of,
            module=first.module,
            version=version,
            submission_id=uuid4(),
            note="Again",
            review_due_at=clock.now() + timedelta(days=2),
        )
        waiting.entries.set(entries)


def _conversation(row: dict[str, Any], therapist: User, times: int) -> None:
    thread = Thread.objects.get(patient=row["patient"])
    for number in range(times):
        author, side = ((therapist, "team"), (row["patient"].user, "patient"))[number % 2]
        Message.objects.create(
            **row,
            thread=thread,
            author=author,
            side=side,
            body="A message of some length, as people write them.",
            submission_id=uuid4(),
            sent_at=clock.now() - timedelta(hours=times - number),
        )


def _steps(of: dict[str, Any], times: int) -> None:
    """Check questions answered and exercises rated many times."""
    module = of["enrolment"].programme_version.modules.get(number=1)
    for step in module.steps.all():
        for number in range(times // 4):
            for question in step.questions:
                CheckAnswer.objects.create(
                    **of, step=step, question=question["id"], option=0, is_correct=False
                )
            if step.rating:
                StepRating.objects.create(**of, step=step, before=6, after=number % 10)


def _people(of: dict[str, Any], helpers: list[User], therapist: User) -> None:
    """Who else has seen the record: covers whose time is over, and emergencies."""
    now = clock.now()
    for helper in helpers:
        Assignment.objects.create(
            **of,
            therapist=helper,
            kind=Assignment.Kind.COVER,
            started_at=now - timedelta(days=3),
            ended_at=now - timedelta(days=2),
        )
        access = open_in_emergency(by=helper, patient=of["patient"], reason="The patient called the clinic")
        end_emergency_access(by=helper, access=access)
        ModuleHold.objects.create(
            **of, placed_by=helper, reason="Wait", released_at=now, released_by=therapist
        )


def _drafts(row: dict[str, Any], times: int) -> None:
    draft = Draft.objects.filter(patient=row["patient"]).get()
    for rev in range(2, 2 + times):
        DraftRevision.objects.create(**row, draft=draft, rev=rev, data=draft.data, tab="aaa.1")
    draft.rev = 1 + times
    draft.save()


def add_report(enrolment: Enrolment, reader: User, *, days_ago: int = 0) -> Report:
    """A report that is ready, as the reader gets it; of staff one that they asked for with others."""
    own = reader == enrolment.patient.user
    now = clock.now()
    batch = None if own else ReportBatch.objects.create(requested_by=reader, request_id=uuid4())
    return Report.objects.create(
        enrolment=enrolment,
        patient=enrolment.patient,
        clinic=enrolment.clinic,
        reader=reader,
        requested_by=reader,
        batch=batch,
        edition=Report.Edition.PATIENT if own else Report.Edition.THERAPIST,
        request_id=uuid4(),
        state=Report.State.READY,
        requested_at=now - timedelta(days=days_ago),
        percent=100,
        ready_at=now,
        pages=4,
        content=PDF,
    )


def _reminder(of: dict[str, Any], number: int) -> None:
    now = clock.now()
    reminder = Reminder.objects.create(
        dedupe_key=f"test:{of['patient'].pk}:{number}",
        kind=Reminder.Kind.INACTIVE,
        clinic_id=of["clinic"].pk,
        user=of["patient"].user,
        patient=of["patient"],
        target_id=uuid4(),
        due_at=now - timedelta(days=number),
        not_after=now,
        state=Reminder.State.SENT,
    )
    Delivery.objects.create(reminder=reminder, was_accepted=False, fault="SMTPServerDisconnected")
    Delivery.objects.create(reminder=reminder, was_accepted=True, provider_id="<test@localhost>")
