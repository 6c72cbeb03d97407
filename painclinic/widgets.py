"""Form widgets of the design system, for fields that Django's own widgets do not serve."""

from collections.abc import Mapping
from typing import Any

from django import forms


class ScaleInput(forms.RadioSelect):
    """Whole numbers, by default 0 to 10, as a row of large buttons that is a radio group.

    `low` and `high` are the words under both ends.
    """

    template_name = "django/forms/widgets/scale.html"

    def __init__(
        self,
        *,
        low: str = "",
        high: str = "",
        numbers: range = range(11),
        attrs: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(attrs=dict(attrs) if attrs else None, choices=[(str(n), str(n)) for n in numbers])
        self.low, self.high = low, high

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        context["widget"] |= {"low": self.low, "high": self.high}
        return context


class DateInput(forms.DateInput):
    """A day, with the device's own picker where it has one."""

    input_type = "date"

    def __init__(self, attrs: Mapping[str, Any] | None = None) -> None:
        # The picker only understands this format, whatever the reader's language.
        super().__init__(attrs=dict(attrs) if attrs else None, format="%Y-%m-%d")


class TimeInput(forms.TimeInput):
    """A time of day, with the device's own picker where it has one."""

    input_type = "time"

    def __init__(self, attrs: Mapping[str, Any] | None = None) -> None:
        super().__init__(attrs=dict(attrs) if attrs else None, format="%H:%M")


class CountedTextarea(forms.Textarea):
    """A text box that says how many letters are left."""

    def __init__(
        self, *, maxlength: int = 4000, rows: int = 4, attrs: Mapping[str, Any] | None = None
    ) -> None:
        super().__init__(attrs={"rows": rows, "maxlength": maxlength, **(attrs or {})})

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        if id_ := context["widget"]["attrs"].get("id"):
            context["widget"]["attrs"]["data-counter"] = f"{id_}_counter"
        return context
