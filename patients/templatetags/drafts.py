"""What a page needs of a form that saves itself."""

from django import template
from django.utils.html import format_html, json_script
from django.utils.safestring import SafeString

from painclinic.accounts.models import User
from patients.drafts import DraftState
from patients.drafts import owner_mark as mark_of

register = template.Library()


@register.simple_tag
def owner_mark(user: User) -> str:
    """Names the reader to the browser without telling who it is."""
    return mark_of(user)


@register.simple_tag
def kept_texts(draft: DraftState) -> SafeString:
    """The kept texts of a form for the script; nothing when there are none."""
    if not draft.kept:
        return SafeString("")
    return format_html("<div hidden data-kept>{}</div>", json_script(draft.kept_data))
