"""The front door, which knows where everybody's own place is, and Help now."""

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.views.decorators.http import require_POST, require_safe

from painclinic import clock
from painclinic.access.decorators import public, requires
from painclinic.access.permissions import Permission
from painclinic.accounts.models import Clinic, Role, User

MOST_CLINICS = 50
# Where each role begins its day.
HOME = {
    Role.PATIENT: "/home/",
    Role.THERAPIST: "/today/",
    Role.SUPERVISOR: "/caseload/",
    Role.CLINIC_ADMIN: "/desk/",
}


@public
@require_safe
def front_door(request: HttpRequest) -> HttpResponse:
    """Lead people who are signed in to their own place; greet everybody else."""
    user = request.user
    if isinstance(user, User) and user.active_memberships:
        return redirect(HOME[Role(user.active_memberships[0].role)])
    return render(request, "access/front_door.html")


@requires(Permission.ACCOUNT_KEEP, second_factor=False)
@require_POST
def session_stay(request: HttpRequest) -> HttpResponse:
    """Stay signed in: any request starts the time without activity anew, and this one does nothing else."""
    return HttpResponse(status=204) if getattr(request, "htmx", False) else redirect("front-door")


@public
@require_safe
def help_now(request: HttpRequest) -> HttpResponse:
    """Crisis numbers and red flags: of the viewer's own clinic, else of every clinic here."""
    user = request.user
    clinics = _clinics()
    if isinstance(user, User):
        clinics = clinics.filter(pk__in=[m.clinic_id for m in user.active_memberships]) or clinics
    return render(request, "access/help_now.html", {"clinics": list(clinics[:MOST_CLINICS])})


@public
@require_safe
def help_offline(request: HttpRequest) -> HttpResponse:
    """The same for a browser to keep: one page for everybody, with nothing of the reader in it."""
    context = {"clinics": list(_clinics()[:MOST_CLINICS]), "at": clock.now()}
    return HttpResponse(render_to_string("access/help_offline.html", context))


def _clinics() -> QuerySet[Clinic]:
    return Clinic.objects.prefetch_related("crisis_lines").order_by("name")
