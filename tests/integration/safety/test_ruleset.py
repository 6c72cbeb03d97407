"""The rules of alerts, signed by the clinic: without it nobody is enrolled; times get shorter only."""

from dataclasses import asdict
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils.html import escape

from painclinic import clock
from painclinic.accounts.models import Membership
from painclinic.audit.models import AuditEvent
from patients.actions.alerts import flag_risk
from patients.actions.ruleset import NotClinicalLeadError, OtherVersionError, TimersError, sign_rules
from patients.models import Alert, RuleSetSignature
from patients.safety import clocks, duty, ruleset
from patients.safety.rules import RULES, VERSION
from patients.safety.ruleset import Standing
from patients.safety.timers import LONGEST
from tests.factories.alerts import mood, store
from tests.factories.cast import PASSWORD, Cast

pytestmark = pytest.mark.django_db
BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
PAGE, SIGN = "/clinic/rules/", "/clinic/rules/sign/"


def signature(**changed: Any) -> dict[str, Any]:
    times = {name: str(minutes) for name, minutes in asdict(LONGEST).items()}
    return {
        "version": VERSION,
        "name": "Dr Sue Visor",
        "agree": "on",
        "password": PASSWORD,
        **times,
        **changed,
    }


@pytest.fixture
def lead(cast: Cast, client: Client) -> Client:
    client.force_login(cast.supervisor, backend=BACKEND)
    return client


def unsigned(monkeypatch: pytest.MonkeyPatch, *, days_ago: int = 0) -> None:
    """The product brings a newer version."""
    for where in ("patients.safety.rules", "patients.actions.alerts", "clinics.ruleset.rules"):
        monkeypatch.setattr(f"{where}.VERSION", "2099-01-a")
    monkeypatch.setattr(ruleset, "RELEASED", clock.now().date() - timedelta(days=days_ago))


@pytest.mark.parametrize("reader", ["therapist", "supervisor", "admin"])
def test_page_shows_every_rule_with_its_level_and_the_version(
    cast: Cast, client: Client, reader: str
) -> None:
    client.force_login(getattr(cast, reader), backend=BACKEND)
    page = client.get(PAGE).content.decode()
    assert VERSION in page
    for rule in RULES:
        assert escape(str(rule.words)) in page
    assert "within 15 minutes" in page
    assert ("Sign as clinical lead" in page) == (reader == "supervisor")


def test_lead_signs_with_name_and_password_and_the_lines_are_kept(cast: Cast, lead: Client) -> None:
    before = RuleSetSignature.objects.filter(clinic=cast.clinic).count()
    assert lead.post(SIGN, signature()).status_code == 302
    signed = RuleSetSignature.objects.newest(cast.clinic)
    assert signed is not None
    assert RuleSetSignature.objects.filter(clinic=cast.clinic).count() == before + 1
    assert (signed.by, signed.name, signed.version) == (cast.supervisor, "Dr Sue Visor", VERSION)
    assert len(signed.lines) == len(RULES) + 1
    assert AuditEvent.objects.filter(verb="rules-sign", actor_id=cast.supervisor.pk).exists()
    assert "Dr Sue Visor" in lead.get(PAGE).content.decode()


@pytest.mark.parametrize(
    "fault",
    [
        {"password": "not-the-password"},
        {"password": ""},
        {"name": ""},
        {"agree": ""},
        {"r3_ack": "16"},
        {"r3_ack": "4"},
        {"r2_lead": "241"},
        {"r3_ack": "15", "r3_lead": "10"},
        {"r2_ack": "soon"},
    ],
)
def test_signature_with_a_fault_is_none(cast: Cast, lead: Client, fault: dict[str, str]) -> None:
    before = RuleSetSignature.objects.count()
    assert lead.post(SIGN, signature(**fault)).status_code == 422
    assert RuleSetSignature.objects.count() == before
    cast.clinic.refresh_from_db()
    assert cast.clinic.alert_timers == {}


def test_signature_is_given_by_the_clinical_lead_only(cast: Cast) -> None:
    Membership.objects.filter(user=cast.supervisor).update(ended_at=clock.now())
    for user in (cast.admin, cast.therapist, cast.patient.user, cast.supervisor, cast.elsewhere_therapist):
        with pytest.raises(NotClinicalLeadError):
            sign_rules(by=user, clinic=cast.clinic, name="Somebody", version=VERSION)


def test_signature_under_a_version_that_was_not_read_is_none(cast: Cast, lead: Client) -> None:
    with pytest.raises(OtherVersionError):
        sign_rules(by=cast.supervisor, clinic=cast.clinic, name="Sue", version="2020-01-a")
    before = RuleSetSignature.objects.count()
    lead.post(SIGN, signature(version="2020-01-a"))
    assert RuleSetSignature.objects.count() == before


def test_new_version_leaves_fourteen_days_then_closes_enrolment_until_signed(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert ruleset.standing_of(cast.clinic) == Standing.SIGNED
    unsigned(monkeypatch, days_ago=14)
    assert ruleset.standing_of(cast.clinic) == Standing.GRACE
    assert "rules" not in duty.unmet(cast.clinic)
    unsigned(monkeypatch, days_ago=15)
    assert ruleset.standing_of(cast.clinic) == Standing.UNSIGNED
    assert duty.unmet(cast.clinic) == ["rules"]
    sign_rules(by=cast.supervisor, clinic=cast.clinic, name="Sue", version="2099-01-a")
    assert duty.unmet(cast.clinic) == []


def test_clinic_that_never_signed_has_no_grace(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    unsigned(monkeypatch)
    assert ruleset.standing(None, clock.now().date()) == Standing.UNSIGNED


def test_lead_is_asked_on_today_until_it_is_signed(
    cast: Cast, lead: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    words = "wait for your signature"
    assert words not in lead.get("/today/").content.decode()
    unsigned(monkeypatch)
    assert words in lead.get("/today/").content.decode()
    assert "A new version waits" in lead.get(PAGE).content.decode()


def test_unsigned_rules_raise_alerts_all_the_same(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    unsigned(monkeypatch, days_ago=100)
    _, alert = store(cast.enrolment, mood(2))
    assert alert is not None


def test_alert_keeps_the_version_under_which_it_was_raised(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, alert = store(cast.enrolment, mood(1))
    unsigned(monkeypatch)
    _, again = store(cast.enrolment, mood(2))
    assert alert is not None
    assert again == alert
    alert.refresh_from_db()
    assert alert.rules_version == VERSION
    versions = [event.details["version"] for event in alert.events.filter(kind__in=["raised", "merged"])]
    assert versions == [VERSION, "2099-01-a"]


def test_shorter_times_count_for_the_next_alert_and_leave_the_open_one(cast: Cast) -> None:
    with clock.moved(clock_to_working_hours()):
        raised = flag_risk(by=cast.therapist, enrolment=cast.enrolment, level=3, reason="A plan")
        times = {"r3_ack": 10, "r3_lead": 20, "r3_act": 40, "r2_ack": 60, "r2_lead": 120}
        sign_rules(by=cast.supervisor, clinic=cast.clinic, name="Sue", version=VERSION, timers=times)
        later = flag_risk(by=cast.therapist, enrolment=cast.other_enrolment, level=3, reason="A plan")
    assert _minutes(raised) == (15, 60)
    assert _minutes(later) == (10, 40)
    cast.clinic.refresh_from_db()
    assert clocks.plan(2, later.raised_at, cast.clinic).ack_due_at - later.raised_at == timedelta(hours=1)


def test_longer_times_are_refused_and_count_for_nothing_where_they_are_stored(cast: Cast) -> None:
    with pytest.raises(TimersError):
        sign_rules(by=cast.supervisor, clinic=cast.clinic, name="Sue", version=VERSION, timers={"r3_ack": 16})
    cast.clinic.alert_timers = {"r3_ack": 600, "r3_act": "soon"}
    assert clocks.timers_for(cast.clinic) == LONGEST


def clock_to_working_hours() -> timedelta:
    now = clock.now()
    monday = now + timedelta(days=7 - now.weekday())
    return monday.replace(hour=11, minute=0, second=0, microsecond=0) - now


def _minutes(alert: Alert) -> tuple[float, float]:
    spans = (alert.ack_due_at - alert.raised_at, alert.act_due_at - alert.raised_at)
    return round(spans[0].total_seconds() / 60), round(spans[1].total_seconds() / 60)
