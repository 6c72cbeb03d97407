"""The whole weekly loop, walked by three people in browsers of their own.

Everything that a person does is done on the pages; what a worker does is done by the worker's own job
functions (`World.work` says why); only the clock is moved by hand.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta

import pytest
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from playwright.sync_api import Page, expect

from messaging.models import Message, Reminder
from painclinic import clock
from painclinic.accounts.models import Clinic, Invitation, Role, User
from patients.models import (
    CheckAnswer,
    Consent,
    Entry,
    Homework,
    ModuleProgress,
    Patient,
    StepRating,
)
from tests.factories.cast import PASSWORD as ADMIN_PASSWORD
from tests.factories.cast import (
    a_person,
    make_clinic,
    make_patient,
    make_rota,
    make_staff,
    open_first_module,
    real_version,
)
from tests.functional.conftest import Faults
from tests.functional.loop import admin, patient, therapist
from tests.functional.loop.world import (
    MONDAY,
    PASSWORD,
    World,
    heading,
    link_in,
    mails_to,
    picture,
    ready,
    told,
)
from tests.unit.pdf.parsed import Parsed

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

ANNA, ROSA = "anna@lakeside.test", "rosa@example.org"


@pytest.fixture
def world(transactional_db: None, sign_in: Callable[[Page, User], str], faults: Faults) -> Iterator[World]:
    """Monday morning at nine."""
    # A form that was not filled right, and a link used twice: the console remarks on the status.
    faults.expect("status of 4(22|10)")
    surroundings = World(sign_in)
    surroundings.at(MONDAY)
    yield surroundings
    clock.set_shift(timedelta(0))


@dataclass
class Opened:
    """A clinic on its first day: its programme, its first admin, and two people who look after alerts."""

    clinic: Clinic
    admin: User
    secret: str


@pytest.fixture
def opened(world: World) -> Opened:
    clinic = make_clinic()
    first = make_staff(clinic, Role.CLINIC_ADMIN, "ada@lakeside.test", "Ada Min", second_factor=False)
    leads = [("sue@lakeside.test", "Sue Visor"), ("lou@lakeside.test", "Lou Visor")]
    make_rota(clinic, *(make_staff(clinic, Role.SUPERVISOR, email, name) for email, name in leads))
    secret = generate_totp_secret()
    TOTP.activate(first, secret)
    real_version()
    return Opened(clinic, first, secret)


def test_the_whole_loop(world: World, opened: Opened, open_page: Callable[..., Page]) -> None:
    desk, room, phone, laptop = open_page(1280), open_page(1280), open_page(360), open_page(1280)
    try:
        _people_come_together(world, opened, desk, room, phone)
        _module_one_is_worked_through(phone, laptop)
        _homework_goes_both_ways(room, laptop)
        _messages_go_both_ways(world, desk, room, laptop)
        _next_week_opens(world, room, phone)
        _reports_are_made(world, room, phone)
    finally:
        for name, page in {"desk": desk, "room": room, "phone": phone, "laptop": laptop}.items():
            picture(page, f"end-{name}")


# --- 1 and 2: everybody comes together ---


def _people_come_together(world: World, opened: Opened, desk: Page, room: Page, phone: Page) -> None:
    admin.sign_in(desk, opened.admin.email, ADMIN_PASSWORD, opened.secret)
    heading(desk, "Patients")
    admin.publish_consent(desk)
    admin.invite_therapist(desk, "Anna Berg", ANNA)
    world.work()
    therapist.join(room, link_in(mails_to(ANNA)[0]))
    admin.enrol_with_faults(desk, "Anna Berg")
    admin.enrol(desk)
    assert [person.name for person in Patient.objects.all()] == ["Rosa Delgado"]
    assert Invitation.objects.filter(user__email=ROSA).count() == 1
    world.work()
    letter = mails_to(ROSA)[0]
    for private in ("pain", "Dr Osei", "Anna"):
        assert private not in letter.subject + str(letter.body).replace("painclinic", "")
    patient.join(phone, link_in(letter))
    assert Consent.objects.get().text.version == 1
    phone.goto(link_in(letter))
    heading(phone, "You have used this link already")
    phone.goto("/home/")


# --- 3: the patient works through Module 1 ---


def _module_one_is_worked_through(phone: Page, laptop: Page) -> None:
    patient.begin(phone)
    patient.read_on(
        phone,
        {
            1: "Welcome, and how this works",
            2: "Pain is an alarm",
            3: "What turns the volume up and down",
        },
    )
    patient.step(phone, 4, "Try it: two minutes of noticing")
    patient.rate(phone)
    patient.go_on(phone)
    patient.read_on(phone, {5: "Hurt does not always mean harm"})
    patient.step(phone, 6, "The pain cycle and two traps")
    _goes_on_at_the_laptop(laptop)
    patient.read_on(laptop, {6: "The pain cycle and two traps"})
    patient.step(laptop, 7, "What has stayed with you?")
    patient.answer_questions(laptop)
    patient.go_on(laptop)
    patient.step(laptop, 8, "Draw your own pain cycle")
    patient.draw_cycle(laptop)
    patient.step(laptop, 9, "Start your activity log")
    laptop.get_by_role("link", name="Write the first one").click()
    patient.log(laptop, "2026-03-02", "Washing up")
    patient.step(laptop, 9, "Start your activity log")
    for day, activity in {"2026-03-01": "Lay on the sofa", "2026-02-28": "Cleaned all the windows"}.items():
        laptop.get_by_role("link", name="Add another one").click()
        patient.log(laptop, day, activity)
    picture(laptop, "log")
    patient.go_on(laptop)
    patient.step(laptop, 10, "One hope")
    patient.hope(laptop)
    patient.step(laptop, 11, "Your plan for the week")
    patient.plan(laptop)
    patient.step(laptop, 12, "Week 1 on one page")
    patient.go_on(laptop)
    heading(laptop, "Homework")
    assert CheckAnswer.objects.values("question").distinct().count() == 7
    assert StepRating.objects.filter(before=6).exists()
    assert StepRating.objects.filter(after=5).exists()
    assert Entry.objects.count() == 6


def _goes_on_at_the_laptop(laptop: Page) -> None:
    """Another device, signed in through the form: the home page leads to where the phone was."""
    admin.sign_in(laptop, ROSA, PASSWORD)
    today = laptop.locator(".today")
    expect(today.get_by_role("heading")).to_have_text("The pain cycle and two traps")
    expect(today).to_contain_text("Week 1, step 6 of 12")
    picture(laptop, "home-resumed")
    today.get_by_role("link", name="Go on").click()


# --- 4: homework, feedback, another look ---


def _homework_goes_both_ways(room: Page, laptop: Page) -> None:
    picture(laptop, "homework-ready")
    patient.hand_in(laptop, "Send to Anna Berg", "I was not sure about the feelings.")
    therapist.open_next(room, "Rosa Delgado", "omework")
    heading(room, "Rosa Delgado: homework of week 1")
    expect(room.get_by_text("I was not sure about the feelings.")).to_be_visible()
    expect(room.get_by_text("Cleaned all the windows").first).to_be_visible()
    therapist.remark(room, "What went through your mind?", "How do you know what they thought?")
    therapist.reply(room, "Thank you. Could you say what came later?", "Ask for another look", "Rosa")
    laptop.goto("/home/")
    expect(laptop.locator(".today")).to_contain_text("asks you to have another look")
    laptop.locator(".today").get_by_role("link", name="Read the note").click()
    expect(laptop.get_by_text("Thank you. Could you say what came later?")).to_be_visible()
    answer = laptop.locator(".answers div").filter(has_text="What went through your mind?").first
    expect(answer).to_contain_text("I spoil it for everybody")
    expect(answer).to_contain_text("How do you know what they thought?")
    picture(laptop, "homework-another-look")
    laptop.get_by_role("link", name=re.compile("Read or change it.*Draw your pain cycle")).click()
    ready(laptop)
    laptop.get_by_label("And later on?").fill("They ask me less often")
    laptop.get_by_role("button", name="Save", exact=True).click()
    heading(laptop, "Homework")
    patient.hand_in(laptop, "Send again")
    therapist.open_next(room, "Rosa Delgado", "omework")
    expect(room.get_by_text("1 answer changed since version 1")).to_be_visible()
    therapist.reply(room, "You found where the cycle closes.", "Mark as reviewed", "Rosa")
    laptop.reload()
    expect(laptop.get_by_role("region", name="Anna Berg has answered")).to_contain_text(
        "where the cycle closes"
    )
    first, second = Homework.objects.order_by("version")
    assert [first.review.outcome, second.review.outcome] == ["another_look", "reviewed"]
    assert _later_on(first) == ""
    assert _later_on(second) == "They ask me less often"


def _later_on(homework: Homework) -> str:
    """What a version says of the one answer that was changed between them."""
    return str(homework.entries.get(worksheet__slug="w1-pain-cycle").answers.get("long_term_result") or "")


# --- 5 and 6: messages, and the reminder of one ---


def _messages_go_both_ways(world: World, desk: Page, room: Page, laptop: Page) -> None:
    patient.write(laptop, "May I rest on Thursdays?")
    therapist.open_next(room, "Rosa Delgado", "essage")
    expect(room.get_by_text("May I rest on Thursdays?")).to_be_visible()
    therapist.answer_message(room, "Of course you may.", "Rosa")
    world.later(hours=1)
    world.work()
    reminder = Reminder.objects.get(kind="unread_message")
    assert reminder.state == Reminder.State.SENT
    letter = mails_to(ROSA)[-1]
    for private in ("Thursdays", "Of course", "Anna"):
        assert private not in letter.subject + str(letter.body)
    _staff_see_what_was_sent(world, desk, room)
    _fewer_reminders(world, room, laptop)


def _staff_see_what_was_sent(world: World, desk: Page, room: Page) -> None:
    for page, email in ((desk, "ada@lakeside.test"), (room, ANNA)):
        world.sign_in(page, User.objects.get(email=email))
    desk.goto("/desk/deliveries/")
    sent = desk.get_by_role("row").filter(has_text="Rosa Delgado")
    expect(sent.filter(has_text="essage")).to_contain_text("sent")
    picture(desk, "deliveries")
    therapist.open_person(room, "Rosa Delgado")
    room.get_by_text("What was sent to them by e-mail").click()
    expect(room.get_by_role("row").filter(has_text="essage")).to_contain_text("sent")


def _fewer_reminders(world: World, room: Page, laptop: Page) -> None:
    """The patient wants none about messages: the next message is not followed by a mail."""
    world.sign_in(laptop, User.objects.get(email=ROSA))
    laptop.goto("/settings/reminders/")
    laptop.get_by_label("a message is waiting for me").uncheck()
    laptop.get_by_label("at most twice").check()
    laptop.get_by_role("button", name="Save").click()
    told(laptop, "Your choice is saved.")
    laptop.goto("/messages/")
    expect(laptop.get_by_text("Of course you may.")).to_be_visible()
    expect(laptop.get_by_text("Marked as read")).to_be_visible()
    before = len(mails_to(ROSA))
    ready(room)
    room.get_by_label("Your message").fill("One more thing.")
    room.get_by_role("button", name="Send to Rosa").click()
    told(room, "Sent to Rosa.")
    world.later(hours=1)
    world.work()
    assert len(mails_to(ROSA)) == before
    assert Message.objects.count() == 3


# --- 7: the next week ---


def _next_week_opens(world: World, room: Page, phone: Page) -> None:
    """Held, it stays closed though five days have passed; released, it opens by the rule."""
    world.sign_in(room, User.objects.get(email=ANNA))
    therapist.open_person(room, "Rosa Delgado")
    therapist.steer(room, "Put on hold…", "Waiting for a letter")
    expect(room.get_by_text("Anna Berg put the course on hold")).to_be_visible()
    world.later(days=5)
    world.work()
    assert not ModuleProgress.objects.filter(module__number=2).exists()
    rosa, anna = User.objects.get(email=ROSA), User.objects.get(email=ANNA)
    # Five days are longer than a session lasts.
    world.sign_in(phone, rosa)
    phone.goto("/course/2/")
    expect(phone.get_by_role("heading", name="This week is still ahead")).to_be_visible()
    world.sign_in(room, anna)
    therapist.open_person(room, "Rosa Delgado")
    expect(room.get_by_text("It is on hold.")).to_be_visible()
    therapist.steer(room, "Release the hold…")
    world.work()
    opened = ModuleProgress.objects.get(module__number=2)
    assert opened.unlocked_by_id is None
    phone.goto("/home/")
    expect(phone.get_by_role("heading", name=re.compile("^Week 2: "))).to_be_visible()
    picture(phone, "home-week-2")


# --- 8: the report ---


def _reports_are_made(world: World, room: Page, phone: Page) -> None:
    therapist.open_person(room, "Rosa Delgado")
    card = room.get_by_role("region", name="Progress report")
    card.get_by_text("Make a report…").click()
    card.get_by_role("button", name="Make a report").click()
    _waits_and_downloads(world, room, "Rosa Delgado")
    phone.goto("/progress/")
    phone.get_by_role("button", name="Make a report").click()
    heading(phone, "Progress report")
    expect(phone.get_by_text("Your report is being made")).to_be_visible()
    phone.goto("/home/")
    world.work()
    expect(phone.get_by_text("Your report is ready").first).to_be_visible()
    expect(phone.locator("#live")).to_have_text(re.compile("^Your report is ready"))
    picture(phone, "report-announced")
    phone.get_by_role("link", name="See it and download it").click()
    _download(phone, "Rosa Delgado")


def _waits_and_downloads(world: World, page: Page, name: str) -> None:
    expect(page.get_by_role("meter").or_(page.get_by_role("progressbar"))).to_be_visible()
    picture(page, "report-waits")
    world.work()
    expect(page.get_by_text("Your report is ready").first).to_be_visible()
    expect(page.locator("#live")).to_have_text(re.compile("^Your report is ready"))
    _download(page, name)


def _download(page: Page, name: str) -> None:
    """The file is a tagged PDF, with its language and a title; its name says nothing of whom it is about."""
    with page.expect_download() as arriving:
        page.get_by_role("button", name="Download the PDF").click()
    document = Parsed(arriving.value.path().read_bytes())
    catalog = document.one("/Type /Catalog")
    for entry in ("/StructTreeRoot", "/MarkInfo", "/Lang (en"):
        assert entry in catalog, catalog
    assert "pdfuaid:part" in document.everything
    assert name.split()[0].lower() not in arriving.value.suggested_filename


# --- what stands apart from the one walk ---


def test_another_patient_is_unlocked_early(
    world: World, opened: Opened, desktop: Page, sign_in: Callable[[Page, User], str]
) -> None:
    anna = make_staff(opened.clinic, Role.THERAPIST, ANNA, "Anna Berg")
    enrolment = make_patient(opened.clinic, opened.admin, anna, a_person(), real_version())
    open_first_module(enrolment)
    sign_in(desktop, anna)
    therapist.open_person(desktop, "Maria Lund")
    therapist.steer(desktop, "Open week 2 early…", "She asked for it")
    progress = ModuleProgress.objects.get(enrolment=enrolment, module__number=2)
    assert progress.unlocked_by == anna
