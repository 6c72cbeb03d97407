"""The safety plan to read: what the patient wrote, with the numbers that are always in it."""

from dataclasses import dataclass
from functools import cached_property

from django.utils.translation import gettext as _

from painclinic.accounts.models import User
from patients.models import Patient, SafetyPlan, SafetyPlanOffer
from patients.safety.plan import Line, Part, plan_parts

OTHERS = "others"


@dataclass(frozen=True)
class PlanPage:
    """A patient's plan. `plan` is None before the first version; the numbers are there all the same."""

    patient: Patient
    plan: SafetyPlan | None
    offer: SafetyPlanOffer | None

    @cached_property
    def parts(self) -> list[Part]:
        """The seven parts in order, the clinic's own numbers among the professionals."""
        written = plan_parts(self.plan.texts if self.plan else {})
        return [
            Part(part.name, part.title, (*part.lines, *self.numbers)) if part.name == OTHERS else part
            for part in written
        ]

    @cached_property
    def filled(self) -> list[Part]:
        """Those that say something."""
        return [part for part in self.parts if part.lines]

    @cached_property
    def numbers(self) -> tuple[Line, ...]:
        """Whom one can always call: GP, clinic, crisis lines, and the emergency number last."""
        clinic = self.patient.clinic
        gp = Line(_("GP: %(name)s") % {"name": self.patient.gp_name}, self.patient.gp_contact or "")
        lines = [Line(line.label, line.number) for line in clinic.crisis_lines.all()]
        own = Line(_("My clinic, in working hours"), clinic.phone)
        emergency = Line(_("Emergency, at any hour"), clinic.emergency_number)
        known = (gp if self.patient.gp_name else None, own if clinic.phone else None, *lines, emergency)
        return tuple(line for line in known if line)


def plan_page(user: User, patient: Patient) -> PlanPage:
    """The plan that counts, and a suggestion that waits; in two queries, and one for the clinic's numbers."""
    plan = SafetyPlan.objects.visible_to(user).newest_of(patient.pk)
    return PlanPage(patient, plan, waiting_offer(user, patient))


def waiting_offer(user: User, patient: Patient) -> SafetyPlanOffer | None:
    """The suggestion to write a plan that waits for the patient; one query."""
    offers = SafetyPlanOffer.objects.visible_to(user).waiting().select_related("by")
    found: SafetyPlanOffer | None = offers.newest_of(patient.pk)
    return found
