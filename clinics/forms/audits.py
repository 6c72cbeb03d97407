"""What is asked about an item of the monthly sample."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from painclinic.widgets import CountedTextarea
from patients.models import AuditItem
from patients.safety import audit


class AuditReviewForm(forms.Form):
    """One question after the other, then words; the same for a correction."""

    field_order = (*audit.ALERT_QUESTIONS, "learnt")

    learnt = forms.CharField(
        label=_("What is learnt from it?"),
        required=False,
        max_length=audit.MOST_WORDS,
        widget=CountedTextarea(maxlength=audit.MOST_WORDS, rows=3),
    )

    def __init__(self, *args: Any, item: AuditItem, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.asked = audit.questions(item.stratum)
        for name, words in self.asked.items():
            self.fields[name] = forms.ChoiceField(
                label=str(words),
                choices=list(audit.ANSWERS.items()),
                widget=forms.RadioSelect,
                error_messages={"required": _("Choose an answer.")},
            )
        self.order_fields(self.field_order)

    @property
    def answers(self) -> dict[str, str]:
        """The chosen answers, by question."""
        return {name: self.cleaned_data[name] for name in self.asked}
