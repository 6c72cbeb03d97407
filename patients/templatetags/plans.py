"""The safety plan on other pages."""

from django import template

from painclinic.accounts.models import User
from patients.models import Patient, SafetyPlanOffer
from patients.presenters.safety_plan import PlanPage, plan_page, waiting_offer

register = template.Library()


@register.simple_tag
def plan_offer(patient: Patient, user: User) -> SafetyPlanOffer | None:
    """The suggestion to write a plan, while it waits. One query."""
    return waiting_offer(user, patient)


@register.simple_tag
def plan_of(patient: Patient, user: User) -> PlanPage:
    """The plan of a patient for somebody who may read it."""
    return plan_page(user, patient)
