"""Whether people can be told of alerts, wherever staff are."""

from typing import Any

from django import template

from messaging.presenters.chain import Alarm, alarms_of

register = template.Library()


@register.simple_tag
def chain_alarms(user: Any) -> list[Alarm]:
    """The warnings for a member of staff; none for anybody else. No query."""
    return alarms_of(user)
