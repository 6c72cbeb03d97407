"""The people of every test: a patient, her therapist, and a stranger of each."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from shutil import copytree
from tempfile import TemporaryDirectory
from uuid import uuid4

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator

from painclinic import clock
from painclinic.accounts.actions import accept_invitation
from painclinic.accounts.models import Clinic, CrisisLine, Membership, Role, User
from painclinic.audit.actions import System
from patients.actions.consent import give_consent, publish_consent_text
from patients.actions.enrolment import Person, enrol_patient
from patients.actions.progress import unlock_module
from patients.models import DutyShift, Enrolment, Patient, RuleSetSignature
from patients.safety import ruleset
from patients.safety.rules import VERSION
from programs.actions import load_programme, publish_version
from programs.models import Module, Programme, ProgrammeVersion, Step

CONTENT = Path(__file__).parents[2] / "programs/content/cbt-chronic-pain/en"
PASSWORD = "a-long-test-password-7"


def make_clinic(name: str = "Lakeside Clinic") -> Clinic:
    clinic = Clinic.objects.create(name=name, phone="0115 496 0000")
    CrisisLine.objects.create(clinic=clinic, label="Samaritans", number="116 123", note="Day and night")
    return clinic


def make_staff(clinic: Clinic, role: Role, email: str, name: str, *, second_factor: bool = True) -> User:
    user = User.objects.create(email=email, name=name)
    user.set_password(PASSWORD)
    user.save()
    EmailAddress.objects.create(user=user, email=email, verified=True, primary=True)
    Membership.objects.create(user=user, clinic=clinic, role=role)
    if second_factor:
        Authenticator.objects.create(user=user, type=Authenticator.Type.TOTP, data={"secret": "x"})
    return user


def make_rota(clinic: Clinic, *team: User) -> None:
    """Everybody on duty on every weekday, in this order, and the rules signed: patients may be enrolled."""
    for order, user in enumerate(team, 1):
        for weekday in range(1, 6):
            DutyShift.objects.create(clinic=clinic, user=user, weekday=weekday, order=min(order, 2))
    sign(clinic, team[-1])


def sign(clinic: Clinic, lead: User) -> None:
    """The rules of alerts, signed as they are now."""
    RuleSetSignature.objects.create(
        clinic=clinic,
        version=VERSION,
        fingerprint=ruleset.fingerprint(),
        lines=[line.stored() for line in ruleset.lines()],
        name=lead.name,
        by=lead,
    )


def a_person(name: str = "Maria Lund", email: str = "maria@example.org") -> Person:
    return Person(
        name=name,
        date_of_birth=date(1979, 4, 12),
        email=email,
        mobile="07700 900123",
        timezone="Europe/London",
        language="en-gb",
        address="1 Mill Lane, Nottingham",
        emergency_contact_name="Jon Lund",
        emergency_contact_phone="07700 900456",
        gp_name="Dr Patel",
        gp_contact="0115 496 0111",
    )


def make_patient(
    clinic: Clinic,
    admin: User,
    therapist: User,
    person: Person,
    version: ProgrammeVersion,
    *,
    consent: bool = True,
) -> Enrolment:
    """A patient who accepted the invitation and, unless told otherwise, gave consent."""
    enrolment, invitation = enrol_patient(
        by=admin,
        clinic=clinic,
        request_id=uuid4(),
        person=person,
        programme_version=version,
        therapist=therapist,
        starts_on=clock.local_today(person.timezone) - timedelta(days=1),
    )
    assert invitation is not None
    accept_invitation(invitation=invitation, password=PASSWORD)
    # The password changed the hash that sessions are tied to.
    enrolment.patient.user.refresh_from_db()
    if consent:
        text = publish_consent_text(
            by=System("test"), clinic=clinic, language="en-gb", title="Taking part", body="What we agree on."
        )
        give_consent(by=enrolment.patient.user, patient=enrolment.patient, text=text)
    return enrolment


def make_version() -> ProgrammeVersion:
    """A small published programme of two modules, enough to enrol somebody on."""
    programme, _ = Programme.objects.get_or_create(slug="small", defaults={"title": "Small programme"})
    existing = programme.versions.published().first()
    if existing:
        return existing
    version = ProgrammeVersion.objects.create(
        programme=programme,
        language="en",
        number=1,
        title="Small programme",
        content_hash="small",
        loaded_at=clock.now(),
    )
    for number in (1, 2):
        module = Module.objects.create(
            version=version, number=number, slug=f"week-{number}", title=f"Week {number}"
        )
        Step.objects.create(
            module=module, number=1, slug="read", kind="reading", title="Read", minutes=5, is_core=True
        )
    version.state, version.published_at = "published", clock.now()
    version.save()
    return version


def real_version() -> ProgrammeVersion:
    """The programme that ships with painclinic, loaded and published."""
    version = load_programme(path=CONTENT, by=System("test"))
    return version if version.is_published else publish_version(version=version, by=System("test"))


OUTLINE = "number: 2\nslug: goals-that-matter\ntitle: Goals that matter\nsummary: To come.\noutline: true\n"


def outlined_version() -> ProgrammeVersion:
    """The programme that ships with painclinic, as it would be with Module 2 planned and not yet written."""
    with TemporaryDirectory() as folder:
        tree = Path(copytree(CONTENT, Path(folder) / CONTENT.parent.name / CONTENT.name))
        for page in (tree / "module-2").iterdir():
            page.unlink()
        (tree / "module-2" / "module.yaml").write_text(OUTLINE, encoding="utf-8")
        version = load_programme(path=tree, by=System("test"))
    return publish_version(version=version, by=System("test"))


def open_first_module(enrolment: Enrolment) -> None:
    """What the unlocking job does on the start date."""
    first = enrolment.programme_version.modules.get(number=1)
    unlock_module(by=System("test"), enrolment=enrolment, module=first)


@dataclass
class Cast:
    """Two clinics. Every name says who somebody is to `patient`."""

    clinic: Clinic = field(default_factory=make_clinic)
    on_programme: Callable[[], ProgrammeVersion] = make_version

    def __post_init__(self) -> None:
        self.version = self.on_programme()
        self.admin = make_staff(self.clinic, Role.CLINIC_ADMIN, "admin@lakeside.test", "Ada Min")
        self.therapist = make_staff(self.clinic, Role.THERAPIST, "anna@lakeside.test", "Anna Berg")
        self.unassigned_therapist = make_staff(self.clinic, Role.THERAPIST, "tom@lakeside.test", "Tom Hale")
        self.supervisor = make_staff(self.clinic, Role.SUPERVISOR, "sue@lakeside.test", "Sue Visor")
        make_rota(self.clinic, self.unassigned_therapist, self.therapist)
        self.enrolment = make_patient(self.clinic, self.admin, self.therapist, a_person(), self.version)
        self.patient: Patient = self.enrolment.patient
        self.other_enrolment = make_patient(
            self.clinic,
            self.admin,
            self.unassigned_therapist,
            a_person("Omar Aziz", "omar@example.org"),
            self.version,
        )
        self.other_patient = self.other_enrolment.patient
        self.elsewhere = make_clinic("Harbour Clinic")
        self.elsewhere_admin = make_staff(self.elsewhere, Role.CLINIC_ADMIN, "admin@harbour.test", "Al Far")
        self.elsewhere_therapist = make_staff(self.elsewhere, Role.THERAPIST, "kim@harbour.test", "Kim Far")
        far_lead = make_staff(self.elsewhere, Role.SUPERVISOR, "lead@harbour.test", "Sid Far")
        make_rota(self.elsewhere, self.elsewhere_therapist, far_lead)
        self.elsewhere_enrolment = make_patient(
            self.elsewhere,
            self.elsewhere_admin,
            self.elsewhere_therapist,
            a_person("Lea Far", "lea@example.org"),
            self.version,
        )
        self.elsewhere_patient = self.elsewhere_enrolment.patient
