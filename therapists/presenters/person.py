"""One patient on one page: what happened since last time, homework, log, plan, conversation."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, Max, Prefetch, Q, QuerySet, prefetch_related_objects
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from messaging.models import Message, Thread
from painclinic import clock
from painclinic.accounts.models import User
from painclinic.charts import Figure
from patients.models import (
    Assignment,
    CheckAnswer,
    Enrolment,
    Entry,
    Homework,
    ModuleHold,
    Patient,
    Respite,
    Review,
    ReviewComment,
    StepProgress,
    StepRating,
)
from patients.presenters.log_figures import log_figure
from patients.presenters.respite import respite_tag
from patients.presenters.sleep_window import newest_window
from programs.models import Step, Worksheet
from programs.worksheets import Answer, answers_for
from therapists.presenters import wording
from therapists.presenters.course import Course, course
from therapists.presenters.findings import Finding, findings
from therapists.presenters.logs import LogTable, by_log, log_table
from therapists.presenters.measures import MeasuresPanel, measures_panel
from therapists.presenters.skills import OWN_PANELS, Skills, skills

LOG_DAYS = 28
PREVIEW = 3


@dataclass(frozen=True)
class News:
    """One thing that happened since last time; with the page to see it on, if there is one."""

    text: str
    icon: str
    url: str = ""


@dataclass(frozen=True)
class SinceLastTime:
    """What the patient did since the care team last wrote to them."""

    since: datetime
    has_contact: bool
    news: tuple[News, ...]


@dataclass(frozen=True)
class LogView:
    """A log of the last weeks."""

    title: str
    figure: Figure | None
    table: LogTable
    findings: tuple[Finding, ...]


@dataclass(frozen=True)
class HomeworkLine:
    """One version that was handed in, and the answer to it."""

    homework: Homework
    review: Review | None
    remarks: int
    url: str

    @property
    def is_waiting(self) -> bool:
        return self.review is None


@dataclass(frozen=True)
class Plan:
    """The patient's own plan for practising."""

    entry: Entry
    answers: tuple[Answer, ...]


@dataclass(frozen=True)
class PersonPage:
    """All that the page of a patient shows."""

    patient: Patient
    enrolment: Enrolment
    course: Course
    since: SinceLastTime
    homework: tuple[HomeworkLine, ...]
    logs: tuple[LogView, ...]
    plan: Plan | None
    messages: tuple[Message, ...]
    past_holds: tuple[ModuleHold, ...]
    past_pauses: tuple[Respite, ...]
    skills: Skills
    measures: MeasuresPanel
    local_time: datetime
    thread: Thread | None = None
    waiting: HomeworkLine | None = None
    rests: tuple[str, ...] = ()
    has_sleep_window: bool = False


def person_page(user: User, enrolment: Enrolment) -> PersonPage:
    """Everything about one patient that their therapist needs at a glance."""
    patient = enrolment.patient
    history = homework_history(user, enrolment)
    newest = {line.homework.module.slug: line.homework for line in reversed(history)}
    holds = ModuleHold.objects.visible_to(user).filter(enrolment=enrolment).exclude(released_at=None)
    treating = Assignment.objects.visible_to(user).select_related("therapist")
    prefetch_related_objects([enrolment], Prefetch("assignments", queryset=treating))
    path = course(user, enrolment, list(newest.values()))
    return PersonPage(
        patient=patient,
        enrolment=enrolment,
        course=path,
        rests=tuple(respite_tag(one, patient.timezone) for one in path.respites),
        since=since_last_time(user, enrolment, history),
        homework=tuple(history),
        logs=tuple(_logs(user, enrolment)),
        plan=_plan(user, enrolment),
        messages=tuple(_last_messages(user, patient)),
        past_holds=tuple(holds.select_related("placed_by", "released_by").order_by("-placed_at")[:5]),
        past_pauses=tuple(_past_pauses(user, enrolment)[:5]),
        skills=skills(user, enrolment),
        measures=measures_panel(user, enrolment),
        local_time=clock.local_now(patient.timezone),
        has_sleep_window=bool((row := newest_window(user, enrolment)) and row.is_on),
        thread=Thread.objects.visible_to(user).filter(patient=patient).first(),
        waiting=next((line for line in history if line.is_waiting and _is_newest(line, newest)), None),
    )


def _is_newest(line: HomeworkLine, newest: dict[Any, Homework]) -> bool:
    return newest[line.homework.module.slug].pk == line.homework.pk


def homework_history(user: User, enrolment: Enrolment) -> list[HomeworkLine]:
    """Every version with its answer, newest first."""
    rows = Homework.objects.visible_to(user).filter(enrolment=enrolment)
    rows = rows.select_related("module", "review__by").order_by("-submitted_at")
    counted = ReviewComment.objects.visible_to(user).filter(review__homework__enrolment=enrolment)
    remarks = dict(counted.order_by().values_list("review_id").annotate(n=Count("pk")))
    lines = []
    for row in rows:
        review = getattr(row, "review", None)
        url = reverse("therapists:homework-review", args=[enrolment.patient_id, row.pk])
        lines.append(HomeworkLine(row, review, remarks.get(review.pk, 0) if review else 0, url))
    return lines


def since_last_time(user: User, enrolment: Enrolment, history: Sequence[HomeworkLine]) -> SinceLastTime:
    """What the patient did after the last message or review of the care team."""
    patient = enrolment.patient
    team = Message.objects.visible_to(user).filter(patient=patient, side=Message.Side.TEAM)
    contacts = [
        team.aggregate(last=Max("sent_at"))["last"],
        *(line.review.created_at for line in history if line.review),
    ]
    last = max((at for at in contacts if at), default=None)
    since = last or enrolment.created_at
    news = [
        *_steps(user, enrolment, since),
        *_entries(user, enrolment, since),
        *_checks(user, enrolment, since),
        *_ratings(user, enrolment, since),
        *_rests(user, enrolment, since),
        *_homework(history, since),
        *_messages(user, patient, since),
    ]
    return SinceLastTime(since, last is not None, tuple(news))


def _steps(user: User, enrolment: Enrolment, since: datetime) -> list[News]:
    done = StepProgress.objects.visible_to(user).filter(enrolment=enrolment, done_at__gt=since)
    rows = list(done.select_related("step__module").order_by("-done_at"))
    if not rows:
        return []
    words = ngettext("%(n)s step done", "%(n)s steps done", len(rows)) % {"n": len(rows)}
    last = _("last “%(title)s” (week %(number)s)") % {
        "title": rows[0].step.title,
        "number": rows[0].step.module.number,
    }
    return [News(f"{words}, {last}", "course")]


def _entries(user: User, enrolment: Enrolment, since: datetime) -> list[News]:
    rows = _shared(user, enrolment).filter(submitted_at__gt=since).order_by("worksheet__code")
    found = rows.values_list("worksheet__title", "worksheet__is_log").annotate(
        n=Count("pk"), days=Count("on_date", distinct=True)
    )
    news = []
    for title, is_log, count, days in found:
        if is_log:
            entries = ngettext("%(n)s entry", "%(n)s entries", count) % {"n": count}
            text = _("%(title)s: %(entries)s on %(days)s") % {
                "title": title,
                "entries": entries,
                "days": wording.days(days),
            }
        else:
            text = _("%(title)s: filled in") % {"title": title}
        news.append(News(text, "practice"))
    return news


def _checks(user: User, enrolment: Enrolment, since: datetime) -> list[News]:
    tries = CheckAnswer.objects.visible_to(user).filter(enrolment=enrolment, answered_at__gt=since)
    first: dict[tuple[Any, str], bool] = {}
    for step, question, is_correct in tries.order_by("answered_at").values_list(
        "step_id", "question", "is_correct"
    ):
        first.setdefault((step, question), is_correct)
    if not first:
        return []
    text = _("Check questions: %(right)s of %(total)s right at the first try")
    return [News(text % {"right": sum(first.values()), "total": len(first)}, "check")]


def _ratings(user: User, enrolment: Enrolment, since: datetime) -> list[News]:
    rated = StepRating.objects.visible_to(user).filter(enrolment=enrolment, rated_at__gt=since)
    newest = {one.step_id: one for one in rated.select_related("step").order_by("rated_at")}
    return [
        News(
            _("%(title)s: %(before)s before, %(after)s after")
            % {"title": one.step.title, "before": _score(one.before), "after": _score(one.after)},
            "leaf",
        )
        for one in newest.values()
    ]


def _score(value: int | None) -> str:
    return "–" if value is None else str(value)


def _rests(user: User, enrolment: Enrolment, since: datetime) -> list[News]:
    """Flare-ups and pauses that the patient began."""
    began = Respite.objects.visible_to(user).filter(enrolment=enrolment, started_at__gt=since)
    own = began.filter(started_by=enrolment.patient.user_id).order_by("started_at").defer("reason")
    words = {
        Respite.Kind.FLARE_UP: _("Flare-up from %(day)s, %(days)s"),
        Respite.Kind.PAUSE: _("Paused the course from %(day)s, %(days)s"),
    }
    return [
        News(
            words[Respite.Kind(one.kind)]
            % {"day": wording.day_of(one.started_at), "days": wording.days(_length(one, enrolment))},
            "leaf",
        )
        for one in own
    ]


def _past_pauses(user: User, enrolment: Enrolment) -> QuerySet[Respite]:
    """Pauses that are over and that somebody of the team had given a reason for, newest first."""
    mine = Respite.objects.visible_to(user).pauses().filter(enrolment=enrolment, reason__isnull=False)
    over = mine.filter(Q(ended_at__isnull=False) | Q(ends_at__lte=clock.now()))
    return over.select_related("started_by", "enrolment__patient").order_by("-started_at")


def _length(respite: Respite, enrolment: Enrolment) -> int:
    zone = enrolment.patient.timezone
    return (respite.last_day(zone) - respite.first_day(zone)).days + 1


def _homework(history: Sequence[HomeworkLine], since: datetime) -> list[News]:
    """The newest version of each module, if it came after `since`; the one handed in first leads."""
    newest = {line.homework.module.slug: line for line in reversed(history)}
    fresh = [line for line in newest.values() if line.homework.submitted_at > since]
    return [
        News(
            _("Handed in the homework of week %(number)s, %(moment)s")
            % {
                "number": line.homework.module.number,
                "moment": wording.moment(line.homework.submitted_at),
            },
            "document",
            line.url,
        )
        for line in sorted(fresh, key=lambda line: line.homework.submitted_at)
    ]


def _messages(user: User, patient: Patient, since: datetime) -> list[News]:
    rows = Message.objects.visible_to(user).filter(patient=patient, sent_at__gt=since)
    count = rows.filter(side=Message.Side.PATIENT).count()
    if not count:
        return []
    words = ngettext("Wrote %(n)s message", "Wrote %(n)s messages", count) % {"n": count}
    return [News(words, "messages", reverse("therapists:patient-messages", args=[patient.pk]))]


def _shared(user: User, enrolment: Enrolment) -> Any:
    """What counts now, and what the patient shares with the care team."""
    return Entry.objects.visible_to(user).filter(enrolment=enrolment, is_shared=True).current()


def _logs(user: User, enrolment: Enrolment) -> list[LogView]:
    first = clock.local_today(enrolment.patient.timezone) - timedelta(days=LOG_DAYS - 1)
    entries = _shared(user, enrolment).filter(worksheet__is_log=True, on_date__gte=first)
    entries = entries.exclude(worksheet__slug__in=OWN_PANELS)
    lines = entries.select_related("worksheet").order_by("worksheet__code", "on_date", "submitted_at")
    return [_log(worksheet, own, number) for number, (worksheet, own) in enumerate(by_log(lines), start=1)]


def _log(worksheet: Worksheet, lines: Sequence[Entry], number: int) -> LogView:
    return LogView(
        title=worksheet.title,
        figure=log_figure(worksheet, lines, uid=f"person-log-{number}"),
        table=log_table(worksheet, lines),
        findings=findings(worksheet, lines),
    )


def _plan(user: User, enrolment: Enrolment) -> Plan | None:
    plans = _shared(user, enrolment).filter(worksheet__steps__kind=Step.Kind.PRACTICE_PLAN)
    entry = plans.select_related("worksheet").order_by("-submitted_at").first()
    if entry is None:
        return None
    answers = answers_for(entry.worksheet.definition, entry.answers)
    return Plan(entry, tuple(answer for answer in answers if not answer.is_empty))


def _last_messages(user: User, patient: Patient) -> list[Message]:
    rows = Message.objects.visible_to(user).filter(patient=patient).select_related("author")
    return list(reversed(rows.order_by("-sent_at", "-pk")[:PREVIEW]))
