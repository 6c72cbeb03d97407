"""How a page looks and behaves for its reader: kept on the device, for everybody."""

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


# An empty choice leaves it to the device.
CHOICES = {
    "text_size": [("", _("As they are")), ("large", _("Large")), ("larger", _("Very large"))],
    "line_spacing": [("", _("As it is")), ("wide", _("Wide"))],
    "theme": [("", _("As on my device")), ("light", _("Light")), ("dark", _("Dark"))],
    "line_length": [("", _("As they are")), ("short", _("Short")), ("long", _("Long"))],
    "contrast": [("", _("As on my device")), ("more", _("Strong"))],
    "break_after": [
        ("", _("Off")),
        ("10", _("After 10 minutes")),
        ("15", _("After 15 minutes")),
        ("20", _("After 20 minutes")),
        ("30", _("After 30 minutes")),
    ],
    "letter_keys": [("", _("Off")), ("on", _("N goes on, B goes back"))],
}


class DisplayForm(forms.Form):
    """One choice each, in the order in which the cookie holds them."""

    hide_optional = True

    text_size = forms.ChoiceField(
        label=_("Letters"), choices=CHOICES["text_size"], required=False, widget=forms.RadioSelect
    )
    line_spacing = forms.ChoiceField(
        label=_("Space between lines"),
        choices=CHOICES["line_spacing"],
        required=False,
        widget=forms.RadioSelect,
    )
    theme = forms.ChoiceField(
        label=_("Colours"), choices=CHOICES["theme"], required=False, widget=forms.RadioSelect
    )
    line_length = forms.ChoiceField(
        label=_("Length of lines"), choices=CHOICES["line_length"], required=False, widget=forms.RadioSelect
    )
    contrast = forms.ChoiceField(
        label=_("Contrast"), choices=CHOICES["contrast"], required=False, widget=forms.RadioSelect
    )
    break_after = forms.ChoiceField(
        label=_("Remind me of a break"),
        help_text=_("A line at the foot of the page. It never stops you, and you can close it."),
        choices=CHOICES["break_after"],
        required=False,
        widget=forms.RadioSelect,
    )
    letter_keys = forms.ChoiceField(
        label=_("Keys in a step"),
        help_text=_(
            "For people who use a keyboard and no screen reader or speech control. The keys do nothing "
            "while you write. Without them, Tab and Enter reach everything; the first press of Tab on a "
            "step offers a way to its end."
        ),
        choices=CHOICES["letter_keys"],
        required=False,
        widget=forms.RadioSelect,
    )


def chosen(request: HttpRequest) -> dict[str, str]:
    """What this device was told, each only if it is one of our choices."""
    values = request.COOKIES.get(COOKIE, "").split(".")
    return {
        name: value
        for (name, choices), value in zip(CHOICES.items(), values, strict=False)
        if value in {key for key, _label in choices}
    }


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
        ".".join(form.cleaned_data[name] for name in CHOICES),
        max_age=A_YEAR,
        secure=settings.HTTPS,
        httponly=True,
        samesite="Lax",
    )
    messages.success(request, _("Saved. This is how pages look on this device now."))
    return response
