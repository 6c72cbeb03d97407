"""Where a member of staff says how they are told: devices that take notices, and a number for texts."""

from functools import wraps
from uuid import UUID

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from messaging.actions import ways
from messaging.channels.push import UnknownPushServiceError, public_key
from messaging.forms import CodeForm, DeviceForm, NumberForm
from messaging.models import PushDevice
from messaging.presenters.ways import device_label, ways_page
from painclinic.access.decorators import View, ViewerRequest, requires
from painclinic.access.permissions import Permission
from painclinic.accounts.models import User

PAGE = "messaging:notices"


@requires(Permission.NOTICES_KEEP)
@require_safe
def notices(request: ViewerRequest) -> HttpResponse:
    """How I am told: the ways there are, and those that I have set up."""
    return _page(request)


@requires(Permission.NOTICES_KEEP)
@require_POST
def device_add(request: ViewerRequest) -> HttpResponse:
    """Take notices on the browser that sends this."""
    form = DeviceForm(request.POST)
    if not public_key():
        raise Http404
    try:
        if not form.is_valid():
            raise ways.BadKeysError
        label = device_label(request.headers.get("User-Agent", ""))
        ways.add_device(by=request.user, label=label, **form.cleaned_data)
    except ways.TooManyDevicesError:
        messages.error(
            request, _("There are %(n)s devices already. Take one off first.") % {"n": PushDevice.MOST}
        )
    except (UnknownPushServiceError, ways.BadKeysError):
        messages.error(request, _("This browser gave an address that notices can not be sent to."))
    else:
        messages.success(request, _("Notices come to this device now. Please try it."))
    return redirect(PAGE)


@requires(Permission.NOTICES_KEEP)
@require_POST
def device_try(request: ViewerRequest, device_id: UUID) -> HttpResponse:
    """Send a trial to one of my devices."""
    device = _own(request, device_id)
    try:
        ways.try_device(by=request.user, device=device, clinic_id=request.membership.clinic_id)
    except ways.TooOftenError:
        messages.error(request, _("That were many trials. Please wait an hour."))
    else:
        messages.success(request, _("A trial is on its way to %(device)s.") % {"device": device.label})
    return redirect(PAGE)


@requires(Permission.NOTICES_KEEP)
@require_POST
def device_remove(request: ViewerRequest, device_id: UUID) -> HttpResponse:
    """Tell me there no more."""
    device = _own(request, device_id)
    ways.remove_device(by=request.user, device=device)
    messages.success(request, _("%(device)s gets no notices any more.") % {"device": device.label})
    return redirect(PAGE)


@requires(Permission.NOTICES_KEEP)
@require_POST
def number_give(request: ViewerRequest) -> HttpResponse:
    """Send a code to the number that I give."""
    form = NumberForm(request.POST)
    if not ways_page(request.user).has_texts:
        raise Http404
    if form.is_valid():
        try:
            ways.give_number(by=request.user, number=form.cleaned_data["number"])
            messages.success(request, _("A code is on its way to your phone. Please write it below."))
            return redirect(PAGE)
        except ways.TooOftenError:
            form.add_error("number", _("That were many codes. Please wait an hour."))
    return _page(request, number_form=form, status=422)


@requires(Permission.NOTICES_KEEP)
@require_POST
def number_prove(request: ViewerRequest) -> HttpResponse:
    """Take the code that was sent."""
    form = CodeForm(request.POST)
    if form.is_valid():
        if ways.prove_number(by=request.user, code=form.cleaned_data["code"]):
            messages.success(request, _("Notices come to your phone as text messages now."))
            return redirect(PAGE)
        form.add_error("code", _("This code does not fit, or is too old. Look again, or ask for another."))
    return _page(request, code_form=form, status=422)


@requires(Permission.NOTICES_KEEP)
@require_POST
def number_remove(request: ViewerRequest) -> HttpResponse:
    """Send me no texts any more, and forget the number."""
    ways.remove_number(by=request.user)
    messages.success(request, _("Your number is forgotten. You get no text messages any more."))
    return redirect(PAGE)


def ends_devices(view: View) -> View:
    """For the page that signs a person out everywhere else: their devices take no notices any more, either.

    Both or neither: whoever presses it may have lost a device.
    """

    @wraps(view)
    def both(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        user = request.user
        if request.method != "POST" or not isinstance(user, User):
            return view(request, *args, **kwargs)
        with transaction.atomic():
            ended = ways.end_devices(by=user, user=user, ending=PushDevice.Ending.SIGNED_OUT)
            response = view(request, *args, **kwargs)
        if ended:
            messages.info(request, _("Notices to your devices have ended, too. Switch them on again there."))
        return response

    return both


def _own(request: ViewerRequest, device_id: UUID) -> PushDevice:
    return get_object_or_404(PushDevice.objects.live().filter(user=request.user), pk=device_id)


def _page(
    request: ViewerRequest,
    *,
    number_form: NumberForm | None = None,
    code_form: CodeForm | None = None,
    status: int = 200,
) -> HttpResponse:
    context = {
        "page": ways_page(request.user),
        "number_form": number_form or NumberForm(),
        "code_form": code_form or CodeForm(),
    }
    return render(request, "messaging/notices.html", context, status=status)
