"""The page that comes first after an answer that worries. Help now and signing out stay open beside it."""

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from painclinic.access.permissions import Permission
from painclinic.access.reads import open_record
from patients.access import PatientRequest, patient_page
from patients.actions.alerts import answer_follow_up, mark_read
from patients.forms import FollowUpForm
from patients.presenters.support import asked_about, support_page


@patient_page(Permission.COURSE_WORK, consent=False, support=False)
@require_http_methods(["GET", "HEAD", "POST"])
def support(request: PatientRequest) -> HttpResponse:
    """Whom to call, what happens now, and four questions. A POST answers them."""
    page = support_page(request.user, request.enrolment)
    form = FollowUpForm(request.POST if request.method == "POST" else None)
    if form.is_bound and (form.is_valid() or not page.asks):
        if alert := asked_about(request.user, request.enrolment, page, request.POST.get("alert", "")):
            answer_follow_up(by=request.user, alert=alert, answers=form.cleaned_data)
        return redirect("patients:support")
    open_record(request, subject_id=request.patient.pk, clinic_id=request.patient.clinic_id, verb="support")
    name = "patients/support_now.html" if page.is_full_screen else "patients/support.html"
    context = {"page": page, "form": form, "clinic": page.clinic}
    return render(request, name, context, status=422 if form.errors else 200)


@patient_page(Permission.COURSE_WORK, consent=False, support=False)
@require_POST
def support_read(request: PatientRequest) -> HttpResponse:
    """The patient has read what to do now. Further alerts, and open questions, come next."""
    page = support_page(request.user, request.enrolment)
    was_full = page.is_full_screen
    if page.alert and page.is_same(request.POST.get("alert", "")):
        mark_read(by=request.user, alert=page.alert)
    return redirect("patients:support" if was_full else "patients:home")
