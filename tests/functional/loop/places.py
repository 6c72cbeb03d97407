"""Every page of the loop, by who sees it, and a clinic in which each of them has something to show."""

from dataclasses import dataclass
from datetime import timedelta
from uuid import uuid4

from clinics.actions import enrol_and_invite
from messaging.actions import send_message
from messaging.jobs import deliver_due, plan_reminders
from painclinic import clock
from painclinic.accounts.actions import invite
from painclinic.accounts.models import Role, User
from painclinic.ids import new_id
from patients.actions.alert_handling import note_contact
from patients.actions.alerts import flag_risk
from patients.actions.emergency import open_in_emergency
from patients.actions.plans import save_safety_plan
from patients.actions.report_batches import request_batch
from patients.actions.reports import request_report
from patients.actions.steering import place_hold
from patients.jobs import make_reports
from patients.models import Enrolment, Occasion
from tests.factories.adverse import added, reported
from tests.factories.cast import Cast, a_person, make_patient, open_first_module, real_version
from tests.factories.instruments import load_builtins, load_pack
from tests.factories.measures import answered, answered_ago
from tests.factories.outbox import until
from tests.factories.samples import an_audit_item
from tests.factories.skills import a_night, a_practice, a_thought, fill, today_of
from tests.integration.reports.rich import Course

PLAN = {
    "signs": "I stop answering\nI stay in bed",
    "helpers-0-name": "Pat",
    "helpers-0-phone": "07700 900123",
    "safer": "Pat keeps the spare tablets",
}
# (who, address); {names} are filled by `Places.address`.
TABLE: list[tuple[str, str]] = [
    ("nobody", "/"),
    ("nobody", "/help-now/"),
    ("nobody", "/help-now/offline/"),
    ("nobody", "/display/"),
    ("nobody", "/sign-in/"),
    ("nobody", "/password/reset/"),
    ("nobody", "/invitation/{token}/"),
    ("invited", "/consent/"),
    ("newcomer", "/home/"),
    ("newcomer", "/course/"),
    ("newcomer", "/course/1/"),
    ("newcomer", "/course/2/"),
    ("newcomer", "/practice/"),
    ("newcomer", "/messages/"),
    ("newcomer", "/progress/"),
    ("newcomer", "/course/1/homework/"),
    ("patient", "/home/"),
    ("patient", "/course/"),
    ("patient", "/course/1/"),
    ("patient", "/course/1/1/"),
    ("patient", "/course/1/4/"),
    ("patient", "/course/1/7/"),
    ("patient", "/course/1/8/"),
    ("patient", "/course/1/8/?change=1"),
    ("patient", "/course/1/9/"),
    ("patient", "/course/1/12/"),
    ("patient", "/course/1/0/"),
    ("patient", "/course/2/"),
    ("patient", "/course/3/"),
    ("patient", "/course/1/homework/"),
    ("patient", "/practice/"),
    ("patient", "/practice/w3-activity-log/new/"),
    ("patient", "/practice/entries/{entry}/"),
    ("patient", "/practice/entries/{entry}/change/"),
    ("patient", "/flare-up/"),
    ("patient", "/pacing/"),
    ("patient", "/goals/"),
    ("patient", "/quick/w3-activity-log/"),
    ("patient", "/quick/w5-relaxation-log/"),
    ("patient", "/questions/"),
    ("patient", "/sleep/"),
    ("patient", "/thoughts/"),
    ("patient", "/cards/"),
    ("patient", "/activity/"),
    ("patient", "/relaxation-log/"),
    ("patient", "/plans/"),
    ("patient", "/plans/{plan}/"),
    ("patient", "/pause/"),
    ("patient", "/relaxation/"),
    ("patient", "/relaxation/belly-breathing/"),
    ("patient", "/practice/w5-relaxation-log/new/?technique=belly-breathing&minutes=8"),
    ("patient", "/resources/"),
    ("patient", "/resources/family-page/"),
    ("patient", "/course/4/"),
    ("patient", "/messages/"),
    ("patient", "/progress/"),
    ("patient", "/support/"),
    ("patient", "/safety-plan/"),
    ("patient", "/safety-plan/write/"),
    ("patient", "/unwanted-effects/"),
    ("patient", "/reports/"),
    ("patient", "/reports/{report}/"),
    ("patient", "/settings/reminders/"),
    ("patient", "/account/consent/"),
    ("patient", "/account/security/"),
    ("patient", "/account/sessions/"),
    ("patient", "/record-access/"),
    ("patient", "/help-now/"),
    ("therapist", "/today/"),
    ("therapist", "/caseload/"),
    ("therapist", "/caseload/reports/"),
    ("therapist", "/caseload/reports/{report_batch}/"),
    ("therapist", "/patients/{patient}/"),
    ("therapist", "/patients/{patient}/homework/{waiting}/"),
    ("therapist", "/patients/{patient}/homework/{reviewed}/"),
    ("therapist", "/patients/{patient}/messages/"),
    ("therapist", "/patients/{patient}/course/"),
    ("therapist", "/patients/{patient}/hold/"),
    ("therapist", "/patients/{patient}/questions/new/"),
    ("therapist", "/patients/{patient}/questions/{missed}/missing/"),
    ("therapist", "/patients/{worse}/worse/"),
    ("therapist", "/patients/{patient}/sleep-window/"),
    ("therapist", "/patients/{patient}/alert/"),
    ("therapist", "/patients/{patient}/safety-plan/"),
    ("therapist", "/patients/{patient}/adverse-events/"),
    ("therapist", "/patients/{patient}/adverse-events/new/"),
    ("therapist", "/patients/{patient}/adverse-events/{event}/"),
    ("therapist", "/patients/{patient}/adverse-events/{assessed_event}/"),
    ("therapist", "/clinic/adverse-events/"),
    ("therapist", "/patients/{patient}/alert/?about=message:{message}"),
    ("therapist", "/patients/{patient}/written/message/{message}/"),
    ("therapist", "/patients/{patient}/written/entry/{entry}/"),
    ("therapist", "/alerts/{alert}/"),
    ("colleague", "/alerts/{alert}/"),
    ("colleague", "/patients/{held}/"),
    ("colleague", "/patients/{held}/release/"),
    ("therapist", "/patients/{patient}/unlock/"),
    ("therapist", "/patients/{patient}/reports/"),
    ("therapist", "/patients/{patient}/reports/letter/"),
    ("therapist", "/patients/{patient}/reports/{waiting_report}/"),
    ("therapist", "/patients/emergency-access/"),
    ("therapist", "/help-now/"),
    ("therapist", "/account/notices/"),
    ("admin", "/account/notices/"),
    ("supervisor", "/today/"),
    ("supervisor", "/caseload/"),
    ("supervisor", "/patients/{patient}/"),
    ("supervisor", "/patients/{patient}/homework/{waiting}/"),
    ("supervisor", "/patients/{patient}/messages/"),
    ("supervisor", "/clinic/adverse-events/"),
    ("supervisor", "/patients/{patient}/adverse-events/{assessed_event}/"),
    ("supervisor", "/clinic/results/"),
    ("supervisor", "/clinic/rules/"),
    ("admin", "/clinic/rules/"),
    ("admin", "/clinic/results/"),
    ("admin", "/desk/schedule/cbt-chronic-pain/"),
    ("admin", "/desk/schedule/cbt-chronic-pain/add/"),
    ("admin", "/desk/schedule/cbt-chronic-pain/at/week-2/"),
    ("admin", "/desk/patients/"),
    ("admin", "/desk/patients/?q=nobody"),
    ("admin", "/desk/patients/enrol/"),
    ("admin", "/desk/patients/{patient}/"),
    ("admin", "/desk/patients/{patient}/edit/"),
    ("admin", "/desk/staff/"),
    ("admin", "/desk/staff/invite/"),
    ("admin", "/desk/staff/{membership}/end/"),
    ("admin", "/desk/duty/"),
    ("admin", "/desk/closed-days/"),
    ("admin", "/desk/chain/"),
    ("supervisor", "/desk/chain/"),
    ("admin", "/desk/safety/"),
    ("admin", "/desk/safety/samples/"),
    ("supervisor", "/desk/safety/samples/{sample}/"),
    ("supervisor", "/desk/safety/samples/items/{audit_item}/"),
    ("supervisor", "/desk/safety/"),
    ("therapist", "/desk/safety/"),
    ("admin", "/desk/settings/"),
    ("admin", "/desk/settings/consent/"),
    ("admin", "/desk/questionnaires/"),
    ("admin", "/desk/questionnaires/phq-9/"),
    ("admin", "/desk/questionnaires/probe/"),
    ("admin", "/desk/deliveries/"),
    ("admin", "/desk/access/"),
    ("admin", "/help-now/"),
]


@dataclass
class Places:
    """Maria has been here for two weeks; Omar's course is on hold; Nora came today; Vera is yet to agree."""

    cast: Cast
    people: dict[str, User | None]
    names: dict[str, object]

    def address(self, pattern: str) -> str:
        return pattern.format(**self.names)


def lively() -> Places:
    """The clinic at noon of the eighteenth day. The caller puts the clock back."""
    clock.set_shift(timedelta(0))
    clock.set_shift(until("2026-03-02T08:00+00:00"))
    cast = Cast(on_programme=real_version)
    course = Course(cast.enrolment, cast.therapist)
    course.live(8)
    load_builtins()
    load_pack()
    clock.set_shift(timedelta(0))
    clock.set_shift(until("2026-03-11T12:00+00:00"))
    open_first_module(cast.other_enrolment)
    newcomer = _enrolled(cast, "Nora Quist", "nora@example.org", consent=True)
    open_first_module(newcomer)
    invited = _enrolled(cast, "Vera Holt", "vera@example.org", consent=False)
    return Places(
        cast,
        {
            "nobody": None,
            "invited": invited.patient.user,
            "newcomer": newcomer.patient.user,
            "patient": course.user,
            "therapist": cast.therapist,
            "colleague": cast.unassigned_therapist,
            "supervisor": cast.supervisor,
            "admin": cast.admin,
        },
        _happenings(cast, course),
    )


def _enrolled(cast: Cast, name: str, email: str, *, consent: bool) -> Enrolment:
    person = a_person(name, email)
    return make_patient(cast.clinic, cast.admin, cast.therapist, person, cast.version, consent=consent)


def _happenings(cast: Cast, course: Course) -> dict[str, object]:
    """What the addresses of the table speak of."""
    patient = cast.patient
    for by, body in (
        (course.user, "May I rest on Thursdays?"),
        (cast.therapist, "Of course.\n\nTake your time."),
        (course.user, "Thank you. And what about a very long line without any space: " + "rest" * 40),
    ):
        send_message(by=by, patient=patient, body=body, submission_id=uuid4())
    place_hold(by=cast.unassigned_therapist, enrolment=cast.other_enrolment, reason="Waiting for a letter")
    open_in_emergency(by=cast.supervisor, patient=cast.other_patient, reason="The hospital called about him.")
    save_safety_plan(by=course.user, patient=patient, raw=PLAN, submission_id=uuid4())
    reports = [_report(by, cast.enrolment) for by in (course.user, cast.therapist)]
    token = _invitations(cast)
    plan_reminders()
    deliver_due()
    return {
        "token": token,
        "patient": patient.pk,
        "message": _to_read_soon(cast),
        "alert": _alert(cast),
        **_sample(cast),
        "event": reported(cast.enrolment, help="doctor").pk,
        "assessed_event": added(cast.enrolment, grade=3, criteria=["hospital"]).pk,
        "held": cast.other_patient.pk,
        "missed": _missed(cast.enrolment),
        "worse": _worse(cast.enrolment),
        "entry": course.cycle.pk,
        "plan": _skills(cast.enrolment),
        "waiting": course.second.pk,
        "reviewed": course.first.pk,
        "report": reports[0],
        "waiting_report": reports[1],
        "report_batch": request_batch(
            by=cast.therapist, patients=[cast.patient.pk], made_for="therapist", request_id=new_id()
        ).pk,
        "membership": cast.therapist.memberships.get().pk,
    }


def _to_read_soon(cast: Cast) -> object:
    """A message with words for which it should be read soon."""
    body = "Some days I can't go on."
    return send_message(by=cast.patient.user, patient=cast.patient, body=body, submission_id=uuid4()).pk


def _skills(enrolment: Enrolment) -> object:
    """Lines of the logs that have pages of their own; the planned activity waits to be looked back on."""
    today = today_of(enrolment)
    for back in range(4):
        day = today - timedelta(days=back)
        fill(enrolment, "w9-sleep-diary", a_night(day, waso_min=str(20 * back)))
        fill(enrolment, "w5-relaxation-log", a_practice(day, tension_after=str(back)))
    fill(enrolment, "w7-thought-record", a_thought(today))
    card = {"made_on": today.isoformat(), "trigger": "In the queue", "helpful_sentence": "Slowly is fine."}
    fill(enrolment, "w8-coping-card", card)
    plan = {"activity": "Tea with Pat", "planned_date": today.isoformat(), "expected_enjoyment": "4"}
    done = plan | {"done": "yes", "actual_enjoyment": "7", "activity": "Two songs"}
    fill(enrolment, "w6-activity-plan", done)
    return fill(enrolment, "w6-activity-plan", plan).pk


def _missed(enrolment: Enrolment) -> object:
    """A time point that nobody answered."""
    day = today_of(enrolment) - timedelta(days=10)
    of = {"enrolment": enrolment, "patient_id": enrolment.patient_id, "clinic_id": enrolment.clinic_id}
    window = {"opens_on": day, "due_on": day, "closes_on": day}
    return Occasion.objects.create(**of, **window, kind="weekly", slug="week-0", instruments=["peg"]).pk


def _worse(enrolment: Enrolment) -> object:
    """The patient, whose anxiety is reliably worse than at the start."""
    answered_ago(enrolment, 1, "baseline", gad_7=3)
    answered(enrolment, gad_7=9)
    return enrolment.patient_id


def _sample(cast: Cast) -> dict[str, object]:
    """A monthly sample with an item that somebody has read."""
    alert = flag_risk(by=cast.supervisor, enrolment=cast.other_enrolment, level=2, reason="What he wrote")
    item = an_audit_item(alert, cast.supervisor, "a text")
    return {"sample": item.sample_id, "audit_item": item.pk}


def _alert(cast: Cast) -> object:
    alert = flag_risk(by=cast.supervisor, enrolment=cast.enrolment, level=2, reason="What she wrote last")
    note_contact(by=cast.therapist, alert=alert, channel="phone", result="no-answer")
    return alert.pk


def _report(by: User, enrolment: Enrolment) -> object:
    """The patient's is ready; the therapist's waits."""
    report = request_report(by=by, enrolment=enrolment, edition="therapist", request_id=new_id())
    if by.pk == enrolment.patient.user_id:
        make_reports()
    return report.pk


def _invitations(cast: Cast) -> str:
    """A patient and a colleague who have not answered yet."""
    enrol_and_invite(
        by=cast.admin,
        clinic=cast.clinic,
        request_id=uuid4(),
        person=a_person("Ida Blom", "ida@example.org"),
        programme_version=cast.version,
        therapist=cast.therapist,
        starts_on=clock.local_today("Europe/London"),
    )
    invitation = invite(
        by=cast.admin, clinic=cast.clinic, email="new@lakeside.test", name="Ned New", role=Role.THERAPIST
    )
    return str(invitation.token)
