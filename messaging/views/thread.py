"""The patient's one conversation with their care team."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from messaging.actions import AlreadySentError, mark_read, send_message
from messaging.forms import MessageForm
from messaging.models import Message
from messaging.presenters import thread_page
from painclinic.access.permissions import Permission
from painclinic.access.reads import open_record
from patients.access import PatientRequest, patient_page
from patients.drafts import DraftState, draft_from_post, form_state
from patients.models import Draft

# Looking for news ends after this many times, so that an open page keeps nobody signed in for ever.
MOST_LOOKS = 20


@patient_page(Permission.OWN_MESSAGES)
@require_http_methods(["GET", "POST"])
def thread_detail(request: PatientRequest) -> HttpResponse:
    """The newest messages and the form; or, with `before`, a page of older ones."""
    if request.method == "POST":
        return _send(request)
    draft = _draft(request)
    return _page(request, MessageForm(initial={"body": draft.data.get("body", "")}), draft)


@patient_page(Permission.OWN_MESSAGES)
@require_GET
def thread_news(request: PatientRequest) -> HttpResponse:
    """For the page's own timer: nothing when nothing is new, else the conversation as it is now."""
    looks = request.GET.get("looks", "")
    count = int(looks) if looks.isdecimal() and len(looks) < 4 else 0
    own = Message.objects.visible_to(request.user).filter(patient=request.patient)
    newest = own.order_by("-sent_at", "-pk").values_list("pk", flat=True).first()
    context: dict[str, Any] = {"looks": count + 1, "goes_on": count < MOST_LOOKS, "newest": newest or ""}
    if newest and str(newest) != request.GET.get("after", ""):
        _opened(request, "thread-view")
        context["page"] = thread_page(request.user, request.patient)
    return render(request, "messaging/_thread_news.html", context)


@patient_page(Permission.OWN_MESSAGES)
@require_POST
def thread_read(request: PatientRequest) -> HttpResponse:
    """Mark what the page showed as read."""
    own = Message.objects.visible_to(request.user).filter(patient=request.patient)
    message = get_object_or_404(own.select_related("thread"), pk=_uuid(request.POST.get("until", "")))
    mark_read(by=request.user, thread=message.thread, until=message.sent_at)
    if request.htmx:
        return render(request, "messaging/_thread_read.html")
    return redirect("messaging:thread")


def _send(request: PatientRequest) -> HttpResponse:
    form = MessageForm(request.POST)
    posted = draft_from_post(request, request.patient, purpose=Draft.Purpose.MESSAGE, target=_target(request))
    if not posted.may_submit and not posted.errors:
        return redirect("messaging:thread")
    if posted.errors or not form.is_valid():
        return _page(request, form, _draft(request))
    try:
        send_message(
            by=request.user,
            patient=request.patient,
            body=form.cleaned_data["body"],
            submission_id=posted.id,
        )
    except AlreadySentError:
        messages.warning(request, _("You sent a message from another page. This text is not sent yet."))
        return redirect("messaging:thread")
    messages.success(request, _("Your message is sent."))
    return redirect("messaging:thread")


def _page(request: PatientRequest, form: MessageForm, draft: DraftState) -> HttpResponse:
    _opened(request, "thread-view")
    before = request.GET.get("before", "")
    page = thread_page(request.user, request.patient, before=_uuid(before) if before else None)
    context = {
        "page": page,
        "form": form,
        "draft": draft,
        "newest": page.newest or "",
        "looks": 0,
        "goes_on": page.is_latest,
    }
    return render(request, "messaging/thread_detail.html", context)


def _draft(request: PatientRequest) -> DraftState:
    labels = {"body": str(MessageForm.base_fields["body"].label)}
    return form_state(
        request.user, request.patient, purpose=Draft.Purpose.MESSAGE, target=_target(request), labels=labels
    )


def _target(request: PatientRequest) -> str:
    return f"message:{request.patient.pk}"


def _opened(request: PatientRequest, verb: str) -> None:
    open_record(request, subject_id=request.patient.pk, clinic_id=request.patient.clinic_id, verb=verb)


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
