"""How numbers are dialled."""

import re

from django import template

register = template.Library()


@register.filter
def dialled(number: str) -> str:
    """A phone number as a `tel:` link wants it: digits, and a plus in front if there is one."""
    plus = "+" if number.strip().startswith("+") else ""
    return plus + re.sub(r"\D", "", number)
