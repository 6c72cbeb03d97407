"""A clinic with somebody in each role, and every look that they can take at it.

For what is counted or timed page by page; who may see what is the subject of `tests/access`.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.test import Client
from django.urls import reverse

from messaging.models import Message
from painclinic.access.permissions import allows
from painclinic.accounts.actions import invite
from painclinic.accounts.models import Clinic, Invitation, Role, User
from patients.actions.emergency import open_in_emergency
from patients.models import EmergencyAccess, Enrolment, Occasion, Report
from patients.reports.asked import KEY as REPORTS_ASKED
from programs.models import ProgrammeVersion
from tests.access.pages import Page, all_pages
from tests.access.world import BACKEND, Records, make_records
from tests.factories.cast import a_person, make_clinic, make_patient, make_rota, make_staff, open_first_module
from tests.factories.crowd import add_report
from tests.factories.daily_tests import make_daily_test

# Pages that show one thing of a kind which a patient who has done nothing does not have.
THINGS = frozenset(
    {
        "homework_id",
        "entry_id",
        "report_id",
        "draft_id",
        "change_id",
        "access_id",
        "alert_id",
        "sample_id",
        "item_id",
        "occasion_id",
        "text_id",
        "batch_id",
    }
)
# Not in a site: links of an account's mails, and the mails of a demonstration.
ELSEWHERE = frozenset({"pk", "uidb36", "key", "mail_id", "device_id"})
# Parts of pages, asked for by the page itself.
FRAGMENTS = frozenset(
    {
        "patients:report-progress",
        "patients:report-news",
        "messaging:thread-news",
        "therapists:report-batch-progress",
    }
)


@dataclass
class Site:
    """One clinic; `enrolment` is the patient whom everybody looks at, `records` what that patient has."""

    version: ProgrammeVersion
    name: str = "Lakeside"
    has_records: bool = True
    clinic: Clinic = field(init=False)
    people: dict[str, User] = field(init=False)
    enrolment: Enrolment = field(init=False)
    records: Records = field(init=False)
    reports: dict[str, Report] = field(default_factory=dict)
    emergency: EmergencyAccess = field(init=False)
    invitation: Invitation = field(init=False)

    def __post_init__(self) -> None:
        self.clinic = make_clinic(f"{self.name} Clinic")
        self.admin = self._staff(Role.CLINIC_ADMIN, "Ada Min")
        self.therapist = self._staff(Role.THERAPIST, "Anna Berg")
        supervisor = self._staff(Role.SUPERVISOR, "Sue Visor")
        self.colleague = self._staff(Role.THERAPIST, "Tom Hale")
        make_rota(self.clinic, self.colleague, self.therapist)
        self.daily_test = make_daily_test(self.clinic, self.therapist)
        person = a_person("Maria Lund", f"maria@{self.name.lower()}.example")
        self.enrolment = make_patient(self.clinic, self.admin, self.therapist, person, self.version)
        patient = self.enrolment.patient
        self.people = {
            "patient": patient.user,
            "therapist": self.therapist,
            "supervisor": supervisor,
            "admin": self.admin,
            "newcomer": self._newcomer(),
        }
        self._fill()

    def _staff(self, role: Role, name: str) -> User:
        return make_staff(self.clinic, role, f"{name.split()[0]}@{self.name}.example".lower(), name)

    def _newcomer(self) -> User:
        """A patient who has not agreed to anything yet."""
        person = a_person("Ines Roy", f"ines@{self.name.lower()}.example")
        enrolment = make_patient(self.clinic, self.admin, self.colleague, person, self.version, consent=False)
        return enrolment.patient.user

    def _fill(self) -> None:
        if not self.has_records:
            open_first_module(self.enrolment)
            return
        self.records = make_records(self.enrolment, self.therapist, "a text")
        self.reports = {"patient": self.records.patient_report, "therapist": self.records.report}
        self.reports["supervisor"] = add_report(self.enrolment, self.people["supervisor"])
        self.emergency = open_in_emergency(
            by=self.colleague, patient=self.enrolment.patient, reason="The patient called the clinic"
        )
        self.invitation = invite(
            by=self.admin,
            clinic=self.clinic,
            role=Role.THERAPIST,
            email=f"ivy@{self.name}.example".lower(),
            name="Ivy Invited",
        )

    def sign_in(self) -> dict[str, Client]:
        """A browser for each person, with a report asked for in it, and one for a stranger."""
        clients = {"stranger": Client()}
        for name, user in self.people.items():
            clients[name] = client = Client()
            client.force_login(user, backend=BACKEND)
            if name in self.reports:
                session = client.session
                session[REPORTS_ASKED] = [str(self.reports[name].pk)]
                session.save()
        return clients

    def _oldest_message(self) -> UUID | str:
        oldest = Message.objects.filter(patient=self.enrolment.patient).order_by("-sent_at", "-pk").first()
        return oldest.pk if oldest else ""

    def _missed(self) -> UUID:
        return Occasion.objects.get(patient=self.enrolment.patient, slug="week-0").pk

    def _patients_message(self) -> UUID:
        own = Message.objects.filter(patient=self.enrolment.patient, side=Message.Side.PATIENT)
        return own.latest("sent_at").pk

    def values(self, person: str) -> dict[str, Callable[[], Any]]:
        """What stands for each name in an address."""
        return {
            "patient_id": lambda: self.enrolment.patient_id,
            "homework_id": lambda: self.records.homework.pk,
            "answered_id": lambda: self.records.reviewed.pk,
            "entry_id": lambda: self.records.entry.pk,
            "line_id": lambda: self.records.log_entry.pk,
            "plan_id": lambda: self.records.plan.pk,
            "report_id": lambda: (
                self.reports[person].pk if person in self.reports else self.records.report.pk
            ),
            "batch_id": lambda: (
                self.reports[person].batch_id if person in self.reports else self.records.report.batch_id
            ),
            "draft_id": lambda: self.records.draft.pk,
            "change_id": lambda: self.records.change.pk,
            "written": lambda: "message",
            "text_id": self._patients_message,
            "occasion_id": lambda: self.records.occasion.pk,
            "missed_id": lambda: self._missed(),
            "alert_id": lambda: self.records.alert.pk,
            "event_id": lambda: self.records.adverse.pk,
            "access_id": lambda: self.emergency.pk,
            "test_id": lambda: self.daily_test.pk,
            "sample_id": lambda: self.records.audit_item.sample_id,
            "item_id": lambda: self.records.audit_item.pk,
            "shift_id": lambda: self.clinic.duty_shifts.all()[0].pk,
            "day": lambda: "2035-03-05",
            "membership_id": lambda: self.colleague.memberships.get().pk,
            "invitation_id": lambda: self.invitation.pk,
            "token": lambda: self.invitation.token,
            "slug": lambda: "w3-activity-log",
            "instrument": lambda: "probe",
            "programme": lambda: self.version.programme.slug,
            "point": lambda: "week-2",
            "module": lambda: 1,
            "step": lambda: 1,
            "message": self._oldest_message,
        }


@dataclass(frozen=True)
class Visit:
    """One look: who, at which page, with what in the address instead of the usual, and in the query."""

    page: str
    person: str
    kwargs: tuple[str, ...]
    instead: tuple[tuple[str, Any], ...] = ()
    query: str = ""

    @property
    def label(self) -> str:
        """As it stands in tables."""
        differently = " ".join(f"{name}={value}" for name, value in self.instead)
        return " ".join(part for part in (self.page, differently, self.query) if part)

    @property
    def needs_records(self) -> bool:
        """Whether there is nothing to look at for a patient who has done nothing."""
        named = {*self.kwargs, *(name for name in ("{entry_id}",) if name in self.query)}
        return bool(named & THINGS) or "{" in self.query

    def path(self, site: Site) -> str:
        values = site.values(self.person)
        given = {name: values[name]() for name in self.kwargs}
        for name, value in self.instead:
            given[name] = values[value]() if value in values else value
        query = self.query.format_map(_Lazy(values))
        return reverse(self.page, kwargs=given) + query

    def send(self, path: str, client: Client) -> Any:
        """The answer to this look at `path`, which is this look's own."""
        headers = {"HX-Request": "true"} if self.page in FRAGMENTS else None
        return client.get(path, headers=headers)


class _Lazy(dict[str, Any]):
    def __getitem__(self, name: str) -> Any:
        return super().__getitem__(name)()


STEPS = tuple(("patients:step-detail", (("step", number),), "") for number in range(2, 13))
SHEETS = tuple(
    ("patients:entry-new", (("slug", slug),), "") for slug in ("w1-pain-cycle", "first-hope", "practice-plan")
)
# Other looks at the same pages: by another thing, or asking for it otherwise.
OTHERWISE: tuple[tuple[str, tuple[tuple[str, Any], ...], str], ...] = (
    *STEPS,
    *SHEETS,
    ("patients:step-detail", (("step", 8),), "?change=1"),
    ("patients:entry-new", (), "?like={line_id}"),
    ("patients:question-form", (("slug", "peg"),), ""),
    ("patients:resource-detail", (("slug", "family-page"),), ""),
    ("patients:relaxation-detail", (("slug", "belly-breathing"),), ""),
    ("patients:entry-new", (("slug", "w5-relaxation-log"),), "?technique=belly-breathing&minutes=8"),
    ("patients:entry-detail", (("entry_id", "line_id"),), ""),
    ("patients:plan-outcome", (("entry_id", "plan_id"),), ""),
    ("therapists:occasion-missing", (("occasion_id", "missed_id"),), ""),
    ("patients:quick-entry", (("slug", "w9-sleep-diary"),), ""),
    ("patients:quick-entry", (("slug", "w4b-pacing-log"),), ""),
    ("patients:module-detail", (("module", 2),), ""),
    ("messaging:thread", (), "?before={message}"),
    ("therapists:homework-review", (("homework_id", "answered_id"),), ""),
    ("therapists:patient-messages", (), "?before={message}"),
    ("therapists:caseload", (), "?sort=name&q=a"),
    ("clinics:patient-list", (), "?q=a"),
    ("clinics:delivery-list", (), "?state=sent"),
)


ROLES = {
    "patient": Role.PATIENT,
    "therapist": Role.THERAPIST,
    "supervisor": Role.SUPERVISOR,
    "admin": Role.CLINIC_ADMIN,
}


def _people_of(page: Page) -> list[str]:
    if page.is_public:
        return ["stranger", "patient"] if page.name == "help-now" else ["stranger"]
    allowed = [name for name, role in ROLES.items() if allows(role, page.permission)]
    # The pages about one's own sign-in are the same for everybody.
    return allowed if ":" in page.name else allowed[:1]


def visits() -> Iterator[Visit]:
    """Every look at every address; not all of them are answered with a page."""
    for page in all_pages():
        if ELSEWHERE & set(page.kwargs) or page.name.startswith("demo:"):
            continue
        for person in _people_of(page):
            yield Visit(page.name, person, page.kwargs)
            for name, instead, query in OTHERWISE:
                if name == page.name:
                    yield Visit(page.name, person, page.kwargs, instead, query)
    yield Visit("patients:consent-give", "newcomer", ())
