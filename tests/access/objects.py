"""What each address and each form of the site is filled with: always something of Maria's.

A kwarg or a page that has nothing here fails the build, so that a new page cannot go untested.
"""

from collections.abc import Callable
from dataclasses import asdict
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

from django.urls import reverse

from messaging.models import Message
from painclinic import clock
from painclinic.accounts.models import User
from patients.models import Draft, Occasion, Patient
from patients.safety.rules import VERSION
from patients.safety.timers import LONGEST
from tests.access.world import CLOSED_DAY, World
from tests.factories.cast import PASSWORD as STAFF_PASSWORD
from tests.factories.samples import FOUND
from tests.factories.ways import a_browser

Make = Callable[[World], Any]


def message_of(world: World, name: str) -> UUID:
    """What the patient wrote to the team."""
    return Message.objects.get(thread=world.records[name].thread, side=Message.Side.PATIENT).pk


KWARGS: dict[str, Make] = {
    "patient_id": lambda w: w.cast.patient.pk,
    "homework_id": lambda w: w.records["maria"].homework.pk,
    "entry_id": lambda w: w.records["maria"].entry.pk,
    "report_id": lambda w: w.records["maria"].report.pk,
    "change_id": lambda w: w.records["maria"].change.pk,
    "alert_id": lambda w: w.records["maria"].alert.pk,
    "event_id": lambda w: w.records["maria"].adverse.pk,
    "batch_id": lambda w: w.records["maria"].report.batch_id,
    "draft_id": lambda w: w.records["maria"].draft.pk,
    "access_id": lambda w: w.emergency.pk,
    "shift_id": lambda w: w.cast.clinic.duty_shifts.all()[0].pk,
    "day": lambda w: CLOSED_DAY,
    "test_id": lambda w: w.daily_test.pk,
    "sample_id": lambda w: w.records["maria"].audit_item.sample_id,
    "item_id": lambda w: w.records["maria"].audit_item.pk,
    "membership_id": lambda w: w.cast.unassigned_therapist.memberships.get().pk,
    "invitation_id": lambda w: w.staff_invitation.pk,
    "device_id": lambda w: w.device.pk,
    "mail_id": lambda w: w.mail.pk,
    "occasion_id": lambda w: w.records["maria"].occasion.pk,
    "written": lambda w: "message",
    "text_id": lambda w: message_of(w, "maria"),
    "token": lambda w: w.staff_invitation.token,
    "slug": lambda w: "w3-activity-log",
    "module": lambda w: 1,
    "step": lambda w: 1,
    "pk": lambda w: 1,
    "instrument": lambda w: "probe",
    "programme": lambda w: w.cast.version.programme.slug,
    "point": lambda w: "week-2",
    "uidb36": lambda w: "1",
    "key": lambda w: "wrong-key",
}
# The same kind of thing, but Nora's, who has the same therapist and the same clinic.
NORAS: dict[str, Make] = {
    "patient_id": lambda w: w.nora.patient_id,
    "homework_id": lambda w: w.records["nora"].homework.pk,
    "entry_id": lambda w: w.records["nora"].entry.pk,
    "report_id": lambda w: w.records["nora"].report.pk,
    "change_id": lambda w: w.records["nora"].change.pk,
    "occasion_id": lambda w: w.records["nora"].occasion.pk,
    "batch_id": lambda w: w.records["nora"].report.batch_id,
    "alert_id": lambda w: w.records["nora"].alert.pk,
    "event_id": lambda w: w.records["nora"].adverse.pk,
    "text_id": lambda w: message_of(w, "nora"),
    "item_id": lambda w: w.records["nora"].audit_item.pk,
}
# Pages on which a name stands for something else than above.
OWN_KWARGS: dict[str, dict[str, Make]] = {
    **{
        f"patients:report-{part}": {"report_id": lambda w: w.records["maria"].patient_report.pk}
        for part in ("detail", "download", "progress", "seen")
    },
    "therapists:occasion-missing": {
        "occasion_id": lambda w: Occasion.objects.get(patient=w.cast.patient, slug="week-0").pk
    },
    "clinics:staff-end": {"membership_id": lambda w: w.cast.supervisor.memberships.get().pk},
    "patients:card-tried": {"entry_id": lambda w: w.records["maria"].card.pk},
    "patients:plan-outcome": {"entry_id": lambda w: w.records["maria"].plan.pk},
    "patients:goal-rate": {"entry_id": lambda w: w.records["maria"].goal.pk},
    "patients:entry-withdraw": {"entry_id": lambda w: w.records["maria"].log_entry.pk},
    "patients:question-form": {"slug": lambda w: "peg"},
    "patients:resource-detail": {"slug": lambda w: "family-page"},
    "patients:relaxation-detail": {"slug": lambda w: "belly-breathing"},
    # Its eighth step is a worksheet, the seventh has questions, the fourth an exercise.
    "patients:step-detail": {"step": lambda w: 8},
    "patients:step-answer": {"step": lambda w: 7},
    "patients:step-rate": {"step": lambda w: 4},
}


def kwargs_of(world: World, page: str, names: list[str]) -> dict[str, Any]:
    own = OWN_KWARGS.get(page, {})
    return {name: (own.get(name) or KWARGS[name])(world) for name in names}


def path_of(world: World, page: str, names: list[str]) -> str:
    return reverse(page, kwargs=kwargs_of(world, page, names))


def person_form(world: World) -> dict[str, Any]:
    return {
        "name": "Grace Obi",
        "date_of_birth": "1980-02-29",
        "email": "grace@example.org",
        "mobile": "07700 900321",
        "timezone": "Europe/London",
        "language": "en-gb",
        "address": "2 Hill Road, Derby",
        "emergency_contact_name": "Sam Obi",
        "emergency_contact_phone": "07700 900654",
        "gp_name": "Dr Wu",
        "gp_contact": "01332 496 0000",
    }


def _enrol(world: World) -> dict[str, Any]:
    return person_form(world) | {
        "programme": str(world.cast.version.pk),
        "therapist": str(world.cast.therapist.pk),
        "starts_on": world.cast.enrolment.starts_on.isoformat(),
        "request_id": str(uuid4()),
    }


def _clinic(world: World) -> dict[str, Any]:
    return {
        "name": "Lakeside Clinic",
        "language": "en-gb",
        "country": "GB",
        "timezone": "Europe/London",
        "phone": "0115 496 0000",
        "emergency_number": "999",
        "work_start": "09:00",
        "work_end": "17:00",
        "work_days": ["1", "2"],
        "reply_days": "1",
        "review_days": "2",
        "flare_up_days_least": "1",
        "flare_up_days_most": "7",
        "pause_days_most": "14",
        "uses_item_nine": "yes",
        "lines-TOTAL_FORMS": "0",
        "lines-INITIAL_FORMS": "0",
    }


def _point() -> dict[str, Any]:
    return {"kind": "weekly", "day": "7", "opens": "0", "closes": "6", "instruments": ["peg"]}


def _coming_monday() -> str:
    today = clock.now().date()
    return (today + timedelta(days=35 - today.weekday())).isoformat()


def _shift(world: World, user: User | None) -> dict[str, Any]:
    """Each admin puts a colleague of their own clinic on the rota."""
    there = world.cast.elsewhere_therapist if user == world.people["admfar"] else world.cast.therapist
    return {"user": str(there.pk), "order": "1", "weekdays": ["6"]}


def _draft(user: User | None, target: str, **fields: Any) -> dict[str, Any]:
    """What a form that saves itself sends when it is handed in."""
    draft = str(Draft.id_for(user.pk if user else UUID(int=0), target, 0))
    return {"draft": draft, "base_rev": "0", "submission_id": draft, "draft_tab": "t1"} | fields


def _patient_of(world: World, user: User | None) -> Patient:
    """Patients write about themselves; everybody else about Maria."""
    return Patient.objects.filter(user=user).first() or world.cast.patient


def _entry_target(world: World, user: User | None, slug: str) -> str:
    return f"entry:{_patient_of(world, user).enrolments.get().pk}:{slug}"


def _new_line(world: World, user: User | None) -> dict[str, Any]:
    day = clock.local_today("Europe/London").isoformat()
    # The world holds a draft of it, saved once.
    line = {"base_rev": "1", "date": day, "activity": "Washing up", "minutes": "20", "pain_after": "4"}
    return _draft(user, _entry_target(world, user, "w3-activity-log"), **line)


def _quick_line() -> dict[str, Any]:
    day = clock.local_today("Europe/London").isoformat()
    return {"date": day, "activity": "Ironing", "minutes": "10", "pain_after": "3"}


PAIN_CYCLE = {
    "situation": "At the sink",
    "pain": "5",
    "thoughts": "Here it comes",
    "feelings-0-name": "sad",
    "feelings-0-strength": "30",
    "what_i_did": "Sat down",
}


def _pain_cycle(world: World, user: User | None, entry: str = "") -> dict[str, Any]:
    return _draft(user, _entry_target(world, user, "w1-pain-cycle") + entry, **PAIN_CYCLE)


def _peg(world: World, user: User | None) -> dict[str, Any]:
    target = f"measure:{world.records['maria'].occasion.pk}:peg"
    return _draft(user, target, p="5", e="6", g="7")


def _safety_plan(world: World, user: User | None) -> dict[str, Any]:
    return _draft(user, f"plan:{_patient_of(world, user).pk}", signs="I go quiet")


def _effect(world: World, user: User | None) -> dict[str, Any]:
    return _draft(user, f"effect:{_patient_of(world, user).pk}", what="Worse nights", bother="2")


ASSESSMENT = {
    "title": "Worse nights",
    "category": "sleep",
    "grade": "2",
    "relation": "possible",
    "is_expected": "yes",
    "outcome": "recovering",
    "taken": "none",
}


def _new_event() -> dict[str, Any]:
    today = clock.local_today("Europe/London").isoformat()
    return ASSESSMENT | {"known_on": today, "submission_id": str(uuid4())}


def _correction(world: World, user: User | None) -> dict[str, Any]:
    return _pain_cycle(world, user, f":{world.records['maria'].entry.pk}")


def _homework(world: World, user: User | None) -> dict[str, Any]:
    return _draft(user, _entry_target(world, user, "homework-understanding-pain"), partial="1")


def _check_answer(world: World, user: User | None) -> dict[str, Any]:
    check = world.cast.version.modules.get(number=1).steps.get(kind="check")
    return {"question": check.questions[0]["id"], "option": "1"}


def _last_message(world: World, user: User | None) -> dict[str, Any]:
    last = Message.objects.filter(patient=_patient_of(world, user)).order_by("-sent_at").first()
    return {"until": str(last.pk) if last else ""}


def _message(world: World, user: User | None) -> dict[str, Any]:
    return _draft(user, f"message:{_patient_of(world, user).pk}", body="How are you?")


def _review(world: World, user: User | None) -> dict[str, Any]:
    homework = world.records["maria"].homework
    return _draft(user, f"review:{homework.pk}", comment="Well done", next="reviewed")


def _autosave(world: World, user: User | None) -> dict[str, Any]:
    draft = world.records["maria"].draft
    data = {"activity": "Washing up"}
    return {"base_rev": 1, "data": data, "purpose": "entry", "target": draft.target, "tab": "t1.2"}


def _signature() -> dict[str, Any]:
    signed = {"version": VERSION, "name": "Sue Visor", "agree": "on", "password": STAFF_PASSWORD}
    return signed | {name: str(minutes) for name, minutes in asdict(LONGEST).items()}


PASSWORD = "quite-another-password-9"
# What a page's form sends, so that it would do something if nobody stopped it. The rest are buttons.
BODIES: dict[str, Callable[[World, User | None], dict[str, Any]]] = {
    "account_login": lambda w, u: {"login": "nobody@example.org", "password": "not-the-password"},
    "account_reset_password": lambda w, u: {"email": "nobody@example.org"},
    "accounts:invitation-accept": lambda w, u: {"password": PASSWORD},
    "clinics:patient-enrol": lambda w, u: _enrol(w),
    "clinics:patient-edit": lambda w, u: person_form(w),
    "clinics:patient-hand-over": lambda w, u: {"therapist": str(w.cast.unassigned_therapist.pk)},
    "clinics:staff-invite": lambda w, u: {"name": "New", "email": "new@lakeside.test", "role": "therapist"},
    "clinics:clinic-edit": lambda w, u: _clinic(w),
    "clinics:duty-list": lambda w, u: _shift(w, u),
    "clinics:closed-day-list": lambda w, u: {
        "first_day": _coming_monday(),
        "last_day": "",
        "name": "Moving house",
    },
    "clinics:consent-text-edit": lambda w, u: {"title": "Taking part", "body": "Another text."},
    "clinics:instrument-detail": lambda w, u: {
        "holder": "Lakeside Clinic",
        "reference": "Contract 7",
        "valid_until": (clock.now() + timedelta(days=300)).date().isoformat(),
        "attested_name": "Ada Min",
        "is_sure": "on",
    },
    "clinics:schedule-point": lambda w, u: _point(),
    "clinics:schedule-point-add": lambda w, u: _point() | {"day": "30"},
    "clinics:rule-set-sign": lambda w, u: _signature(),
    "messaging:device-add": lambda w, u: a_browser().form(),
    "clinics:audit-item": lambda w, u: FOUND | {"learnt": "Call sooner."},
    "messaging:number-give": lambda w, u: {"number": "+44 7700 900123"},
    "messaging:number-prove": lambda w, u: {"code": "12345"},
    "messaging:thread": _message,
    "messaging:thread-read": _last_message,
    "messaging:preferences-edit": lambda w, u: {
        "kinds": ["inactive"],
        "most_per_cause": "1",
        "quiet_from": "20:00",
        "quiet_until": "09:00",
    },
    "patients:consent-give": lambda w, u: {"version": "1", "agree": "yes"},
    "patients:draft-api": _autosave,
    "patients:entry-new": _new_line,
    "patients:safety-plan-write": _safety_plan,
    "patients:effects": _effect,
    "patients:goal-rate": lambda w, u: {"level": "1"},
    "patients:card-tried": lambda w, u: {"helped": "6"},
    "patients:plan-outcome": lambda w, u: {"done": "yes", "actual_enjoyment": "6"},
    "patients:quick-entry": lambda w, u: _quick_line(),
    "patients:flare-up": lambda w, u: {"days": "2"},
    "patients:pause": lambda w, u: {"days": "2"},
    "patients:print-create": lambda w, u: {"request_id": str(uuid4()), "scope": "course"},
    "therapists:print-create": lambda w, u: {"request_id": str(uuid4()), "scope": "course"},
    "patients:report-create": lambda w, u: {"request_id": str(uuid4())},
    "therapists:report-create": lambda w, u: {"request_id": str(uuid4()), "edition": "therapist"},
    "therapists:report-batch-create": lambda w, u: {
        "request_id": str(uuid4()),
        "made_for": "therapist",
        "people": [str(w.cast.patient.pk)],
    },
    "therapists:report-letter": lambda w, u: {
        "request_id": str(uuid4()),
        "name": "Dr Osei",
        "address": "12 High Street",
        "confirm": "1",
    },
    "patients:question-form": _peg,
    "patients:entry-change": _correction,
    "patients:step-detail": _pain_cycle,
    "patients:step-answer": _check_answer,
    "patients:step-rate": lambda w, u: {"before": "5"},
    "patients:homework-detail": _homework,
    "therapists:emergency-open": lambda w, u: {
        "name": "Maria Lund",
        "date_of_birth": "1979-04-12",
        "reason": "She called and sounds confused",
    },
    "therapists:homework-review": _review,
    "therapists:adverse-add": lambda w, u: _new_event(),
    "therapists:adverse-detail": lambda w, u: ASSESSMENT | {"based_on": "1"},
    "clinics:adverse-export": lambda w, u: {"rows": "serious"},
    "therapists:alert-detail": lambda w, u: {"act": "take"},
    "therapists:alert-flag": lambda w, u: {"level": "2", "reason": "A worrying message"},
    "therapists:patient-messages": _message,
    "therapists:patient-messages-read": _last_message,
    "therapists:module-unlock": lambda w, u: {"reason": "She asked for it", "told": "As you asked"},
    "therapists:sleep-window": lambda w, u: {"act": "off", "reason": "You are drowsy by day"},
    "therapists:hold-place": lambda w, u: {"reason": "On holiday", "told": "Enjoy it"},
    "therapists:occasion-add": lambda w, u: {
        "instruments": ["peg"],
        "reason": "As we agreed on the phone",
        "due_on": clock.now().date().isoformat(),
        "days": "7",
    },
    "therapists:occasion-missing": lambda w, u: {"reason": "unwell", "note": "A cold"},
    "therapists:worse-seen": lambda w, u: {"act": "patient", "note": "We talked"},
    "therapists:course-change": lambda w, u: {
        "change": "extend-window",
        "days": "7",
        "reason": "As you asked",
    },
}


def body_of(world: World, page: str, person: str) -> dict[str, Any]:
    """What this person would send from the page's form."""
    made = BODIES.get(page)
    return made(world, world.people[person]) if made else {}


def unknown(value: Any) -> Any:
    """Something of the same kind that is nobody's."""
    return uuid4() if isinstance(value, UUID) else 97 if isinstance(value, int) else "nobody-has-this"
