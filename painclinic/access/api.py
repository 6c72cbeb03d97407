"""The same rules for the API: signed in by session, refused unless the view says who may."""

from typing import TYPE_CHECKING, Any

from rest_framework import authentication, permissions
from rest_framework.request import Request

from painclinic.access.decorators import membership_for
from painclinic.accounts.adapter import second_factor_missing
from painclinic.accounts.models import User

# The settings name the classes below, and DRF's views read the settings while they are imported.
if TYPE_CHECKING:
    from rest_framework.views import APIView


class SessionAuthentication(authentication.SessionAuthentication):
    """DRF's session sign-in, answering 401 (and not 403) when nobody is signed in.

    The autosave script tells "sign in again" from "you may not" by the status.
    """

    def authenticate_header(self, request: Request) -> str:
        return "Session"


class HasPermission(permissions.BasePermission):
    """Allows a view that names its `required_permission` to those who have it; nobody else."""

    def has_permission(self, request: Request, view: "APIView") -> bool:
        required: Any = getattr(view, "required_permission", None)
        user = request.user
        if required is None or not isinstance(user, User):
            return False
        return membership_for(user, required) is not None and not second_factor_missing(user)
