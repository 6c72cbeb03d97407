"""Who and what the admin can choose from."""

from typing import Any

from django import forms
from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from painclinic.accounts.models import Clinic, Role, User
from programs.models import Module, ProgrammeVersion


def working_therapists(clinic: Clinic) -> QuerySet[User]:
    """The therapists who work at a clinic now, each with the number of patients they treat there."""
    running = Q(assignments__ended_at=None, assignments__kind="primary", assignments__clinic=clinic)
    active = User.objects.filter(
        memberships__clinic=clinic,
        memberships__role=Role.THERAPIST,
        memberships__ended_at=None,
        is_active=True,
    )
    return active.annotate(patients_now=Count("assignments", filter=running, distinct=True)).order_by("name")


def newest_versions() -> QuerySet[ProgrammeVersion]:
    """The newest published version of each programme in each language.

    `is_draft`: nobody has reviewed one of its weeks.
    """
    published = ProgrammeVersion.objects.published()
    later = published.filter(
        programme=OuterRef("programme"), language=OuterRef("language"), number__gt=OuterRef("number")
    )
    unread = Module.objects.filter(version=OuterRef("pk"), is_outline=False, details__reviewed_on="")
    newest = published.filter(~Exists(later)).annotate(is_draft=Exists(unread))
    return newest.order_by("title", "language")


class TherapistChoiceField(forms.ModelChoiceField):
    """Therapists by name, with how many patients each has, so that work can be spread."""

    def label_from_instance(self, obj: Any) -> str:
        count = getattr(obj, "patients_now", 0)
        patients = ngettext("%(count)d patient", "%(count)d patients", count) % {"count": count}
        return f"{obj.name} ({patients})"


class ProgrammeChoiceField(forms.ModelChoiceField):
    def label_from_instance(self, obj: Any) -> str:
        words = _("%(title)s, %(language)s, version %(number)d") % {
            "title": obj.title,
            "language": obj.language,
            "number": obj.number,
        }
        return _("%(version)s (draft: not yet reviewed)") % {"version": words} if obj.is_draft else words
