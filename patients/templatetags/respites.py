"""What every page of a patient says about a flare-up."""

from typing import Any

from django import template
from django.template import Context

from painclinic.accounts.models import User
from patients.models import Respite

register = template.Library()


@register.simple_tag(takes_context=True)
def flare_up_now(context: Context) -> Respite | None:
    """The flare-up that lasts now for whoever reads the page; None when there is none. One query."""
    user: Any = context["request"].user
    if not isinstance(user, User):
        return None
    own = Respite.objects.visible_to(user).filter(patient__user=user)
    return own.running().flare_ups().defer("reason").first()
