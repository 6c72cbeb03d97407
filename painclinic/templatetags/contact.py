"""How numbers are dialled."""

import re

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

register = template.Library()


@register.filter
def dialled(number: str) -> str:
    """A phone number as a `tel:` link wants it: digits, and a plus in front if there is one."""
    plus = "+" if number.strip().startswith("+") else ""
    return plus + re.sub(r"\D", "", number)


@register.filter
def whole(number: str) -> SafeString:
    """A phone number that is never broken across two lines."""
    return format_html('<span class="phone-number">{}</span>', number)
