"""Whose rows each person may see, model by model: `visible_to` against who treats and administers whom."""

from collections.abc import Iterator
from typing import Any

from django.apps import apps
from django.contrib.auth.models import AnonymousUser

from painclinic.access.scoping import ScopedQuerySet
from painclinic.accounts.models import User
from patients.models.scope import EnrolmentDataQuerySet
from tests.access.world import ADMINISTERED, TREATED, World

TEAM = {name: patients for name, patients in TREATED.items() if name not in {"own", "pat", "far", "new"}}
# Rows that fewer people see than the treatment: an author's own, a reader's own, a patient's own choice.
NARROW: dict[str, dict[str, set[str]]] = {
    "Draft": {name: patients for name, patients in TREATED.items() if name in {"own", "pat", "far"}},
    "DraftRevision": {name: patients for name, patients in TREATED.items() if name in {"own", "pat", "far"}},
    "ReminderPreference": {
        name: patients for name, patients in TREATED.items() if name in {"own", "pat", "far"}
    },
    # For the team: the patient sees nothing of it.
    "AttentionMark": TEAM,
    "AttentionReading": TEAM,
    # Read again by the clinical lead alone.
    "AuditItem": {"sup": TREATED["sup"]},
    "AuditReview": {"sup": TREATED["sup"]},
    # That one is open is seen by the whole team; whose it is and what was done, by those who treat.
    "Alert": {
        **{name: patients for name, patients in TREATED.items() if name in {"own", "pat", "far"}},
        **dict.fromkeys(
            ("ther", "same", "was", "emer", "sup", "n2f"), TREATED["ther"] | TREATED["same"] | TREATED["sup"]
        ),
        "thfar": TREATED["thfar"],
    },
    # Asked for by the therapist alone.
    "ReportBatch": {
        name: patients for name, patients in TREATED.items() if name in {"ther", "same", "thfar"}
    },
    # Made for the therapist and for the patient, each of whom sees their own.
    "Report": {
        name: patients for name, patients in TREATED.items() if name not in {"sup", "emer", "n2f", "new"}
    },
}
# The administration looks after what is sent and what was opened, and keeps who is enrolled.
ADMINISTERED_MODELS = {"Patient", "Reminder", "Delivery"}


def scoped_models() -> list[Any]:
    return [model for model in apps.get_models() if isinstance(model._default_manager.all(), ScopedQuerySet)]


def expected_of(model: Any, person: str) -> set[str]:
    name = model.__name__
    if name in NARROW:
        return NARROW[name].get(person, set())
    seen = set(TREATED.get(person, set()))
    is_administered = isinstance(model._default_manager.all(), EnrolmentDataQuerySet)
    if is_administered or name in ADMINISTERED_MODELS:
        seen |= ADMINISTERED.get(person, set())
    return seen


def owners(rows: Any, names: dict[Any, str]) -> set[str]:
    """The names of the patients whose rows these are."""
    model = rows.model.__name__
    path = {"Patient": "pk", "Delivery": "reminder__patient_id", "ReportBatch": "reports__patient_id"}.get(
        model, "patient_id"
    )
    # What is sent to staff is about no patient.
    found = rows.order_by().values_list(path, flat=True).distinct()
    return {names.get(pk, "somebody else") for pk in found if pk is not None}


def patients_of(world: World) -> dict[Any, str]:
    cast = world.cast
    return {
        cast.patient.pk: "maria",
        cast.other_patient.pk: "omar",
        world.nora.patient_id: "nora",
        cast.elsewhere_patient.pk: "lea",
        world.newcomer.patient_id: "ines",
    }


def row_faults(world: World, models: list[Any] | None = None) -> Iterator[str]:
    """Each model and person for whom `visible_to` gives more or less than it should."""
    names = patients_of(world)
    for model in models or scoped_models():
        there = owners(model._default_manager.all(), names)
        for person, user in world.people.items():
            # As a request would: nothing that was worked out for this person earlier is remembered.
            viewer = User.objects.get(pk=user.pk) if user else AnonymousUser()
            expected = expected_of(model, person) & there
            seen = owners(model._default_manager.visible_to(viewer), names)
            if seen != expected:
                yield f"{model.__name__} as {person}: {sorted(seen)}, not {sorted(expected)}"
