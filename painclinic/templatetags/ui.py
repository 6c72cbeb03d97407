"""Tags of the design system: icons and links of the main navigation."""

from typing import Any

from django import template
from django.conf import settings
from django.template import Context
from django.urls import NoReverseMatch, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from painclinic.icons import ICONS

register = template.Library()


@register.simple_tag
def icon(name: str, size: int = 24) -> SafeString:
    """An icon of ours as inline SVG, hidden from screen readers: words always stand beside it."""
    return format_html(
        '<svg class="icon" width="{0}" height="{0}" viewBox="0 0 24 24" fill="none" stroke="currentColor"'
        ' stroke-width="2" stroke-linecap="round" stroke-linejoin="round" aria-hidden="true"'
        ' focusable="false">{1}</svg>',
        size,
        mark_safe(ICONS[name]),
    )


@register.simple_tag
def is_demonstration() -> bool:
    """Whether this is a demonstration, for pages that are drawn without a request."""
    return bool(settings.DEMO)


@register.inclusion_tag("components/_place.html", takes_context=True)
def place(context: Context, label: str, icon_name: str, *names: str, count: int = 0) -> dict[str, Any]:
    """One link of the main navigation, to the first of the named URLs that exists.

    It is marked as current on that page and on all pages below it.
    """
    url = next((found for found in map(_reversed, names) if found), "")
    request = context.get("request")
    path = request.path if request else ""
    return {
        "label": label,
        "icon_name": icon_name,
        "url": url,
        "count": count,
        "is_page": path == url,
        "is_current": bool(url) and path.startswith(url),
    }


def _reversed(name: str) -> str:
    try:
        return reverse(name)
    except NoReverseMatch:
        return ""
