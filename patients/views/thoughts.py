"""Thought records with what changed in them, and the coping cards made from them."""

from dataclasses import dataclass
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from painclinic.access.permissions import Permission
from painclinic.access.reads import open_record
from painclinic.charts import Figure
from patients.access import PatientRequest, patient_page
from patients.actions.cards import NotACardError, try_card
from patients.actions.entries import SupersededError
from patients.log_reading import CARDS, THOUGHTS, entries_of
from patients.models import Entry
from patients.presenters.cards import cards_of
from patients.presenters.log_figures import thought_figure
from patients.presenters.practice import open_worksheets

# Each has its picture, and a page is to stay light.
RECORDS_A_PAGE = 5


@dataclass(frozen=True)
class Record:
    """One thought record as its page tells it."""

    entry: Entry
    thought: str
    alternative: str
    belief_alternative: int | None
    figure: Figure | None


@patient_page(Permission.COURSE_WORK)
@require_safe
def thoughts(request: PatientRequest) -> HttpResponse:
    """The thought records, the newest first."""
    _trace(request, "thoughts")
    rows = entries_of(request.user, request.enrolment, THOUGHTS).order_by("-on_date", "-submitted_at")
    page = Paginator(rows, RECORDS_A_PAGE).get_page(request.GET.get("page"))
    open_now = {sheet.slug for sheet in open_worksheets(request.enrolment)}
    context = {
        "pages": page,
        "records": [_record(entry, number) for number, entry in enumerate(page, start=1)],
        "may_log": THOUGHTS in open_now,
        "may_make": CARDS in open_now,
        "thought_sheet": THOUGHTS,
        "card_sheet": CARDS,
    }
    return render(request, "patients/thoughts.html", context)


def _record(entry: Entry, number: int) -> Record:
    answers = entry.answers
    return Record(
        entry,
        str(answers.get("thought", "")),
        str(answers.get("alternative", "")),
        answers.get("belief_alternative"),
        thought_figure(entry, uid=f"thought-{number}"),
    )


@patient_page(Permission.COURSE_WORK)
@require_safe
def cards(request: PatientRequest) -> HttpResponse:
    """The coping cards in large letters."""
    _trace(request, "cards")
    rows = entries_of(request.user, request.enrolment, CARDS).order_by("on_date", "id")
    sheet = next((one for one in open_worksheets(request.enrolment) if one.slug == CARDS), None)
    found = cards_of(rows)
    most = sheet.definition["log"].get("max_entries", 0) if sheet else 0
    context = {
        "cards": found,
        "may_add": sheet is not None and (not most or len(found) < most),
        "card_sheet": CARDS,
        "scores": range(11),
    }
    return render(request, "patients/cards.html", context)


@patient_page(Permission.COURSE_WORK)
@require_POST
def card_tried(request: PatientRequest, entry_id: UUID) -> HttpResponse:
    """One more try of a card; the button that was pressed says how much it helped."""
    mine = Entry.objects.visible_to(request.user).filter(enrolment=request.enrolment)
    card = get_object_or_404(mine.of(CARDS).select_related("worksheet", "enrolment__patient"), pk=entry_id)
    said = request.POST.get("helped", "")
    helped = int(said) if said.isascii() and said.isdigit() and len(said) < 3 else None
    try:
        try_card(by=request.user, card=card, helped=helped)
        messages.success(request, _("Noted. Your care team sees it as well."))
    except NotACardError as wrong:
        raise Http404 from wrong
    except SupersededError:
        messages.info(request, _("You have changed this card on another page. Here is the newest version."))
    return redirect("patients:cards")


def _trace(request: PatientRequest, verb: str) -> None:
    open_record(request, subject_id=request.patient.pk, clinic_id=request.patient.clinic_id, verb=verb)
