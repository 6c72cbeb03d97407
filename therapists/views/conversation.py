from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from messaging.actions import AlreadySentError, mark_read, send_message
from messaging.forms import MessageForm
from messaging.models import Message
from messaging.presenters import thread_page
from painclinic.access.permissions import Permission
from patients.drafts import draft_from_post
from patients.models import Draft
from therapists.access import PersonRequest, person_page
from therapists.presenters.next_up import next_up
from therapists.views.person import message_box


@person_page(verb="thread-view", act=Permission.MESSAGE_SEND)
@require_http_methods(["GET", "POST"])
def patient_messages(request: PersonRequest) -> HttpResponse:
    """The conversation with a patient, how long is left to answer, and the box to answer in."""
    return _send(request) if request.method == "POST" else _page(request)


@person_page(verb="thread-view", act=Permission.MESSAGE_SEND)
@require_POST
def patient_messages_read(request: PersonRequest) -> HttpResponse:
    """Note that the therapist has read the thread up to the message that the page showed."""
    shown = Message.objects.visible_to(request.user).filter(patient=request.patient)
    message = get_object_or_404(shown.select_related("thread"), pk=_uuid(request.POST.get("until", "")))
    mark_read(by=request.user, thread=message.thread, until=message.sent_at)
    if request.htmx:
        return render(request, "messaging/_thread_read.html")
    return redirect("therapists:patient-messages", patient_id=request.patient.pk)


def _send(request: PersonRequest) -> HttpResponse:
    form = MessageForm(request.POST, auto_id="message_%s")
    target = f"message:{request.patient.pk}"
    posted = draft_from_post(request, request.patient, purpose=Draft.Purpose.MESSAGE, target=target)
    if not posted.may_submit and not posted.errors:
        return redirect("therapists:patient-messages", patient_id=request.patient.pk)
    if posted.errors or not form.is_valid():
        return _page(request, form, status=422)
    try:
        send_message(
            by=request.user,
            patient=request.patient,
            body=form.cleaned_data["body"],
            submission_id=posted.id,
        )
    except AlreadySentError:
        messages.warning(request, _("You sent a message from another page. This text is not sent yet."))
        return redirect("therapists:patient-messages", patient_id=request.patient.pk)
    following = next_up(request.user, done=_("Sent to %(name)s.") % {"name": request.patient.first_name})
    messages.success(request, following.text)
    return redirect(following.url)


def _page(request: PersonRequest, form: MessageForm | None = None, *, status: int = 200) -> HttpResponse:
    before = _uuid(request.GET.get("before", ""))
    page = thread_page(request.user, request.patient, before=before)
    context = {
        "page": page,
        "patient": request.patient,
        "emergency": request.emergency,
        **message_box(request, form),
    }
    return render(request, "therapists/patient_messages.html", context, status=status)


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
