"""A patient walks all eight modules on a phone, week by week; her therapist sees every worksheet."""

import datetime as dt
import re
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from painclinic import clock
from painclinic.accounts.models import User
from patients.models import Enrolment, Homework, ModuleProgress
from programs.loading import read_tree
from programs.models import Module, Step, Worksheet
from programs.reading_age import measure, module_text
from tests.factories.cast import CONTENT, Cast, real_version
from tests.functional.conftest import Faults
from tests.functional.loop import therapist
from tests.functional.loop.eyes import faults_at_360
from tests.functional.loop.filling import days_for, fill
from tests.functional.loop.patient import answer_questions
from tests.functional.loop.world import MONDAY, World, heading, picture, ready, told

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]

MODULES = 8


@dataclass
class Walk:
    """What was met on the way. `words` is the text that stands in each worksheet filled, by module."""

    world: World
    phone: Page
    enrolment: Enrolment
    steps: int = 0
    filled: dict[int, dict[str, str]] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)

    def today(self) -> dt.date:
        return clock.local_today(self.enrolment.patient.timezone)

    def look(self, where: str) -> None:
        """The page that is open has to be usable as it is."""
        self.faults += [f"{where}: {fault}" for fault in faults_at_360(self.phone)]

    def note(self, module: Module, sheet: Worksheet, words: str) -> None:
        self.filled.setdefault(module.number, {})[sheet.slug] = words


@pytest.fixture
def walk(
    transactional_db: None,
    open_page: Callable[..., Page],
    sign_in: Callable[[Page, User], str],
    faults: Faults,
) -> Iterator[Walk]:
    # What axe measures with leaves empty style attributes behind, which htmx then copies.
    faults.expect("inline style|style-src-attr inline")
    phone, world = open_page(360), World(sign_in)
    world.at(MONDAY)
    cast = Cast(on_programme=real_version)
    sign_in(phone, cast.patient.user)
    yield Walk(world, phone, cast.enrolment)
    clock.set_shift(timedelta(0))


def test_the_whole_course_is_walked_on_a_phone(
    walk: Walk, desktop: Page, capsys: pytest.CaptureFixture[str]
) -> None:
    programme, _ = read_tree(CONTENT)
    assert programme is not None
    texts = {module.number: module for module in programme.modules}
    modules = list(walk.enrolment.programme_version.modules.order_by("number"))
    assert [module.number for module in modules] == list(range(1, MODULES + 1))
    for module in modules:
        assert not module.is_outline
        _a_week(walk, module)
        _therapist_reads(walk, desktop, module)
        words = measure(module_text(texts[module.number]))
        with capsys.disabled():
            sys.stdout.write(
                f"\nmodule {module.number}: {module.steps.count()} steps, {words.words} words, "
                f"reading age {words.age:.1f}, worksheets {sorted(walk.filled[module.number])}"
            )
    assert not walk.faults, "\n".join(walk.faults)
    asked = {task["worksheet"] for module in modules for task in module.details["homework"]}
    assert asked <= {slug for week in walk.filled.values() for slug in week}
    assert Homework.objects.filter(enrolment=walk.enrolment).count() == MODULES


def _a_week(walk: Walk, module: Module) -> None:
    """From the home page through every step to the homework, as the week is laid out."""
    if module.number > 1:
        walk.world.later(days=7)
    walk.world.work()
    # A week is longer than a session lasts.
    walk.world.sign_in(walk.phone, walk.enrolment.patient.user)
    walk.phone.goto("/home/")
    expect(walk.phone.locator(".today").get_by_role("heading").first).to_contain_text(f"Week {module.number}")
    walk.look(f"home, week {module.number}")
    picture(walk.phone, f"walk-home-{module.number}")
    walk.phone.goto(f"/course/{module.number}/")
    walk.look(f"module {module.number}")
    for step in module.steps.select_related("worksheet").order_by("number"):
        _a_step(walk, module, step)
    _homework(walk, module)
    progress = ModuleProgress.objects.get(enrolment=walk.enrolment, module=module)
    assert progress.core_completed_at is not None


def _a_step(walk: Walk, module: Module, step: Step) -> None:
    walk.phone.goto(f"/course/{module.number}/{step.number}/")
    heading(walk.phone, step.title)
    walk.look(f"step {module.number}.{step.number}")
    picture(walk.phone, f"walk-{module.number}-{step.number:02}")
    walk.steps += 1
    if step.kind == Step.Kind.CHECK:
        answer_questions(walk.phone, len(step.questions))
    if step.rating is not None:
        for group in walk.phone.locator(".rating").all():
            group.get_by_label("6", exact=True).check()
    if step.kind == Step.Kind.SHORT_VERSION:
        return
    if step.worksheet and not step.worksheet.is_log and step.kind in _WITH_FORM:
        _fill_here(walk, module, step.worksheet)
        _press(walk.phone, "Save and go on")
    else:
        _press(walk.phone, "Go on")
    expect(walk.phone.get_by_role("alert")).to_have_count(0)


def _press(page: Page, button: str) -> None:
    """Press a button and wait until the page that follows is there."""
    with page.expect_navigation():
        page.get_by_role("button", name=button, exact=True).click()


_WITH_FORM = {Step.Kind.WORKSHEET, Step.Kind.PRACTICE_PLAN, Step.Kind.EXERCISE}


def _fill_here(walk: Walk, module: Module, sheet: Worksheet, day: dt.date | None = None) -> None:
    ready(walk.phone)
    form = walk.phone.locator("form[data-draft]")
    words = fill(form, sheet.spec, walk.today(), mark=f"Canary {module.number}", day=day)
    walk.note(module, sheet, words)


def _homework(walk: Walk, module: Module) -> None:
    """Whatever the week asks for and was not filled in on a step, then all of it is sent."""
    sheets = {sheet.slug: sheet for sheet in walk.enrolment.programme_version.worksheets.all()}
    done = walk.filled.setdefault(module.number, {})
    for task in module.details["homework"]:
        if task["kind"] == "once" and task["worksheet"] in done:
            continue
        count = max(task.get("min_entries", 1), task.get("min_days", 1)) if task["kind"] == "log" else 1
        for day in days_for(count, walk.today()):
            _write(walk, module, sheets[task["worksheet"]], day)
    walk.phone.goto(f"/course/{module.number}/homework/")
    walk.look(f"homework {module.number}")
    picture(walk.phone, f"walk-homework-{module.number}")
    ready(walk.phone)
    walk.phone.get_by_role("button", name="Send to Anna Berg").click()
    told(walk.phone, "Sent. Well done for getting this far.")


def _write(walk: Walk, module: Module, sheet: Worksheet, day: dt.date) -> None:
    walk.phone.goto(f"/practice/{sheet.slug}/new/")
    if sheet.slug not in walk.filled[module.number]:
        walk.look(f"form of {sheet.slug}")
        picture(walk.phone, f"walk-form-{sheet.slug}")
    _fill_here(walk, module, sheet, day if sheet.is_log else None)
    _press(walk.phone, "Save")
    expect(walk.phone.get_by_role("alert")).to_have_count(0)
    told(walk.phone, "Saved.")


def _therapist_reads(walk: Walk, room: Page, module: Module) -> None:
    """Every worksheet that was handed in can be read beside the reply box, and is answered."""
    homework = Homework.objects.get(enrolment=walk.enrolment, module=module)
    walk.world.sign_in(room, User.objects.get(email="anna@lakeside.test"))
    room.goto(f"/patients/{walk.enrolment.patient_id}/homework/{homework.pk}/")
    heading(room, re.compile(rf"homework of week {module.number}$"))
    room.evaluate("for (const one of document.querySelectorAll('main details')) one.open = true")
    text = room.locator("main").inner_text()
    for task in module.details["homework"]:
        assert walk.filled[module.number][task["worksheet"]] in text, task["worksheet"]
    picture(room, f"walk-review-{module.number}")
    therapist.reply(room, f"Well done with week {module.number}.", "Mark as reviewed", "Maria")
