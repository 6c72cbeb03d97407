"""The safety plan: the patient writes it, version after version; the team may suggest writing it together."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from painclinic import clock
from painclinic.accounts.models import User
from painclinic.audit.actions import record
from painclinic.audit.models import Action
from patients.actions.drafts import close_draft
from patients.models import Patient, SafetyPlan, SafetyPlanOffer
from patients.safety.plan import is_blank, plan_form
from programs.worksheets import parse


class PlanInvalidError(Exception):
    """What was typed cannot be taken; `errors` says why, by input name."""

    def __init__(self, errors: Mapping[str, str]) -> None:
        super().__init__("not a plan")
        self.errors = dict(errors)


@transaction.atomic
def save_safety_plan(
    *, by: User, patient: Patient, raw: Mapping[str, Any], submission_id: UUID
) -> SafetyPlan:
    """Keep a version of the plan; earlier ones stay. The same submission again returns the first.

    Raises PlanInvalidError: an empty plan would hide one that helps.
    """
    Patient.objects.select_for_update(no_key=True, of=("self",)).get(pk=patient.pk)
    before = SafetyPlan.objects.filter(submission_id=submission_id, patient=patient).first()
    if before:
        return before
    parsed = parse(plan_form(), raw, today=clock.local_today(patient.timezone))
    if not parsed.is_valid:
        raise PlanInvalidError(parsed.errors)
    if is_blank(parsed.values):
        raise PlanInvalidError({"signs": _("Write at least one line, anywhere in the plan.")})
    newest = SafetyPlan.objects.newest_of(patient.pk)
    plan = SafetyPlan.objects.create(
        patient=patient,
        clinic_id=patient.clinic_id,
        submission_id=submission_id,
        version=newest.version + 1 if newest else 1,
        texts=parsed.values,
        by=by,
    )
    close_draft(by=by, draft_id=submission_id)
    record(by=by, action=Action.WRITE, verb="safety-plan-save", obj=plan)
    return plan


@transaction.atomic
def offer_safety_plan(*, by: User, patient: Patient) -> SafetyPlanOffer:
    """Suggest to write the plan together. Suggesting it again while it waits changes nothing."""
    Patient.objects.select_for_update(no_key=True, of=("self",)).get(pk=patient.pk)
    waiting = SafetyPlanOffer.objects.waiting().newest_of(patient.pk)
    if waiting:
        return waiting
    offer = SafetyPlanOffer.objects.create(patient=patient, clinic_id=patient.clinic_id, by=by)
    record(by=by, action=Action.WRITE, verb="safety-plan-offer", obj=offer)
    return offer
