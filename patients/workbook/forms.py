"""What somebody says when they ask for a print; the page that it stands on has filled in most of it."""

from django import forms

from patients.models import Report

PRINTED = [choice for choice in Report.Scope.choices if choice[0] != Report.Scope.PROGRESS]


class PrintForm(forms.Form):
    """Two buttons, ordinary and large print. A form that is filled wrongly was not made by our pages."""

    scope = forms.ChoiceField(choices=PRINTED)
    target = forms.CharField(max_length=80, required=False)
    large_print = forms.ChoiceField(choices=[("", ""), ("1", "1")], required=False)
    is_named = forms.BooleanField(required=False)
    request_id = forms.UUIDField()
