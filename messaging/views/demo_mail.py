"""The mails of a demonstration, which nobody outside ever gets."""

from uuid import UUID

from django.conf import settings
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_GET

from messaging.models import DemoMail
from painclinic.access.decorators import public

PER_PAGE = 20


@public
@require_GET
def mail_list(request: HttpRequest) -> HttpResponse:
    """Every mail that the demonstration would have sent, newest first."""
    _only_in_a_demonstration()
    page = Paginator(DemoMail.objects.all(), PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "messaging/demo_mail_list.html", {"page": page})


@public
@require_GET
def mail_detail(request: HttpRequest, mail_id: UUID) -> HttpResponse:
    """One mail, with its links to follow."""
    _only_in_a_demonstration()
    return render(
        request, "messaging/demo_mail_detail.html", {"mail": get_object_or_404(DemoMail, pk=mail_id)}
    )


def _only_in_a_demonstration() -> None:
    if not settings.DEMO:
        raise Http404
