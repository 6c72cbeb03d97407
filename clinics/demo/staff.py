"""The clinic, its staff and its rules, as a demonstration begins."""

from pathlib import Path

from allauth.account.models import EmailAddress

from clinics.actions import update_clinic
from clinics.demo import people, texts
from painclinic import clock
from painclinic.accounts.models import Clinic, Membership, Role, User
from painclinic.audit.actions import System, record
from painclinic.audit.models import Action
from patients.actions.consent import publish_consent_text
from patients.actions.duty import add_shifts
from patients.actions.ruleset import sign_rules
from patients.safety.rules import VERSION
from programs.actions import load_instruments, load_programme, publish_version
from programs.models import ProgrammeVersion

BUILDER = System("load-demo")
CONTENT = Path(__file__).resolve().parents[2] / "programs/content/cbt-chronic-pain/en"


def open_clinic() -> Clinic:
    """The clinic with its hours and the text that patients agree to; crisis lines need an admin first."""
    clinic = Clinic.objects.create(
        name=people.CLINIC, phone="0115 496 0100", is_demo=True, created_at=clock.now()
    )
    record(by=BUILDER, action=Action.WRITE, verb="clinic-create", obj=clinic, clinic_id=clinic.pk)
    publish_consent_text(
        by=BUILDER,
        clinic=clinic,
        language=clinic.language,
        title=texts.CONSENT_TITLE,
        body=texts.CONSENT_BODY,
    )
    return clinic


def add_member(clinic: Clinic, role: Role, email: str, name: str) -> User:
    """A member of staff. Only the demonstration's own sign-ins get a password."""
    user = User(email=email, name=name, is_demo=True, created_at=clock.now())
    if email in people.SIGN_INS:
        user.set_password(people.PASSWORD)
    else:
        user.set_unusable_password()
    user.save()
    EmailAddress.objects.create(user=user, email=email, verified=True, primary=True)
    membership = Membership.objects.create(user=user, clinic=clinic, role=role, started_at=clock.now())
    record(by=BUILDER, action=Action.WRITE, verb="membership-start", obj=membership)
    return user


def set_up(clinic: Clinic, admin: User, team: list[User], lead: User) -> None:
    """Crisis lines and the duty rota, as the admin would enter them; the rules, signed by the lead."""
    update_clinic(by=admin, clinic=clinic, values={}, crisis_lines=texts.CRISIS_LINES)
    first, second = team[:2]
    for order, (early, late) in ((1, (first, second)), (2, (second, first))):
        add_shifts(by=admin, clinic=clinic, user=early, order=order, weekdays=(1, 3, 5))
        add_shifts(by=admin, clinic=clinic, user=late, order=order, weekdays=(2, 4))
    sign_rules(by=lead, clinic=clinic, name=lead.name, version=VERSION)


def programme() -> ProgrammeVersion:
    """The programme that ships with painclinic, and the questionnaires; each text is loaded once."""
    load_instruments(by=BUILDER)
    version = load_programme(path=CONTENT, by=BUILDER)
    return version if version.is_published else publish_version(version=version, by=BUILDER)
