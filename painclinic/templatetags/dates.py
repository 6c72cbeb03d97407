"""The `date` filter of all templates: Django's own, with the pattern as the reader's language has it."""

from datetime import date as day
from datetime import datetime

from django import template
from django.template.defaultfilters import date as djangos

from painclinic.dates import in_language

register = template.Library()


@register.filter(expects_localtime=True, is_safe=False)
def date(value: day | datetime | None, pattern: str | None = None) -> str:
    """`{{ when|date:"j F" }}`: "4 March", in Spanish "4 de marzo". Any other pattern is Django's."""
    return str(djangos(value, in_language(pattern) if pattern else None))
