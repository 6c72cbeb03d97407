"""The clinic's register of adverse events and unwanted effects, and the files made of it."""

from typing import cast

from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST, require_safe

from clinics.register import Choices, register_of, show_names, since_names
from clinics.register_export import ROWS, codebook_lines, event_lines
from painclinic.access.decorators import ViewerRequest, requires
from painclinic.access.permissions import Permission, allows
from painclinic.access.reads import list_records
from patients.actions.adverse import note_register_export


@requires(Permission.ADVERSE_VIEW)
@require_safe
def adverse_register(request: ViewerRequest) -> HttpResponse:
    """All events of the clinic that the reader may see, page by page, with sums by grade and relation."""
    clinic = request.membership.clinic
    choices = Choices.read(request.GET.dict())
    register = register_of(request.user, clinic, choices)
    list_records(
        request,
        subject_ids={one.version.patient_id for one in register.page},
        clinic_id=clinic.pk,
        verb="adverse-register",
    )
    context = {
        "register": register,
        "page_obj": register.page,
        "choices": choices,
        "shows": show_names(),
        "sinces": since_names(),
        "may_export": allows(request.membership.role, Permission.ADVERSE_EXPORT),
    }
    return render(request, "clinics/adverse_register.html", context)


@requires(Permission.ADVERSE_EXPORT)
@require_POST
def adverse_export(request: ViewerRequest) -> HttpResponse:
    """The register of the clinic without names, or the serious events alone, line by line."""
    clinic = request.membership.clinic
    rows = request.POST.get("rows", "")
    rows = rows if rows in ROWS else "all"
    note_register_export(by=request.user, clinic=clinic, rows_of=rows)
    return _csv(StreamingHttpResponse(event_lines(request.user, clinic, rows)), f"adverse-{rows}")


@requires(Permission.ADVERSE_EXPORT)
@require_safe
def adverse_codebook(request: ViewerRequest) -> HttpResponse:
    """What the columns of the file mean."""
    return _csv(HttpResponse("".join(codebook_lines())), "adverse-codebook")


def _csv(response: HttpResponse | StreamingHttpResponse, name: str) -> HttpResponse:
    response["Content-Type"] = "text/csv; charset=utf-8"
    response["Content-Disposition"] = f'attachment; filename="painclinic-{name}.csv"'
    response["Cache-Control"] = "no-store"
    # Views are typed by the common case; both are answers.
    return cast(HttpResponse, response)
