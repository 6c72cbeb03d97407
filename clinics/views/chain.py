"""The daily test of the notices of alerts: what came of it, and that it arrived."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from messaging.actions.chain import NotToldError, confirm_arrival
from messaging.models import ChainTest
from messaging.presenters.chain import chain_rows, question_for
from painclinic.access.decorators import ViewerRequest, requires
from painclinic.access.permissions import Permission, allows
from painclinic.access.scoping import clinics_where


@requires(Permission.CHAIN_VIEW)
@require_safe
def chain_list(request: ViewerRequest) -> HttpResponse:
    """The last 60 days: when each test was due, sent, accepted and confirmed, and by whom."""
    context = {"rows": chain_rows(request.membership.clinic), "chain": question_for(request.user)}
    return render(request, "clinics/chain_list.html", context)


@requires(Permission.CHAIN_VIEW)
@require_POST
def chain_arrived(request: ViewerRequest, test_id: UUID) -> HttpResponse:
    """Somebody whom the test was sent to has it."""
    mine = clinics_where(request.user, Permission.CHAIN_VIEW)
    test = get_object_or_404(ChainTest, pk=test_id, clinic_id__in=mine)
    try:
        confirm_arrival(by=request.user, test=test)
    except NotToldError:
        raise Http404 from None
    messages.success(request, _("Thank you. Everybody can see now that notices arrive."))
    has_today = allows(request.membership.role, Permission.WORKLIST_VIEW)
    return redirect("therapists:today" if has_today else "clinics:chain-list")
