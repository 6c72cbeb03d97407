"""The course as its patient sees it: the path walked, where they are, what opens when."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import Prefetch
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from painclinic import clock
from painclinic.accounts.models import User
from patients.course_plan import CoursePlan
from patients.deadlines import Span, window_ends_on
from patients.facts import facts_of, plan_of
from patients.models import (
    Assignment,
    CourseChange,
    Enrolment,
    Homework,
    ModuleHold,
    ModuleProgress,
    Respite,
    StepProgress,
)
from patients.unlocking import CourseFacts, Reason, Verdict, verdict
from programs.models import Module, Step


@dataclass(frozen=True)
class StepStop:
    """One step of a module, and whether the patient was there."""

    step: Step
    url: str
    is_done: bool
    is_here: bool

    @property
    def number(self) -> int:
        return self.step.number

    @property
    def title(self) -> str:
        return self.step.title

    @property
    def state(self) -> str:
        """`done`, `now` or `ahead`, as the path of the design system has it."""
        return "now" if self.is_here else "done" if self.is_done else "ahead"


@dataclass(frozen=True)
class ModuleStop:
    """One module of the course for one patient. `why_closed` is empty when it is open or may be opened."""

    module: Module
    progress: ModuleProgress | None
    steps: tuple[StepStop, ...]
    short: StepStop | None
    homework: Homework | None
    why_closed: str
    is_here: bool = False
    is_skipped: bool = False

    @property
    def number(self) -> int:
        return self.module.number

    @property
    def title(self) -> str:
        return self.module.title

    @property
    def is_open(self) -> bool:
        return not self.why_closed

    @property
    def why_closed_sentence(self) -> str:
        """`why_closed` with a full stop, where it stands by itself."""
        return self.why_closed if self.why_closed.endswith(".") else f"{self.why_closed}."

    @property
    def is_new(self) -> bool:
        """Open, and not looked at yet."""
        return self.is_open and (self.progress is None or self.progress.first_opened_at is None)

    @property
    def is_read(self) -> bool:
        return self.progress is not None and self.progress.core_completed_at is not None

    @property
    def state(self) -> str:
        return "now" if self.is_here else "done" if self.is_read else "ahead"

    @property
    def url(self) -> str:
        """The page of the module; while it is closed that page says why."""
        return reverse("patients:module-detail", args=[self.number])

    @property
    def homework_url(self) -> str:
        return reverse("patients:homework-detail", args=[self.number])

    @property
    def done_count(self) -> int:
        return sum(step.is_done for step in self.steps)

    @property
    def note(self) -> str:
        """A few words under the title on the path."""
        if self.why_closed:
            return self.why_closed
        if self.module.is_outline:
            return _("The full text is being written")
        return _("%(done)d of %(total)d steps") % {"done": self.done_count, "total": len(self.steps)}

    @cached_property
    def minutes_left(self) -> int:
        return sum(stop.step.minutes for stop in self.steps if not stop.is_done)

    @property
    def resume(self) -> StepStop | None:
        """Where to go on: where the patient was, else the next step that is not done; None: all done."""
        here = next((stop for stop in self.steps if stop.is_here), None)
        if here and not here.is_done:
            return here
        left = [stop for stop in self.steps if not stop.is_done]
        later = (stop for stop in left if here and stop.number > here.number)
        return next(later, left[0] if left else None)

    @property
    def has_homework(self) -> bool:
        """Whether its homework was handed in, since it is to be repeated if it is."""
        given = self.homework
        return given is not None and (self.progress is None or self.progress.counts(given.submitted_at))

    @property
    def is_answered(self) -> bool:
        return self.homework is not None and hasattr(self.homework, "review")

    @property
    def wants_another_look(self) -> bool:
        return (
            self.is_answered and self.homework is not None and self.homework.review.outcome == "another_look"
        )


@dataclass(frozen=True)
class CourseView:
    """The whole course of one patient, in order."""

    enrolment: Enrolment
    therapist: User | None
    stops: tuple[ModuleStop, ...]
    facts: CourseFacts
    plan: CoursePlan
    changes: tuple[CourseChange, ...] = ()
    respites: tuple[Respite, ...] = ()

    @property
    def has_ended(self) -> bool:
        return self.enrolment.has_ended

    @property
    def running(self) -> tuple[Respite, ...]:
        """What rests the course now."""
        return tuple(one for one in self.respites if one.is_running)

    @property
    def ends_on(self) -> date:
        """The last day of the treatment, with pauses and what a therapist added."""
        zone = self.facts.timezone
        pauses = [one for one in self.respites if one.kind == Respite.Kind.PAUSE]
        spans = (Span(one.first_day(zone), one.last_day(zone)) for one in pauses)
        return window_ends_on(self.facts.starts_on, spans, extra=self.plan.window_days)

    @property
    def extra_steps(self) -> tuple[StepStop, ...]:
        """Single steps that the therapist added, of weeks that are closed."""
        closed = (stop for stop in self.stops if stop.progress is None)
        return tuple(one for stop in closed for one in stop.steps if self.has_added(stop.module, one.step))

    def has_added(self, module: Module, step: Step) -> bool:
        """Whether the therapist added just this step of a week."""
        return (module.slug, step.slug) in self.plan.added_steps

    @property
    def flare_up(self) -> Respite | None:
        """The flare-up that lasts now."""
        return next((one for one in self.running if one.kind == Respite.Kind.FLARE_UP), None)

    @property
    def pause(self) -> Respite | None:
        """The pause that lasts now."""
        return next((one for one in self.running if one.kind == Respite.Kind.PAUSE), None)

    @property
    def pause_words(self) -> str:
        """Until when the course rests; nothing when it does not."""
        if self.pause is None:
            return ""
        zone = self.facts.timezone
        words = {
            "when": moment_in_words(self.pause.ends_at, zone=zone, now=clock.now()),
            "name": self.pause.started_by.name.split(" ", 1)[0],
            "reason": self.pause.reason or "",
        }
        if words["reason"]:
            return (
                _("%(name)s paused it: “%(reason)s” It goes on by itself %(when)s. Messages still come.")
                % words
            )
        return _("It goes on by itself %(when)s. What is open stays open, and messages still come.") % words

    @property
    def current(self) -> ModuleStop | None:
        """The module that the patient is in, or that they may begin; None before the start date."""
        return next((stop for stop in self.stops if stop.is_here), None)

    @property
    def following(self) -> ModuleStop | None:
        """The first module that is still closed, and not left out."""
        closed = (stop for stop in self.stops if not stop.is_open and not stop.is_skipped)
        return next(closed, None)

    @property
    def therapist_name(self) -> str:
        """The first name, as a patient says it."""
        return self.therapist.name.split(" ", 1)[0] if self.therapist else _("Your care team")

    def stop(self, number: int) -> ModuleStop | None:
        return next((stop for stop in self.stops if stop.number == number), None)


def read_course(user: User, enrolment: Enrolment) -> CourseView:
    """Read the course of a patient; the same number of queries for every patient."""
    of_this = {"enrolment": enrolment}
    opened = {p.module_id: p for p in ModuleProgress.objects.visible_to(user).filter(**of_this)}
    visits = list(StepProgress.objects.visible_to(user).filter(**of_this).order_by("visited_at", "pk"))
    is_held = ModuleHold.objects.visible_to(user).standing().filter(**of_this).exists()
    respites = tuple(Respite.objects.visible_to(user).filter(**of_this).select_related("started_by"))
    changes = tuple(CourseChange.objects.visible_to(user).filter(**of_this).with_subjects())
    homework = Homework.objects.visible_to(user).filter(**of_this).newest().with_week()
    newest = {one.week_id: one for one in homework.select_related("review").defer("note", "review__comment")}
    modules = _modules(enrolment)
    plan = plan_of(modules, changes)
    modules.sort(key=lambda module: plan.order.index(module.number))
    therapist = _therapist(user, enrolment)
    facts = facts_of(
        enrolment,
        modules=modules,
        progress=opened,
        homework=newest,
        respites=respites,
        plan=plan,
        is_held=is_held,
    )
    name = therapist.name.split(" ", 1)[0] if therapist else ""
    now = clock.now()
    here = _current_number(facts, now)
    stops = tuple(
        ModuleStop(
            module=module,
            progress=opened.get(module.pk),
            steps=tuple(_steps(module, module.path_steps(), visits, opened.get(module.pk))),
            short=_short(module, visits, opened.get(module.pk)),
            homework=newest.get(module.pk),
            why_closed=why_closed(module.number, facts, now=now, therapist=name),
            is_here=module.number == here,
            is_skipped=module.number in facts.skipped,
        )
        for module in modules
    )
    return CourseView(enrolment, therapist, stops, facts, plan, changes, respites)


def _modules(enrolment: Enrolment) -> list[Module]:
    steps = Prefetch(
        "steps",
        queryset=Step.objects.select_related("worksheet").defer(
            "body_html", "content", "worksheet__definition"
        ),
    )
    own = Module.objects.filter(version_id=enrolment.programme_version_id)
    return list(own.order_by("number").prefetch_related(steps))


def _therapist(user: User, enrolment: Enrolment) -> User | None:
    running = Assignment.objects.visible_to(user).running().filter(enrolment=enrolment)
    primary = running.filter(kind=Assignment.Kind.PRIMARY).select_related("therapist").first()
    return primary.therapist if primary else None


def _current_number(facts: CourseFacts, now: datetime) -> int | None:
    """The first module to be read, else the last one that is open; never one that is left out."""
    walked = [number for number in facts.order if number not in facts.skipped]
    available = [number for number in walked if verdict(number, facts, now=now).may_open]
    unread = [n for n in available if n not in facts.opened or not facts.opened[n].is_read]
    return unread[0] if unread else (available[-1] if available else None)


def _short(module: Module, visits: list[StepProgress], progress: ModuleProgress | None) -> StepStop | None:
    step = module.short_version()
    return next(iter(_steps(module, [step] if step else [], visits, progress)), None)


def _steps(
    module: Module, steps: Iterable[Step], visits: list[StepProgress], progress: ModuleProgress | None
) -> Iterable[StepStop]:
    done: set[UUID] = {
        visit.step_id
        for visit in visits
        if visit.done_at and (progress is None or progress.counts(visit.done_at))
    }
    own = {step.pk for step in module.path_steps()}
    here = next((visit.step_id for visit in reversed(visits) if visit.step_id in own), None)
    for step in steps:
        url = reverse("patients:step-detail", args=[module.number, step.number])
        yield StepStop(step, url, step.pk in done, step.pk == here)


def why_closed(number: int, facts: CourseFacts, *, now: datetime, therapist: str = "") -> str:
    """In words, why a module is closed and when it opens; nothing when it is open or may be opened."""
    found = verdict(number, facts, now=now)
    if found.may_open:
        return ""
    if Reason.SKIPPED in found.reasons:
        return _("Left out of your course")
    if Reason.RESTING in found.reasons:
        return _("Your course is resting for now. Write to your clinic when you would like to go on.")
    if Reason.PAUSED in found.reasons and Reason.EARLIER_CLOSED not in found.reasons:
        return _("Your course is paused. This waits until you go on.")
    if Reason.FLARE_UP in found.reasons and Reason.EARLIER_CLOSED not in found.reasons:
        return _("This waits until your flare-up is over.")
    if Reason.HELD in found.reasons and Reason.EARLIER_CLOSED not in found.reasons:
        return _held(therapist)
    if Reason.EARLIER_CLOSED in found.reasons:
        return _("Opens after week %(before)d") % {"before": found.after}
    return _by_rule(found, facts, now)


def _held(therapist: str) -> str:
    if not therapist:
        return _("Your therapist would like to wait a little before this opens. You need not do anything.")
    return _("%(name)s would like to wait a little before this opens. You need not do anything.") % {
        "name": therapist
    }


def _by_rule(found: Verdict, facts: CourseFacts, now: datetime) -> str:
    words = {"before": found.after or 0, "when": ""}
    if found.not_before and Reason.TOO_SOON in found.reasons:
        words["when"] = moment_in_words(found.not_before, zone=facts.timezone, now=now)
    if Reason.FEEDBACK_AWAITED in found.reasons:
        return _("Opens when the homework of week %(before)d has been answered") % words
    if Reason.EARLIER_UNREAD not in found.reasons:
        return _("Opens %(when)s") % words
    if Reason.TOO_SOON in found.reasons:
        return _("Opens when you have read week %(before)d, at the earliest %(when)s") % words
    return _("Opens when you have read week %(before)d") % words


def moment_in_words(moment: datetime, *, zone: str, now: datetime) -> str:
    """ "today at 15:40", "tomorrow at 09:00", "on Saturday 8 March, in the afternoon"."""
    local, today = moment.astimezone(ZoneInfo(zone)), now.astimezone(ZoneInfo(zone)).date()
    days = (local.date() - today).days
    words = {"day": date_format(local, _("l j F")), "time": date_format(local, "H:i")}
    if days == 0:
        return _("today at %(time)s") % words
    if (local.hour, local.minute) == (0, 0):
        return _("tomorrow") if days == 1 else _("on %(day)s") % words
    if days == 1:
        return _("tomorrow at %(time)s") % words
    # Days ahead, the minute is of no use to anybody.
    if local.hour < 12:
        return _("on %(day)s, in the morning") % words
    return (_("on %(day)s, in the afternoon") if local.hour < 18 else _("on %(day)s, in the evening")) % words
