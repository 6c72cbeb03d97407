"""Questionnaires of one patient: asking for something in between, and why one is missing."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from painclinic.access.permissions import Permission
from patients.actions.measures import (
    MOST_EXTRA,
    NotMissingError,
    OccasionInvalidError,
    add_occasion,
    note_missing,
)
from patients.actions.seen import NothingWorseError, mark_worse_seen
from patients.measures.asked import Window, all_askable, window_of_patient
from patients.models import Occasion
from patients.presenters.track import worse_in_words
from therapists.access import PersonRequest, person_page
from therapists.measure_forms import MissingForm, OccasionForm, SeenForm
from therapists.presenters.measures import track_of


@person_page(verb="patient-view", act=Permission.COURSE_STEER)
@require_http_methods(["GET", "HEAD", "POST"])
def occasion_add(request: PersonRequest) -> HttpResponse:
    """Ask for questionnaires besides the schedule."""
    data = request.POST if request.method == "POST" else None
    form = OccasionForm(data, enrolment=request.enrolment, versions=all_askable(request.enrolment))
    if form.is_bound and form.is_valid():
        try:
            add_occasion(by=request.user, enrolment=request.enrolment, **form.cleaned_data)
        except OccasionInvalidError as refused:
            _explain(form, refused)
        else:
            messages.success(request, _("Asked. You see here when it is answered."))
            return redirect("therapists:patient-detail", request.patient.pk)
    context = {"patient": request.patient, "emergency": request.emergency, "form": form}
    return render(request, "therapists/occasion_add.html", context, status=422 if form.errors else 200)


def _explain(form: OccasionForm, refused: OccasionInvalidError) -> None:
    """What the form could not know: another page was quicker, or a licence has ended meanwhile."""
    if "__all__" in refused.errors:
        form.add_error(
            None, _("This patient was asked %(n)d times besides the schedule: that is the most.")
            % {"n": MOST_EXTRA},
        )  # fmt: skip
    for field in refused.errors.keys() & form.fields.keys():
        form.add_error(field, _("This cannot be asked. Please choose again."))


@person_page(verb="patient-view", act=Permission.COURSE_STEER)
@require_http_methods(["GET", "HEAD", "POST"])
def occasion_missing(request: PersonRequest, occasion_id: UUID) -> HttpResponse:
    """Keep why a time point was not answered."""
    mine = Occasion.objects.visible_to(request.user).filter(enrolment__patient=request.patient)
    occasion = get_object_or_404(mine.select_related("enrolment"), pk=occasion_id)
    if occasion.completed_at or window_of_patient(occasion, request.patient) == Window.EARLY:
        return _not_missing(request)
    form = MissingForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        try:
            note_missing(by=request.user, occasion=occasion, **form.cleaned_data)
        except NotMissingError:
            return _not_missing(request)
        messages.success(request, _("Kept."))
        return redirect("therapists:patient-detail", request.patient.pk)
    context = {"patient": request.patient, "emergency": request.emergency, "form": form, "occasion": occasion}
    return render(request, "therapists/occasion_missing.html", context, status=422 if form.errors else 200)


@person_page(verb="patient-view", act=Permission.COURSE_STEER)
@require_http_methods(["GET", "HEAD", "POST"])
def worse_seen(request: PersonRequest) -> HttpResponse:
    """Keep that a worsening was seen and what was done: it comes back when it gets worse again."""
    track = track_of(request.user, request.enrolment)
    form = SeenForm(request.POST if request.method == "POST" else None)
    if not track.unseen:
        messages.info(request, _("Nothing is worse that was not marked already."))
        return redirect("therapists:patient-detail", request.patient.pk)
    if form.is_bound and form.is_valid():
        try:
            mark_worse_seen(by=request.user, enrolment=request.enrolment, track=track, **form.cleaned_data)
        except NothingWorseError:
            messages.info(request, _("Nothing is worse that was not marked already."))
        else:
            messages.success(request, _("Kept. It comes back here if a score gets worse again."))
        return redirect("therapists:patient-detail", request.patient.pk)
    context = {
        "patient": request.patient,
        "emergency": request.emergency,
        "form": form,
        "worse": worse_in_words(track.unseen),
    }
    return render(request, "therapists/worse_seen.html", context, status=422 if form.errors else 200)


def _not_missing(request: PersonRequest) -> HttpResponse:
    messages.info(request, _("This was answered, or is not asked yet: there is nothing to explain."))
    return redirect("therapists:patient-detail", request.patient.pk)
