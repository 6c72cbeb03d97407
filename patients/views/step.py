"""The player: one step of a module at a time, for every kind of step.

Looking at a step changes nothing; the page tells the server by a POST that it was opened, and "Go on"
marks it as done. Everything works without scripts.
"""

from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from painclinic.access.permissions import Permission
from painclinic.access.reads import open_record
from patients.access import PatientRequest, patient_page
from patients.actions.progress import (
    ModuleClosedError,
    NoSuchAnswerError,
    answer_check,
    finish_step,
    rate_step,
    visit_step,
)
from patients.models import Entry
from patients.presenters.course import read_course
from patients.presenters.library import RelaxationPage, relaxation_page
from patients.presenters.step import (
    StepPage,
    log_so_far,
    newest_entry,
    questions_of,
    rating_of,
    step_page,
)
from patients.worksheet_forms import Outcome, build, receive
from programs.models import Step
from programs.worksheets import answers_for

CHANGE = "change"


def _to_module_if_closed(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """A step of a module that is not open leads to the module's page, which says why and when."""

    @wraps(view)
    def guarded(request: PatientRequest, module: int, step: int) -> HttpResponse:
        try:
            return view(request, module, step)
        except ModuleClosedError:
            return redirect("patients:module-detail", module)

    return guarded


@patient_page(Permission.COURSE_WORK)
@require_http_methods(["GET", "HEAD", "POST"])
@_to_module_if_closed
def step_detail(request: PatientRequest, module: int, step: int) -> HttpResponse:
    """Show a step; a POST hands in the worksheet that is on it."""
    page = _page_of(request, module, step)
    if page is None:
        return redirect("patients:module-detail", module)
    if request.method == "POST":
        if not page.has_form:
            raise Http404
        return _hand_in(request, page)
    return _show(request, page)


@patient_page(Permission.COURSE_WORK)
@require_POST
@_to_module_if_closed
def step_visit(request: PatientRequest, module: int, step: int) -> HttpResponse:
    """The page says that it was opened, so that another device goes on from here."""
    visit_step(by=request.user, enrolment=request.enrolment, step=_step(request, module, step))
    return HttpResponse(status=204) if request.htmx else redirect("patients:step-detail", module, step)


@patient_page(Permission.COURSE_WORK)
@require_POST
@_to_module_if_closed
def step_finish(request: PatientRequest, module: int, step: int) -> HttpResponse:
    """Go on: this step is done, and the next one follows. Numbers chosen on the page are kept with it."""
    found = _step(request, module, step)
    if found.rating is not None:
        _keep_rating(request, found)
    finish_step(by=request.user, enrolment=request.enrolment, step=found)
    return _onward(request, module, step)


@patient_page(Permission.COURSE_WORK)
@require_POST
@_to_module_if_closed
def step_answer(request: PatientRequest, module: int, step: int) -> HttpResponse:
    """Keep an answer to a check question and show what there is to say about it."""
    found, asked = _step(request, module, step), request.POST.get("question", "")
    chosen = _number(request.POST.get("option", ""))
    faults = {}
    try:
        if chosen is None:
            faults[asked] = _("Choose the answer that seems best to you. There are no marks.")
        else:
            answer_check(
                by=request.user, enrolment=request.enrolment, step=found, question=asked, option=chosen
            )
    except NoSuchAnswerError:
        raise Http404 from None
    if request.htmx:
        return _question(request, found, asked, faults)
    if faults:
        page = _page_of(request, module, step)
        if page is None:
            return redirect("patients:module-detail", module)
        return _show(request, page, faults=faults)
    response = redirect("patients:step-detail", module, step)
    response["Location"] += f"#question-{asked}"
    return response


@patient_page(Permission.COURSE_WORK)
@require_POST
@_to_module_if_closed
def step_rate(request: PatientRequest, module: int, step: int) -> HttpResponse:
    """Keep a number before or after an exercise as soon as it is chosen."""
    found = _step(request, module, step)
    if found.rating is None:
        raise Http404
    _keep_rating(request, found)
    if not request.htmx:
        return redirect("patients:step-detail", module, step)
    _trace(request)
    context = {"rating": rating_of(request.user, request.enrolment, found)}
    return render(request, "patients/_step_rating_said.html", context)


def _page_of(request: PatientRequest, module: int, step: int) -> StepPage | None:
    """The step's page, or None while its module is closed. No such step is a 404."""
    course = read_course(request.user, request.enrolment)
    stop = course.stop(module)
    if stop is None:
        raise Http404
    page = step_page(course, stop, step)
    if not stop.is_open and (page is None or not course.has_added(stop.module, page.step)):
        return None
    if page is None:
        raise Http404
    return page


def _step(request: PatientRequest, module: int, number: int) -> Step:
    own = Step.objects.filter(module__version_id=request.enrolment.programme_version_id)
    return get_object_or_404(own.select_related("module", "worksheet"), module__number=module, number=number)


def _show(
    request: PatientRequest,
    page: StepPage,
    *,
    faults: Mapping[str, str] | None = None,
    outcome: Outcome | None = None,
) -> HttpResponse:
    _trace(request)
    context: dict[str, Any] = {"page": page, "step": page.step, "module": page.stop.module}
    if page.step.kind == Step.Kind.CHECK:
        context["questions"] = questions_of(request.user, request.enrolment, page.step, faults or {})
    context["guide"] = _guide(request, page)
    context["rating"] = rating_of(request.user, request.enrolment, page.step)
    if page.is_log:
        context["log"] = log_so_far(request.user, request.enrolment, page.step)
    if page.has_form:
        context |= _worksheet(request, page, outcome)
    has_fault = bool(faults or (outcome and outcome.errors))
    return render(request, "patients/step_detail.html", context, status=422 if has_fault else 200)


def _guide(request: PatientRequest, page: StepPage) -> RelaxationPage | None:
    """The relaxation script that is practised on this step; its log leads back here."""
    slug = page.step.relaxation_slug
    return relaxation_page(request.enrolment, slug, back=page.place.url) if slug else None


def _worksheet(request: PatientRequest, page: StepPage, outcome: Outcome | None) -> dict[str, Any]:
    """What was handed in, or the form; the form again where it is to be changed."""
    sheet = page.step.worksheet
    if sheet is None:
        return {}
    entry = newest_entry(request.user, request.enrolment, page.step)
    corrects = _to_change(request, page, entry)
    if entry and outcome is None and corrects is None:
        return {"form": None, "entry": entry, "answers": answers_for(sheet.definition, entry.answers)}
    form = build(request, sheet, corrects=corrects, outcome=outcome)
    return {"entry": entry, "form": form, "is_from_before": _is_from_before(page, entry)}


def _to_change(request: PatientRequest, page: StepPage, entry: Entry | None) -> Entry | None:
    """The entry that the form on this step would change, if any."""
    return entry if CHANGE in request.GET or _is_from_before(page, entry) else None


def _is_from_before(page: StepPage, entry: Entry | None) -> bool:
    """Whether it is the practice plan of an earlier week: each week begins with it and makes it its own."""
    is_plan = page.step.kind == Step.Kind.PRACTICE_PLAN
    return is_plan and entry is not None and entry.step_id != page.step.pk


def _hand_in(request: PatientRequest, page: StepPage) -> HttpResponse:
    sheet, number = page.step.worksheet, page.stop.number
    if sheet is None:
        raise Http404
    corrects = _to_change(request, page, newest_entry(request.user, request.enrolment, page.step))
    outcome = receive(request, sheet, step=page.step, corrects=corrects)
    if outcome.kind == "again":
        return _show(request, page, outcome=outcome)
    if outcome.kind == "superseded":
        messages.info(request, _("You have changed this on another page. Here is the newest version."))
        return redirect("patients:step-detail", number, page.place.number)
    if outcome.kind == "saved":
        messages.success(request, _("Saved. Go on whenever you like."))
        return redirect("patients:module-detail", number)
    messages.success(request, _("Saved."))
    return _onward(request, number, page.place.number)


def _onward(request: PatientRequest, module: int, step: int) -> HttpResponse:
    """The step after this one; after the last one the homework, if all of the core is read."""
    page = _page_of(request, module, step)
    if page and not page.stop.is_open:
        messages.success(request, _("Done. That was the step that was added for you."))
        return redirect("patients:course")
    if page is None or page.is_short:
        return redirect("patients:module-detail", module)
    if page.after:
        return redirect("patients:step-detail", module, page.after.number)
    if not page.stop.is_read:
        messages.info(request, _("That was the last step. The ones still open are below, whenever you like."))
        return redirect("patients:module-detail", module)
    messages.success(
        request,
        _("You have been through all of week %(number)d. Take your time with it.") % {"number": module},
    )
    has_homework = bool(page.stop.module.homework_tasks())
    return redirect("patients:homework-detail" if has_homework else "patients:module-detail", module)


def _question(request: PatientRequest, step: Step, asked: str, faults: Mapping[str, str]) -> HttpResponse:
    """One question as it is now, for the place where it stands."""
    found = next(
        (one for one in questions_of(request.user, request.enrolment, step, faults) if one.id == asked), None
    )
    if found is None:
        raise Http404
    _trace(request)
    context = {"question": found, "step": step, "module": step.module}
    return render(request, "patients/_step_question.html", context, status=422 if faults else 200)


def _keep_rating(request: PatientRequest, step: Step) -> None:
    before, after = (_number(request.POST.get(name, "")) for name in ("before", "after"))
    try:
        rate_step(by=request.user, enrolment=request.enrolment, step=step, before=before, after=after)
    except NoSuchAnswerError:
        raise Http404 from None


def _number(text: str) -> int | None:
    """A small number from a form, or None for anything else."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 3 else None


def _trace(request: PatientRequest) -> None:
    open_record(request, subject_id=request.patient.pk, clinic_id=request.patient.clinic_id, verb="step-view")
