"""Staff: invite, see, end."""

from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from clinics.actions import (
    LastAdminError,
    SuccessorNeededError,
    end_staff_membership,
    invite_staff,
    send_invitation_again,
)
from clinics.forms import EndMembershipForm, InviteStaffForm
from clinics.presenters import staff_rows
from painclinic.access.decorators import ViewerRequest, requires
from painclinic.access.permissions import Permission
from painclinic.accounts.actions import AlreadyMemberError, InvitationError, withdraw_invitation
from painclinic.accounts.models import Invitation, Membership, Role
from patients.actions.enrolment import NotATherapistError
from patients.models import Assignment


@requires(Permission.STAFF_MANAGE)
@require_safe
def staff_list(request: ViewerRequest) -> HttpResponse:
    """Who works here, in which role, with how many patients; and whose invitation is open."""
    clinic = request.membership.clinic
    page = Paginator(staff_rows(clinic), 50).get_page(request.GET.get("page"))
    waiting = Invitation.objects.filter(clinic=clinic, accepted_at=None, withdrawn_at=None)
    invitations = waiting.exclude(role=Role.PATIENT).select_related("user").order_by("-created_at")[:50]
    return render(request, "clinics/staff_list.html", {"page_obj": page, "invitations": invitations})


@requires(Permission.STAFF_MANAGE)
@require_http_methods(["GET", "HEAD", "POST"])
def staff_invite(request: ViewerRequest) -> HttpResponse:
    """Invite a colleague by e-mail."""
    form = InviteStaffForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            invite_staff(
                by=request.user,
                clinic=request.membership.clinic,
                role=Role(data["role"]),
                email=data["email"],
                name=data["name"],
            )
        except AlreadyMemberError:
            form.add_error("email", _("Somebody with this e-mail address is a member or invited already."))
        else:
            messages.success(request, _("The invitation is on its way."))
            return redirect("clinics:staff-list")
    return render(request, "clinics/staff_invite.html", {"form": form}, status=422 if form.errors else 200)


def _staff_invitation(request: ViewerRequest, invitation_id: UUID) -> Invitation:
    clinic = request.membership.clinic
    staff = Invitation.objects.filter(clinic=clinic).exclude(role=Role.PATIENT)
    return get_object_or_404(staff, pk=invitation_id)


@requires(Permission.STAFF_MANAGE)
@require_POST
def staff_invitation_send_again(request: ViewerRequest, invitation_id: UUID) -> HttpResponse:
    try:
        send_invitation_again(by=request.user, invitation=_staff_invitation(request, invitation_id))
        messages.success(request, _("A new link is on its way. The older one no longer works."))
    except InvitationError:
        messages.error(request, _("This invitation was used or withdrawn; it cannot be sent again."))
    return redirect("clinics:staff-list")


@requires(Permission.STAFF_MANAGE)
@require_POST
def staff_invitation_withdraw(request: ViewerRequest, invitation_id: UUID) -> HttpResponse:
    try:
        withdraw_invitation(by=request.user, invitation=_staff_invitation(request, invitation_id))
        messages.success(request, _("Withdrawn. The link no longer works."))
    except InvitationError:
        messages.error(request, _("This invitation has been used already."))
    return redirect("clinics:staff-list")


@requires(Permission.STAFF_MANAGE)
@require_http_methods(["GET", "HEAD", "POST"])
def staff_end(request: ViewerRequest, membership_id: UUID) -> HttpResponse:
    """End a colleague's role; their patients go to somebody named here, their sessions end at once."""
    clinic = request.membership.clinic
    staff = Membership.objects.active().staff().filter(clinic=clinic).select_related("user")
    membership = get_object_or_404(staff, pk=membership_id)
    running = (
        Assignment.objects.visible_to(request.user).running().filter(therapist=membership.user, clinic=clinic)
    )
    patients = running.count()
    data = request.POST if request.method == "POST" else None
    form = EndMembershipForm(data, clinic=clinic, membership=membership, patients=patients)
    if request.method == "POST" and form.is_valid():
        try:
            moved = end_staff_membership(
                by=request.user, membership=membership, successor=form.cleaned_data.get("successor")
            )
        except LastAdminError:
            form.add_error(None, _("This is the last clinic admin. Invite another one first."))
        except (SuccessorNeededError, NotATherapistError):
            form.add_error(None, _("The patients changed meanwhile. Choose again who takes over."))
        else:
            done = ngettext("Ended; %(n)d patient moved.", "Ended; %(n)d patients moved.", moved) % {
                "n": moved
            }
            messages.success(request, done)
            return redirect("clinics:staff-list")
    context = {"form": form, "member": membership, "patients": patients}
    return render(request, "clinics/staff_end.html", context, status=422 if form.errors else 200)
