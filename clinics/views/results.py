"""What the clinic's treatment comes to, and the data behind it as a file."""

from typing import cast
from urllib.parse import urlencode

from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.utils.translation import get_language
from django.views.decorators.http import require_POST, require_safe

from clinics.results.actions import note_results_export
from clinics.results.answering import late_rows, time_points
from clinics.results.codebook import codebook_lines
from clinics.results.export import answer_lines
from clinics.results.figures import effect_chart, measures, overview, people, weeks_chart
from clinics.results.instruments import measured_scales
from clinics.results.published import SOURCES
from clinics.results.reading import read_choice, read_shown
from clinics.results.summary import figure_lines
from painclinic.access.decorators import ViewerRequest, requires
from painclinic.access.permissions import Permission, allows


@requires(Permission.RESULTS_VIEW)
@require_safe
def results(request: ViewerRequest) -> HttpResponse:
    """Sums over the clinic's courses, never one of them; small numbers are hidden."""
    clinic = request.membership.clinic
    chosen = read_choice(clinic, request.GET.dict())
    shown = read_shown(clinic, chosen)
    scales = measured_scales(shown.totals, get_language() or "en")
    rows = measures(shown, scales)
    context = {
        "clinic_shown": clinic,
        "filters": chosen.filters,
        "is_narrowed": bool(chosen.values),
        "is_by_therapist": "therapist" in chosen.values,
        "choice": urlencode(chosen.values),
        "people": people(shown),
        "is_empty": not shown.count("enrolled"),
        "overview": overview(shown),
        "measures": rows,
        "follow_ups": late_rows(shown, scales),
        "points": time_points(shown),
        "effects": effect_chart(rows),
        "weeks": weeks_chart(shown),
        "sources": SOURCES,
        "may_export": allows(request.membership.role, Permission.RESULTS_EXPORT),
        "may_see_register": allows(request.membership.role, Permission.ADVERSE_VIEW),
    }
    return render(request, "clinics/results.html", context)


@requires(Permission.RESULTS_EXPORT)
@require_POST
def answers_export(request: ViewerRequest) -> HttpResponse:
    """Every answer and score of the clinic without names, line by line: no file is ever held whole."""
    clinic = request.membership.clinic
    note_results_export(by=request.user, clinic=clinic, rows_of="answers")
    return _csv(StreamingHttpResponse(answer_lines(request.user, clinic)), "answers")


@requires(Permission.RESULTS_EXPORT)
@require_POST
def figures_export(request: ViewerRequest) -> HttpResponse:
    """The figures of the page as a file, for the same filters; small numbers are left out as there."""
    clinic = request.membership.clinic
    chosen = read_choice(clinic, request.GET.dict())
    shown = read_shown(clinic, chosen)
    scales = measured_scales(shown.totals, get_language() or "en")
    note_results_export(by=request.user, clinic=clinic, rows_of="figures")
    return _csv(HttpResponse("".join(figure_lines(clinic, chosen, shown, scales))), "figures")


@requires(Permission.RESULTS_EXPORT)
@require_safe
def codebook_export(request: ViewerRequest) -> HttpResponse:
    """What the columns and items of the export mean, in the columns of a REDCap data dictionary."""
    return _csv(HttpResponse("".join(codebook_lines(request.membership.clinic))), "codebook")


def _csv(response: HttpResponse | StreamingHttpResponse, name: str) -> HttpResponse:
    response["Content-Type"] = "text/csv; charset=utf-8"
    response["Content-Disposition"] = f'attachment; filename="painclinic-{name}.csv"'
    response["Cache-Control"] = "no-store"
    # Views are typed by the common case; both are answers.
    return cast(HttpResponse, response)
