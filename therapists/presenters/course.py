"""Where a patient is on the path, and when the next module opens and why (clinical.md 1.2)."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from painclinic import clock
from painclinic.accounts.models import User
from patients.facts import facts_of, plan_of
from patients.models import (
    CourseChange,
    Enrolment,
    Homework,
    ModuleHold,
    ModuleProgress,
    Respite,
    StepProgress,
)
from patients.unlocking import CourseFacts, Reason, Verdict, following, verdict
from programs.models import Module
from therapists.presenters import wording


@dataclass(frozen=True)
class Stop:
    """One module on the path. `state` is done, now or ahead; `note` says more in words."""

    module: Module
    state: str
    note: str
    progress: ModuleProgress | None

    @property
    def number(self) -> int:
        return self.module.number

    @property
    def title(self) -> str:
        return self.module.title


@dataclass(frozen=True)
class NextUnlock:
    """The module that opens next, and what it waits for; `reasons` is empty when it opens any moment."""

    module: Module
    reasons: tuple[str, ...]
    earliest: datetime | None


@dataclass(frozen=True)
class Course:
    """The whole course of one patient, as far as it has come."""

    stops: tuple[Stop, ...]
    next: NextUnlock | None
    hold: ModuleHold | None
    respites: tuple[Respite, ...] = ()
    changes: tuple[CourseChange, ...] = ()

    @property
    def current(self) -> Stop | None:
        opened = [stop for stop in self.stops if stop.progress and not stop.progress.is_skipped]
        return opened[-1] if opened else None


def course(user: User, enrolment: Enrolment, homework: Sequence[Homework]) -> Course:
    """Path, hold and next module; `homework` are the newest versions, with their reviews."""
    version = enrolment.programme_version
    modules = list(Module.objects.filter(version=version).prefetch_related("steps").order_by("number"))
    opened = ModuleProgress.objects.visible_to(user).filter(enrolment=enrolment)
    progress = {one.module_id: one for one in opened}
    changes = tuple(CourseChange.objects.visible_to(user).filter(enrolment=enrolment).with_subjects())
    plan = plan_of(modules, changes)
    modules.sort(key=lambda module: plan.order.index(module.number))
    done = StepProgress.objects.visible_to(user).filter(enrolment=enrolment).exclude(done_at=None)
    done_steps = _done(done.select_related("step"), progress)
    holds = ModuleHold.objects.visible_to(user).standing().filter(enrolment=enrolment)
    hold = holds.select_related("placed_by").first()
    respites = tuple(Respite.objects.visible_to(user).running().filter(enrolment=enrolment))
    now = {module.slug: module.pk for module in modules}
    by_module = {now[one.module.slug]: one for one in homework if one.module.slug in now}
    walked = [m.number for m in modules if m.pk in progress and m.number not in plan.skipped]
    here = walked[-1] if walked else 0
    stops = [
        Stop(
            module,
            _state(module, progress.get(module.pk), here),
            _left_out(module, plan.skipped)
            or _note(module, progress.get(module.pk), by_module.get(module.pk), done_steps),
            progress.get(module.pk),
        )
        for module in modules
    ]
    facts = facts_of(
        enrolment,
        modules=modules,
        progress=progress,
        homework=by_module,
        respites=respites,
        plan=plan,
        is_held=hold is not None,
    )
    return Course(tuple(stops), _next(facts, modules, done_steps), hold, respites, changes)


def _done(visits: Iterable[StepProgress], progress: Mapping[UUID, ModuleProgress]) -> set[UUID]:
    """The steps that are done; of a week to be repeated those done since."""
    found = set()
    for visit in visits:
        opened = progress.get(visit.step.module_id)
        if visit.done_at and (opened is None or opened.counts(visit.done_at)):
            found.add(visit.step_id)
    return found


def _state(module: Module, progress: ModuleProgress | None, here: int) -> str:
    if module.number == here:
        return "now"
    return "done" if progress else "ahead"


def _left_out(module: Module, skipped: Collection[int]) -> str:
    return _("left out") if module.number in skipped else ""


def core_left(module: Module, done_steps: set[UUID]) -> int:
    """How many core steps of a module are not done."""
    return sum(step.is_core and step.pk not in done_steps for step in module.path_steps())


def _note(
    module: Module, progress: ModuleProgress | None, homework: Homework | None, done_steps: set[UUID]
) -> str:
    if progress is None:
        return _("an outline so far") if module.is_outline else ""
    said = [_("open since %(day)s") % {"day": wording.day_of(progress.unlocked_at)}]
    steps = module.path_steps()
    done = sum(step.pk in done_steps for step in steps)
    if steps:
        said.append(_("%(done)s of %(total)s steps") % {"done": done, "total": len(steps)})
    if homework:
        said.append(homework_words(homework))
    return ", ".join(said)


def homework_words(homework: Homework) -> str:
    """How the newest version of a module's homework stands."""
    if not hasattr(homework, "review"):
        return _("homework waits for you")
    if homework.review.outcome == "another_look":
        return _("another look asked")
    return _("homework reviewed")


def _next(facts: CourseFacts, modules: Sequence[Module], done_steps: set[UUID]) -> NextUnlock | None:
    number = following(facts)
    weeks = {module.number: module for module in modules}
    if number is None or number not in weeks:
        return None
    found = verdict(number, facts, now=clock.now())
    left = core_left(weeks[found.after], done_steps) if found.after else 0
    said = [_why(reason, found, left) for reason in found.reasons]
    return NextUnlock(weeks[number], tuple(said), found.not_before)


def _why(reason: Reason, found: Verdict, left: int) -> str:
    """What a closed module waits for, in words."""
    if reason == Reason.RESTING:
        return _("The course is not running.")
    if reason == Reason.HELD:
        return _("It is on hold.")
    if reason == Reason.PAUSED:
        return _("The course is paused.")
    if reason == Reason.FLARE_UP:
        return _("It waits until the flare-up is over.")
    if reason == Reason.EARLIER_CLOSED:
        return _("Week %(number)s is not open yet.") % {"number": found.after}
    if reason == Reason.EARLIER_UNREAD and not left:
        # An outline has nothing to read; it counts once the patient has looked at it.
        return _("Week %(number)s has not been looked at yet.") % {"number": found.after}
    if reason == Reason.EARLIER_UNREAD:
        words = ngettext(
            "%(n)s core step of week %(number)s is still to be read.",
            "%(n)s core steps of week %(number)s are still to be read.",
            left,
        )
        return words % {"n": left, "number": found.after}
    if reason == Reason.FEEDBACK_AWAITED:
        return _("The homework of week %(number)s waits for your answer, or is not handed in.") % {
            "number": found.after
        }
    when = wording.moment(found.not_before) if found.not_before else ""
    if found.after is None:
        return _("It opens on the start date: %(moment)s.") % {"moment": when}
    return _("Five days lie between two weeks: not before %(moment)s.") % {"moment": when}
