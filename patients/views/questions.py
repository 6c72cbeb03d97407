"""Questionnaires: what is due, answering one, and what comes after."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from painclinic import clock
from painclinic.access.permissions import Permission
from painclinic.access.reads import open_record
from patients.access import PatientRequest, patient_page
from patients.actions.measures import (
    AnsweredError,
    AnswersInvalidError,
    NotAskedError,
    OccasionClosedError,
    submit_response,
)
from patients.drafts import PostedDraft, draft_from_post, form_state
from patients.measures.asked import Window, window_of
from patients.measures.due import DueSet, Part, next_opening, one_set, open_sets
from patients.models import Draft, Occasion
from patients.presenters.questions import question_form, raw_from, title_of, until, why


def _trace(request: PatientRequest) -> None:
    open_record(request, subject_id=request.patient.pk, clinic_id=request.patient.clinic_id, verb="questions")


def _due(request: PatientRequest, occasion_id: UUID) -> DueSet:
    mine = Occasion.objects.visible_to(request.user).filter(enrolment=request.enrolment)
    return one_set(request.user, request.enrolment, get_object_or_404(mine, pk=occasion_id))


@patient_page(Permission.COURSE_WORK)
@require_safe
def question_list(request: PatientRequest) -> HttpResponse:
    """What can be answered today, why it is asked, and how long it takes."""
    _trace(request)
    sets = [
        {"due": due, "title": title_of(due.occasion), "why": why(due.occasion), "until": until(due.occasion)}
        for due in open_sets(request.user, request.enrolment)
    ]
    later = next_opening(request.user, request.enrolment)
    return render(request, "patients/question_list.html", {"sets": sets, "later": later})


@patient_page(Permission.COURSE_WORK)
@require_safe
def question_next(request: PatientRequest, occasion_id: UUID) -> HttpResponse:
    """Leads to the first questionnaire that is left, else to the page that ends the set."""
    due = _due(request, occasion_id)
    if _is_closed(request, due) or not due.left:
        return redirect("patients:question-done", occasion_id)
    return redirect("patients:question-form", occasion_id, due.left[0].slug)


@patient_page(Permission.COURSE_WORK)
@require_safe
def question_done(request: PatientRequest, occasion_id: UUID) -> HttpResponse:
    """Thanks, what happens with the answers, and one next step. Answers can be looked at and corrected."""
    _trace(request)
    due = _due(request, occasion_id)
    context = {
        "due": due,
        "title": title_of(due.occasion),
        "is_closed": _is_closed(request, due),
        "is_early": _is_early(request, due),
        "until": until(due.occasion),
        "therapist": request.enrolment.therapist,
    }
    return render(request, "patients/question_done.html", context)


@patient_page(Permission.COURSE_WORK)
@require_http_methods(["GET", "HEAD", "POST"])
def question_form_page(request: PatientRequest, occasion_id: UUID, slug: str) -> HttpResponse:
    """One questionnaire. What is chosen saves itself; handing it in keeps it for good."""
    due = _due(request, occasion_id)
    part = due.part(slug)
    if part is None:
        raise Http404
    if _is_closed(request, due):
        if not _is_early(request, due):
            messages.info(request, _("These questions cannot be answered any more. Nothing is lost by that."))
        return redirect("patients:question-done", occasion_id)
    if request.method == "POST":
        return _receive(request, due, part)
    _trace(request)
    return _show(request, due, part)


def _is_closed(request: PatientRequest, due: DueSet) -> bool:
    return window_of(due.occasion, clock.local_today(request.patient.timezone)) != Window.OPEN


def _is_early(request: PatientRequest, due: DueSet) -> bool:
    return window_of(due.occasion, clock.local_today(request.patient.timezone)) == Window.EARLY


def _target(due: DueSet, part: Part) -> str:
    target = f"measure:{due.occasion.pk}:{part.slug}"
    # A correction is a form of its own: what was typed then does not mix with it.
    return f"{target}:{part.response.pk}" if part.response else target


def _show(
    request: PatientRequest,
    due: DueSet,
    part: Part,
    *,
    errors: dict[str, str] | None = None,
    typed: dict[str, Any] | None = None,
) -> HttpResponse:
    labels = {item.code: item.text for item in part.definition.items}
    draft = form_state(
        request.user,
        request.patient,
        purpose=Draft.Purpose.MEASURE,
        target=_target(due, part),
        labels=labels,
    )
    begun = typed or draft.data or raw_from(part)
    context = {
        "form": question_form(due, part, begun=begun, errors=errors),
        "draft": draft,
        "part": part,
        "title": title_of(due.occasion),
    }
    return render(request, "patients/question_form.html", context, status=422 if errors else 200)


def _is_from_before(request: PatientRequest, part: Part) -> bool:
    """Whether a form was sent that was opened before the answer was given which stands now.

    A second press, or another device. A form that corrects the answer is a draft of its own, and so is
    its id.
    """
    if part.response is None:
        return False
    draft = request.POST.get("draft", "")
    target = f"measure:{part.response.occasion_id}:{part.slug}"
    earlier = [target, f"{target}:{part.response.supersedes_id}"]
    mine = Draft.objects.visible_to(request.user).filter(target__in=earlier).values_list("pk", flat=True)
    first = {str(Draft.id_for(request.user.pk, one, number)) for one in earlier for number in range(3)}
    return draft in first | {str(pk) for pk in mine}


def _receive(request: PatientRequest, due: DueSet, part: Part) -> HttpResponse:
    if _is_from_before(request, part):
        if part.response and str(part.response.submission_id) != request.POST.get("draft"):
            messages.info(
                request, _("You have answered this on another page or device. That answer is kept.")
            )
        return redirect("patients:question-next", due.occasion.pk)
    posted = draft_from_post(
        request, request.patient, purpose=Draft.Purpose.MEASURE, target=_target(due, part)
    )
    if posted.wants_only_save and not posted.is_conflict:
        messages.success(request, _("Saved. Go on whenever you like."))
        return redirect("patients:home")
    if not posted.may_submit:
        return _show(request, due, part, errors=dict(posted.errors), typed=posted.data)
    try:
        _submit(request, due, part, posted)
    except AnswersInvalidError as invalid:
        return _show(request, due, part, errors=invalid.errors, typed=posted.data)
    except AnsweredError:
        _say_answered(request)
    except (OccasionClosedError, NotAskedError):
        messages.info(request, _("These questions cannot be answered any more. Nothing is lost by that."))
        return redirect("patients:question-done", due.occasion.pk)
    return redirect("patients:question-next", due.occasion.pk)


def _say_answered(request: PatientRequest) -> None:
    messages.info(request, _("You have answered this on another page or device. That answer is kept."))


def _submit(request: PatientRequest, due: DueSet, part: Part, posted: PostedDraft) -> None:
    seconds = request.POST.get("seconds", "")
    submit_response(
        by=request.user,
        enrolment=request.enrolment,
        occasion=due.occasion,
        slug=part.slug,
        raw=posted.data,
        submission_id=posted.id,
        supersedes=part.response,
        seconds=int(seconds) if seconds.isdecimal() and len(seconds) < 6 else None,
    )
