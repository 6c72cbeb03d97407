from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils import translation

from painclinic.access import display
from painclinic.accounts.models import Role, User


def viewer(request: HttpRequest) -> dict[str, Any]:
    """What every page may show of the person who looks at it."""
    user = getattr(request, "user", None)
    memberships = user.active_memberships if isinstance(user, User) else []
    membership = getattr(request, "membership", None) or (memberships[0] if memberships else None)
    return {
        "demo_mode": settings.DEMO,
        "is_draft_language": translation.get_language() in settings.DRAFT_LANGUAGES,
        "session_idle": _session_idle(user),
        "display": display.chosen(request),
        "membership": membership,
        "clinic": membership.clinic if membership else None,
        "is_patient": bool(membership and membership.role == Role.PATIENT),
        "is_staff_member": bool(membership and membership.role != Role.PATIENT),
        "viewer_roles": [m.role for m in memberships],
    }


def _session_idle(user: object) -> int:
    """Seconds without activity after which this viewer is signed out; 0 for nobody."""
    if not isinstance(user, User):
        return 0
    idle, _longest = settings.SESSION_LIMITS["staff" if user.is_staff_member else "patient"]
    return int(idle)
