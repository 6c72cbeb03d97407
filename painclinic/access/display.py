"""How large the letters are, and whether the page is light or dark: kept on the device, for everybody."""

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from painclinic.access.decorators import public

COOKIE = "__Host-display" if settings.HTTPS else "display"
A_YEAR = 365 * 24 * 3600


class DisplayForm(forms.Form):
    """An empty choice leaves it to the device."""

    hide_optional = True

    text_size = forms.ChoiceField(
        label=_("Letters"),
        required=False,
        choices=[("", _("As they are")), ("large", _("Large")), ("larger", _("Very large"))],
        widget=forms.RadioSelect,
    )
    line_spacing = forms.ChoiceField(
        label=_("Space between lines"),
        required=False,
        choices=[("", _("As it is")), ("wide", _("Wide"))],
        widget=forms.RadioSelect,
    )
    theme = forms.ChoiceField(
        label=_("Colours"),
        required=False,
        choices=[("", _("As on my device")), ("light", _("Light")), ("dark", _("Dark"))],
        widget=forms.RadioSelect,
    )


def chosen(request: HttpRequest) -> dict[str, str]:
    """What this device was told, each only if it is one of our choices."""
    values = request.COOKIES.get(COOKIE, "").split(".")
    fields = DisplayForm.base_fields
    allowed = {name: {key for key, _label in _choices(field)} for name, field in fields.items()}
    return {name: value for name, value in zip(fields, values, strict=False) if value in allowed[name]}


def _choices(field: forms.Field) -> list[tuple[str, str]]:
    return list(field.choices) if isinstance(field, forms.ChoiceField) else []


@public
@require_http_methods(["GET", "HEAD", "POST"])
def display_settings(request: HttpRequest) -> HttpResponse:
    """Choose letters and colours; the choice is shown at once."""
    form = DisplayForm(request.POST if request.method == "POST" else None, initial=chosen(request))
    if request.method != "POST" or not form.is_valid():
        return render(request, "access/display_settings.html", {"form": form})
    response = redirect("display-settings")
    response.set_cookie(
        COOKIE,
        ".".join(form.cleaned_data[name] for name in form.fields),
        max_age=A_YEAR,
        secure=settings.HTTPS,
        httponly=True,
        samesite="Lax",
    )
    messages.success(request, _("Saved. This is how pages look on this device now."))
    return response
