"""Every component of the design system on one page, which only tests serve."""

from datetime import UTC, datetime
from typing import Any

from django import forms
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from painclinic import widgets
from painclinic.access.decorators import public

TITLES = (
    "Understanding pain",
    "What matters",
    "Doing a little",
    "Thoughts",
    "Sleep",
    "Moving",
    "Bad days",
    "On",
)


class EveryField(forms.Form):
    name = forms.CharField(help_text="As in the passport.")
    phone = forms.CharField(label="Mobile", required=False, help_text="Only for reminders.")
    born = forms.DateField(label="Date of birth", widget=widgets.DateInput())
    at = forms.TimeField(label="Time", widget=widgets.TimeInput(), required=False)
    language = forms.ChoiceField(choices=[("en", "English"), ("es", "Spanish")])
    pain = forms.ChoiceField(
        label="How much pain do you have now?",
        choices=[(str(n), str(n)) for n in range(11)],
        widget=widgets.ScaleInput(low="no pain", high="worst pain I can imagine"),
    )
    when = forms.ChoiceField(
        label="When?", choices=[("a", "In the morning"), ("b", "In the evening")], widget=forms.RadioSelect
    )
    what = forms.MultipleChoiceField(
        label="What helped?",
        required=False,
        choices=[("a", "Rest"), ("b", "Walking")],
        widget=forms.CheckboxSelectMultiple(attrs={"class": "choices-inline"}),
    )
    note = forms.CharField(
        label="In your own words", widget=widgets.CountedTextarea(maxlength=500), required=False
    )
    ok = forms.BooleanField(label="I have read this", help_text="You can change your mind at any time.")


def _state(number: int) -> str:
    return "done" if number < 4 else "now" if number == 4 else "ahead"


def context(base: str) -> dict[str, Any]:
    stops = [
        {
            "number": n,
            "title": title,
            "state": _state(n),
            "url": "/course/" if n < 5 else "",
            "note": "5 steps",
        }
        for n, title in enumerate(TITLES, 1)
    ]
    return {
        "base": base,
        "stops": stops,
        "now": datetime(2026, 3, 4, 14, 3, tzinfo=UTC),
        "names": ("Maria Lind", "Joao Pereira", "Aisha Khan"),
        "page": Paginator(range(30), 10).page(2),
        "form": EveryField({"phone": "1", "pain": "4"}),
    }


@public
def gallery(request: HttpRequest) -> HttpResponse:
    """`?area=staff` shows it as staff see it."""
    area = "staff" if request.GET.get("area") == "staff" else "patient"
    return render(request, "gallery.html", context(f"base_{area}.html"))
