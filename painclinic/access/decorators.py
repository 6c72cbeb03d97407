"""Every view says who may use it: `@requires(Permission.X)` or `@public`."""

from collections.abc import Callable
from functools import wraps
from typing import Any, cast

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.cache import add_never_cache_headers
from django_htmx.http import HttpResponseClientRedirect

from painclinic.access.permissions import Permission, allows
from painclinic.accounts.adapter import second_factor_missing
from painclinic.accounts.models import Membership, User
from painclinic.audit.actions import record
from painclinic.audit.models import Action

View = Callable[..., HttpResponse]


class ViewerRequest(HttpRequest):
    """A request that passed `@requires`: somebody is signed in, in a role that may do this."""

    user: User
    membership: Membership
    htmx: Any


def public(view: View) -> View:
    """Anybody may see this, signed in or not."""
    cast(Any, view).permission = None
    cast(Any, view).is_public = True
    return view


def requires(permission: Permission, *, second_factor: bool = True) -> Callable[[View], View]:
    """Only for people with an active membership whose role has `permission`.

    Sends anonymous people to the sign-in page and staff without a second factor to its set-up;
    everybody else who may not gets a 403, which is written to the audit trail.
    `second_factor=False` is for the pages on which the second factor is set up.
    """

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            response = _gate(request, permission, second_factor)
            if response is None:
                response = view(request, *args, **kwargs)
            # Health records stay out of every cache, the browser's included (ASVS 14.3.2).
            add_never_cache_headers(response)
            return response

        cast(Any, guarded).permission = permission
        return guarded

    return decorate


def membership_for(user: User, permission: Permission) -> Membership | None:
    """The oldest active membership of `user` whose role has `permission`."""
    return next((m for m in user.active_memberships if allows(m.role, permission)), None)


def _gate(request: HttpRequest, permission: Permission, second_factor: bool) -> HttpResponse | None:
    user = request.user
    if not isinstance(user, User):
        return _go_to(request, redirect_to_login(_return_path(request)).url)
    membership = membership_for(user, permission)
    if membership is None:
        record(by=user, action=Action.DENIED, verb=f"deny-{permission}", object_type="view")
        raise PermissionDenied
    if second_factor and second_factor_missing(user):
        return _go_to(request, redirect("mfa_index").url)
    cast(ViewerRequest, request).membership = membership
    return None


def _return_path(request: HttpRequest) -> str:
    """Where to come back to after signing in: the page itself, never a fragment or a POST target."""
    return request.get_full_path() if request.method == "GET" and not getattr(request, "htmx", False) else "/"


def _go_to(request: HttpRequest, url: str) -> HttpResponse:
    return HttpResponseClientRedirect(url) if getattr(request, "htmx", False) else redirect(url)
