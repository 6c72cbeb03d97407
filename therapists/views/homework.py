from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from painclinic.access.permissions import Permission
from painclinic.crypto import keys
from patients.actions.reviews import AlreadyReviewedError, NotNewestVersionError, give_review
from patients.drafts import PostedDraft, draft_from_post, form_state
from patients.models import Draft, Entry, Homework
from therapists.access import PersonRequest, may, person_page
from therapists.forms import ReviewForm
from therapists.presenters.homework import handed_in, homework_page
from therapists.presenters.next_up import next_up


@person_page(verb="homework-view", act=Permission.HOMEWORK_REVIEW)
@require_http_methods(["GET", "POST"])
def homework_review(request: PersonRequest, homework_id: UUID) -> HttpResponse:
    """One version of homework with the reply beside it."""
    keys.prefetch([request.patient.pk])
    own = Homework.objects.visible_to(request.user).filter(patient=request.patient)
    homework = get_object_or_404(own.select_related("module", "enrolment"), pk=homework_id)
    entries = handed_in(request.user, homework)
    if request.method == "POST":
        return _answer(request, homework, entries)
    return _page(request, homework, entries)


def _answer(request: PersonRequest, homework: Homework, entries: list[Entry]) -> HttpResponse:
    posted = draft_from_post(
        request, request.patient, purpose=Draft.Purpose.REVIEW, target=f"review:{homework.pk}"
    )
    if not posted.may_submit and not posted.errors:
        return redirect(request.path)
    form = _bound(request, entries)
    if posted.errors or not form.is_valid():
        return _page(request, homework, entries, form, status=422)
    try:
        _give(request, homework, form, posted)
    except AlreadyReviewedError as given:
        text = _("%(name)s has answered this version already. Your text is not sent; it is kept below.")
        messages.error(request, text % {"name": given.review.by.name})
        return _page(request, homework, entries, form, status=409)
    except NotNewestVersionError:
        messages.error(
            request, _("A newer version came in while you wrote. Your text is not sent; it is kept below.")
        )
        return _page(request, homework, entries, form, status=409)
    following = next_up(request.user, done=_("Sent to %(name)s.") % {"name": request.patient.first_name})
    messages.success(request, following.text)
    return redirect(following.url)


def _bound(request: PersonRequest, entries: list[Entry]) -> ReviewForm:
    # The button is called `next`, one of the names that drafts leave out: which one was pressed is
    # not something that was typed.
    data = request.POST.copy()
    data["outcome"] = request.POST.get("next", "")
    return ReviewForm(data, entries=entries)


def _give(request: PersonRequest, homework: Homework, form: ReviewForm, posted: PostedDraft) -> None:
    give_review(
        by=request.user,
        homework=homework,
        outcome=form.cleaned_data["outcome"],
        comment=form.cleaned_data["comment"],
        comments=form.remarks(),
        draft_id=posted.id,
    )


def _page(
    request: PersonRequest,
    homework: Homework,
    entries: list[Entry],
    form: ReviewForm | None = None,
    *,
    status: int = 200,
) -> HttpResponse:
    reply = _reply_box(request, homework, entries, form)
    remarks = reply["form"].bound_remarks() if reply["form"] else {}
    context = {
        "patient": request.patient,
        "emergency": request.emergency,
        "page": homework_page(request.user, request.enrolment, homework, entries, remarks),
        **reply,
    }
    return render(request, "therapists/homework_review.html", context, status=status)


def _reply_box(
    request: PersonRequest, homework: Homework, entries: list[Entry], form: ReviewForm | None
) -> dict[str, Any]:
    """The form as it was typed so far; none when there is nothing left to answer or it may not be."""
    is_open = not hasattr(homework, "review") and not _has_newer(request, homework)
    if form is None and not (is_open and may(request, Permission.HOMEWORK_REVIEW)):
        return {"form": None, "draft": None}
    unbound = ReviewForm(entries=entries)
    draft = form_state(
        request.user,
        request.patient,
        purpose=Draft.Purpose.REVIEW,
        target=f"review:{homework.pk}",
        labels=unbound.labels,
    )
    return {"form": form or ReviewForm(initial=draft.data, entries=entries), "draft": draft}


def _has_newer(request: PersonRequest, homework: Homework) -> bool:
    versions = Homework.objects.visible_to(request.user).filter(
        enrolment_id=homework.enrolment_id, module__slug=homework.module.slug
    )
    return versions.filter(version__gt=homework.version).exists()
