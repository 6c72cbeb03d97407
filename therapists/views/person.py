from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from messaging.forms import MessageForm
from messaging.models import Reminder
from messaging.presenters import delivery_page, reply_clock
from painclinic.access.permissions import Permission
from painclinic.crypto import keys
from patients.drafts import form_state
from patients.models import Draft
from patients.presenters.register import events_to_assess
from therapists.access import PersonRequest, leave_list_trace, may, person_page
from therapists.presenters import person
from therapists.presenters.standing import Kind
from therapists.presenters.worklist import Worklist, worklist
from therapists.presenters.written import marks_to_read

# The list at the side is for going on, not for overview.
MAX_SIDE = 15


@person_page(verb="patient-view")
@require_safe
def patient_detail(request: PersonRequest) -> HttpResponse:
    """A patient on one page, with who comes next at one side and the reply box at the other."""
    keys.prefetch([request.patient.pk])
    page = person.person_page(request.user, request.enrolment)
    reminders = Reminder.objects.visible_to(request.user).filter(patient=request.patient)
    context = {
        "page": page,
        "patient": request.patient,
        "emergency": request.emergency,
        "deliveries": delivery_page(reminders, request.GET.get("page")),
        "clock": reply_clock(page.thread, request.user.timezone),
        "marks": marks_to_read(request.user, request.patient),
        "to_assess": events_to_assess(request.user, request.patient),
        "may_steer": may(request, Permission.COURSE_STEER),
        **side_list(request),
        **message_box(request),
    }
    return render(request, "therapists/patient_detail.html", context)


def side_list(request: PersonRequest) -> dict[str, Any]:
    """Who else waits, for the side of the page."""
    work = worklist(request.user)
    shown = [item for item in work.items if item.kind != Kind.ON_TRACK][:MAX_SIDE]
    leave_list_trace(request, (item.standing.patient for item in shown), "worklist-view")
    return {"side": shown, "side_more": _more(work, len(shown))}


def _more(work: Worklist, shown: int) -> int:
    return len(work.items) - len(work.on_track) - shown


def message_box(request: PersonRequest, form: MessageForm | None = None) -> dict[str, Any]:
    """The box to write to the patient in, as far as it was filled; empty for who may not write."""
    if not may(request, Permission.MESSAGE_SEND):
        return {"form": None, "draft": None}
    draft = form_state(
        request.user,
        request.patient,
        purpose=Draft.Purpose.MESSAGE,
        target=f"message:{request.patient.pk}",
        labels={"body": str(MessageForm.base_fields["body"].label)},
    )
    # Two forms of one page must not share ids.
    return {
        "form": form or MessageForm(initial={"body": draft.data.get("body", "")}, auto_id="message_%s"),
        "draft": draft,
    }
