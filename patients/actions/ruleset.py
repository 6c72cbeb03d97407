"""Signing the rule set of alerts."""

from collections.abc import Mapping

from django.db import transaction

from painclinic import clock
from painclinic.access.permissions import Permission, allows
from painclinic.accounts.models import Clinic, Membership, User
from painclinic.audit.actions import record
from painclinic.audit.models import Action
from patients.models import RuleSetSignature
from patients.safety import rules, ruleset
from patients.safety.timers import Timers, faults


class NotClinicalLeadError(Exception):
    """The rules are signed by the clinical lead of the clinic."""


class OtherVersionError(Exception):
    """What was read is not the present version."""


class TimersError(Exception):
    """These times cannot be taken: longer than the reference, or out of order. `faults` says which."""

    def __init__(self, faults: Mapping[str, str]) -> None:
        super().__init__("timers")
        self.faults = dict(faults)


@transaction.atomic
def sign_rules(
    *, by: User, clinic: Clinic, name: str, version: str, timers: Mapping[str, int] | None = None
) -> RuleSetSignature:
    """The clinical lead signs the rules as they are now; `timers` count from here on.

    The caller has asked for the password again. `version` is the one that was read. Alerts that are
    open keep the times that they were given. Raises NotClinicalLeadError, OtherVersionError, TimersError.
    """
    leads = Membership.objects.active().filter(user=by, clinic=clinic)
    if not by.is_active or not any(allows(one.role, Permission.RULES_SIGN) for one in leads):
        raise NotClinicalLeadError
    if version != rules.VERSION:
        raise OtherVersionError
    if found := faults(timers or {}):
        raise TimersError(found)
    clinic = Clinic.objects.select_for_update(no_key=True).get(pk=clinic.pk)
    clinic.alert_timers = Timers(**(timers or {})).stored()
    clinic.save(update_fields=["alert_timers"])
    signature = RuleSetSignature.objects.create(
        clinic=clinic,
        version=version,
        fingerprint=ruleset.fingerprint(),
        lines=[line.stored() for line in ruleset.lines()],
        timers=clinic.alert_timers,
        name=name.strip()[:120],
        by=by,
        signed_at=clock.now(),
    )
    record(by=by, action=Action.WRITE, verb="rules-sign", obj=signature)
    return signature
