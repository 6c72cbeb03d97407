"""Where a patient is on the path, and when the next module opens and why (clinical.md 1.2)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from painclinic import clock
from painclinic.accounts.models import User
from patients.models import Enrolment, Homework, ModuleHold, ModuleProgress, Respite, StepProgress
from patients.unlocking import CourseFacts, Opened, Reason, verdict
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

    @property
    def current(self) -> Stop | None:
        opened = [stop for stop in self.stops if stop.progress]
        return opened[-1] if opened else None


def course(user: User, enrolment: Enrolment, homework: Sequence[Homework]) -> Course:
    """Path, hold and next module; `homework` are the newest versions, with their reviews."""
    version = enrolment.programme_version
    modules = list(Module.objects.filter(version=version).prefetch_related("steps").order_by("number"))
    opened = ModuleProgress.objects.visible_to(user).filter(enrolment=enrolment)
    progress = {one.module_id: one for one in opened}
    done = StepProgress.objects.visible_to(user).filter(enrolment=enrolment).exclude(done_at=None)
    done_steps = set(done.values_list("step_id", flat=True))
    holds = ModuleHold.objects.visible_to(user).standing().filter(enrolment=enrolment)
    hold = holds.select_related("placed_by").first()
    respites = tuple(Respite.objects.visible_to(user).running().filter(enrolment=enrolment))
    by_module = {one.module_id: one for one in homework}
    last = max((m.number for m in modules if m.pk in progress), default=0)
    stops = [
        Stop(
            module,
            _state(module, last),
            _note(module, progress.get(module.pk), by_module.get(module.pk), done_steps),
            progress.get(module.pk),
        )
        for module in modules
    ]
    following = _next(enrolment, stops, hold, done_steps, {one.kind for one in respites})
    return Course(tuple(stops), following, hold, respites)


def _state(module: Module, last: int) -> str:
    if module.number == last:
        return "now"
    return "done" if module.number < last else "ahead"


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


def _next(
    enrolment: Enrolment,
    stops: list[Stop],
    hold: ModuleHold | None,
    done_steps: set[UUID],
    resting: set[str],
) -> NextUnlock | None:
    following = next((stop.module for stop in stops if stop.progress is None), None)
    if following is None:
        return None
    facts = CourseFacts(
        starts_on=enrolment.starts_on,
        timezone=enrolment.patient.timezone,
        is_active=enrolment.state == Enrolment.State.ACTIVE,
        is_held=hold is not None,
        is_paused=Respite.Kind.PAUSE in resting,
        is_flaring=Respite.Kind.FLARE_UP in resting,
        opened={
            stop.number: Opened(stop.progress.unlocked_at, stop.progress.core_completed_at is not None)
            for stop in stops
            if stop.progress
        },
    )
    found = verdict(following.number, facts, now=clock.now())
    before = next((stop.module for stop in stops if stop.number == following.number - 1), None)
    left = core_left(before, done_steps) if before else 0
    said = [_why(reason, following, left, found.not_before) for reason in found.reasons]
    return NextUnlock(following, tuple(said), found.not_before)


def _why(reason: Reason, module: Module, left: int, not_before: datetime | None) -> str:
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
        return _("Week %(number)s is not open yet.") % {"number": module.number - 1}
    if reason == Reason.EARLIER_UNREAD and not left:
        # An outline has nothing to read; it counts once the patient has looked at it.
        return _("Week %(number)s has not been looked at yet.") % {"number": module.number - 1}
    if reason == Reason.EARLIER_UNREAD:
        words = ngettext(
            "%(n)s core step of week %(number)s is still to be read.",
            "%(n)s core steps of week %(number)s are still to be read.",
            left,
        )
        return words % {"n": left, "number": module.number - 1}
    when = wording.moment(not_before) if not_before else ""
    if module.number == 1:
        return _("It opens on the start date: %(moment)s.") % {"moment": when}
    return _("Five days lie between two weeks: not before %(moment)s.") % {"moment": when}
