"""The monthly sample of alerts: which months, what was drawn, and what was found."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from clinics.forms.audits import AuditReviewForm
from clinics.oversight.audits import (
    MOST_ITEMS,
    item_rows,
    label,
    month_rows,
    review_lines,
    sample_lines,
    strata_rows,
)
from painclinic.access.decorators import ViewerRequest, requires
from painclinic.access.permissions import Permission, allows
from painclinic.access.reads import open_record
from painclinic.access.scoping import clinics_where
from patients.actions.audit_samples import note_audit_export, review_item
from patients.models import AuditItem, AuditSample
from patients.safety.draw import is_as_drawn


@requires(Permission.SAFETY_VIEW)
@require_safe
def audit_list(request: ViewerRequest) -> HttpResponse:
    """The months: how many were drawn and read. Whose they are is on none of it."""
    clinic = request.membership.clinic
    context = {
        "clinic_shown": clinic,
        "rows": month_rows(clinic),
        "may_audit": allows(request.membership.role, Permission.SAFETY_AUDIT),
    }
    return render(request, "clinics/audit_list.html", context)


@requires(Permission.SAFETY_AUDIT)
@require_safe
def audit_sample(request: ViewerRequest, sample_id: UUID) -> HttpResponse:
    """What was drawn for a month, that it was drawn by chance, and how far reading has come."""
    sample = _sample(request, sample_id)
    rows = item_rows(request.user, sample)
    context = {
        "sample": sample,
        "clinic_shown": sample.clinic,
        "strata": strata_rows(sample),
        "rows": rows,
        "more": max(0, sum(sample.population.values()) - MOST_ITEMS) if len(rows) == MOST_ITEMS else 0,
        "is_as_drawn": is_as_drawn(sample),
    }
    return render(request, "clinics/audit_sample.html", context)


@requires(Permission.SAFETY_AUDIT)
@require_http_methods(["GET", "HEAD", "POST"])
def audit_item(request: ViewerRequest, item_id: UUID) -> HttpResponse:
    """One item, whose record this opens; a POST writes down what was found in it."""
    seen = AuditItem.objects.visible_to(request.user)
    item = get_object_or_404(
        seen.select_related(
            "patient", "sample", "reader", "alert", "response__instrument_version__instrument"
        ),
        pk=item_id,
    )
    form = AuditReviewForm(request.POST if request.method == "POST" else None, item=item)
    if form.is_bound and form.is_valid():
        review_item(by=request.user, item=item, answers=form.answers, learnt=form.cleaned_data["learnt"])
        messages.success(request, _("What you found is kept."))
        return redirect("clinics:audit-sample", item.sample_id)
    open_record(request, subject_id=item.patient_id, clinic_id=item.clinic_id, verb="audit-item")
    context = {
        "item": item,
        "label": label(item.stratum),
        "reviews": review_lines(request.user, item),
        "form": form,
    }
    return render(request, "clinics/audit_item.html", context, status=422 if form.errors else 200)


@requires(Permission.SAFETY_AUDIT)
@require_POST
def audit_export(request: ViewerRequest, sample_id: UUID) -> HttpResponse:
    """A sample as a file, without names and without words."""
    sample = _sample(request, sample_id)
    note_audit_export(by=request.user, sample=sample)
    text = "".join(sample_lines(request.user, sample))
    response = HttpResponse(text, content_type="text/csv; charset=utf-8")
    name = f"painclinic-audit-{sample.month:%Y-%m}.csv"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["Cache-Control"] = "no-store"
    return response


def _sample(request: ViewerRequest, sample_id: UUID) -> AuditSample:
    mine = clinics_where(request.user, Permission.SAFETY_AUDIT)
    return get_object_or_404(AuditSample.objects.select_related("clinic"), pk=sample_id, clinic_id__in=mine)
