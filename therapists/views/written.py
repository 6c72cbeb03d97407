"""One thing that a patient wrote: to read, to mark as read, to raise an alert from."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from painclinic.access.permissions import Permission
from painclinic.crypto import keys
from patients.actions.attention import note_read
from therapists.access import PersonRequest, may, person_page
from therapists.presenters.written import WrittenText, read_by, written_text


@person_page(verb="written-view")
@require_safe
def written_detail(request: PersonRequest, written: str, text_id: UUID) -> HttpResponse:
    """The text by itself, whether it should be read soon, and who has."""
    text = text_or_404(request, written, text_id)
    mark, reading = read_by(request.user, text)
    context = {
        "patient": request.patient,
        "emergency": request.emergency,
        "text": text,
        "mark": mark,
        "reading": reading,
        "may_handle": may(request, Permission.ALERT_HANDLE),
    }
    return render(request, "therapists/written_detail.html", context)


@person_page(verb="written-view", act=Permission.ALERT_HANDLE)
@require_POST
def written_read(request: PersonRequest, written: str, text_id: UUID) -> HttpResponse:
    """Somebody has read a text that should be read soon: the mark leaves the lists."""
    text = text_or_404(request, written, text_id)
    if note_read(by=request.user, written=text.written, object_id=text.object_id):
        messages.success(request, _("Noted that you have read it."))
    return redirect("therapists:patient-detail", request.patient.pk)


def text_or_404(request: PersonRequest, written: str, text_id: UUID) -> WrittenText:
    keys.prefetch([request.patient.pk])
    text = written_text(request.user, request.patient, written, text_id)
    if text is None:
        raise Http404
    return text
