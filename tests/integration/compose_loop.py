"""The weekly loop at a real deployment, walked by three people who know its pages only over HTTP.

Each request goes to another web process than the one before; mail comes from the real worker, when the real
beat asks for it. `tests/functional/test_loop.py` walks the same loop in browsers, with every detail.
"""

import re
import time
from datetime import UTC, date, datetime, timedelta
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time

from tests.integration.forms import Form, form_with
from tests.integration.processes import Deployment, Page, Visitor

PASSWORD = "four quiet words of mine"
# Nobody whom another test of this deployment makes.
ADMIN, ANNA, ROSA = "ada@harbour.example", "anna@harbour.example", "rosa@harbour.example"
SUE = "sue@harbour.example"
# Beat asks for mail every twenty seconds and for the planning of reminders every minute.
PATIENCE = 150.0


def daytime_zone() -> str:
    """A time zone in which it is about noon, so that no reminder has to wait for the morning."""
    zones = ("Pacific/Auckland", "Asia/Tokyo", "Asia/Kolkata", "Europe/London", "America/New_York",
             "America/Los_Angeles", "Pacific/Honolulu")  # fmt: skip
    now = datetime.now(UTC)
    return min(zones, key=lambda zone: abs(now.astimezone(ZoneInfo(zone)).hour - 13))


class Person(Visitor):
    """A visitor who fills in forms, and reads mail."""

    def __init__(self, here: Deployment, email: str) -> None:
        super().__init__(here)
        self.email = email

    def open(self, path: str, expected: str = "") -> Page:
        """Opens a page, which has to be there and to say this."""
        page = self.get(path)
        assert page.status == 200, (path, page.status, _words(page.text)[:3000])
        assert expected in _words(page.text), (path, expected, _words(page.text)[:2000])
        return page

    def fill(self, which: str, values: dict[str, str], *, expected: str = "") -> Page:
        """Sends the form of the present page that has these words, with these values changed."""
        form = form_with(self.page.text, which)
        page = self.post(form.action or self.page.url, form.values | values)
        assert page.status == 200, (form.action, page.status, _words(page.text)[:3000])
        assert expected in _words(page.text), (form.action, expected, _words(page.text)[:2000])
        return page

    def form(self, which: str) -> Form:
        return form_with(self.page.text, which)

    def mail(self, words: str) -> str:
        """The text of the first mail to this person with these words in its subject, once it has come."""
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            for letter in self.here.mails():
                if letter["To"] == self.email and words in letter["Subject"]:
                    return str(letter.get_content())
            time.sleep(0.5)
        seen = [(letter["To"], letter["Subject"]) for letter in self.here.mails()]
        tail = self.here.running["worker-1"].tail(20)
        raise AssertionError(f"no mail about {words!r} to {self.email}; there is {seen}\n{tail}")

    def join(self, link: str) -> None:
        self.open(urlsplit(link).path)
        self.fill("password", {"password": PASSWORD})

    def take_second_step(self) -> None:
        """Sets up an authenticator app, without which staff see nothing."""
        self.open("/account/security/app/")
        found = re.search(r'value="([A-Z2-7]{16,})"', self.page.text)
        assert found, _words(self.page.text)
        counter = next(yield_hotp_counters_from_time())
        self.fill("Code", {"code": format_hotp_value(hotp_value(found[1], counter))})


def _words(text: str) -> str:
    text = re.sub(r"<(script|style|template)\b.*?</\1>", " ", text, flags=re.DOTALL)
    return " ".join(re.sub(r"<[^>]+>", " ", text).split())


def link_in(text: str) -> str:
    """The first link of a mail: the one it was written for."""
    return re.findall(r"https://\S+", text)[0]


def walk(here: Deployment) -> dict[str, int]:
    """The loop once round; returns how many requests each person made."""
    admin = _clinic_opens(here)
    therapist = _therapist_joins(admin)
    patient = _patient_joins(admin)
    _patient_works(patient)
    _therapist_answers(therapist)
    _patient_is_told(patient)
    _messages_go_both_ways(patient, therapist)
    for person in (admin, therapist, patient):
        assert set(person.asked) == set(here.web)
    return {person.email: len(person.asked) for person in (admin, therapist, patient)}


def _clinic_opens(here: Deployment) -> Person:
    command = ["open_clinic", "Harbour Clinic", "--admin-name=Ada Min", f"--admin-email={ADMIN}"]
    here.run("web", "python", "manage.py", *command, "--emergency-number=999")
    admin = Person(here, ADMIN)
    admin.join(link_in(admin.mail("invit")))
    admin.take_second_step()
    admin.open("/desk/settings/consent/")
    admin.fill("Put in force", {"title": "Taking part", "body": "What we do together."})
    return admin


def _therapist_joins(admin: Person) -> Person:
    admin.open("/desk/staff/invite/")
    admin.fill(
        "Send the invitation", {"name": "Anna Berg", "email": ANNA, "role": "therapist"}, expected=ANNA
    )
    therapist = Person(admin.here, ANNA)
    therapist.join(link_in(therapist.mail("invit")))
    therapist.take_second_step()
    therapist.open("/today/", "Today")
    _rota_is_filled(admin)
    return therapist


def _rota_is_filled(admin: Person) -> None:
    """Nobody is enrolled before there is a crisis line and a second person for alerts."""
    admin.open("/desk/staff/invite/")
    admin.fill("Send the invitation", {"name": "Sue Visor", "email": SUE, "role": "supervisor"}, expected=SUE)
    lead = Person(admin.here, SUE)
    lead.join(link_in(lead.mail("invit")))
    lead.take_second_step()
    lead.open("/clinic/rules/")
    lead.fill("Sign version", {"agree": "on", "password": PASSWORD}, expected="Signed. Thank you.")
    admin.open("/desk/settings/")
    admin.fill("Save", {"lines-0-label": "Samaritans", "lines-0-number": "116 123"})
    for name, day in (("Anna Berg", "1"), ("Sue Visor", "2")):
        admin.open("/desk/duty/")
        chosen = admin.form("Add to the rota").choose("user", name)
        admin.fill("Add to the rota", {"user": chosen, "order": "1", "weekdays": day})


def _patient_joins(admin: Person) -> Person:
    admin.open("/desk/patients/enrol/")
    form = admin.form("Enrol and invite")
    values = {
        "name": "Rosa Delgado", "date_of_birth": "1971-09-30", "email": ROSA, "mobile": "07700 900321",
        "timezone": daytime_zone(), "address": "4 Weaver Street, Leeds",
        "emergency_contact_name": "Luis Delgado", "emergency_contact_phone": "07700 900654",
        "gp_name": "Dr Osei", "gp_contact": "0113 496 0222",
        "therapist": form.choose("therapist", "Anna Berg"), "starts_on": _today().isoformat(),
    }  # fmt: skip
    admin.fill("Enrol and invite", values, expected="Enrolled. The invitation is on its way.")
    patient = Person(admin.here, ROSA)
    letter = patient.mail("invit")
    assert "Osei" not in letter
    patient.join(link_in(letter))
    patient.fill("Agree and begin", {"agree": "yes"}, expected="Rosa")
    return patient


def _today() -> date:
    return datetime.now(ZoneInfo(daytime_zone())).date()


# --- the patient's week ---


def _patient_works(patient: Person) -> None:
    patient.open("/home/", "Week 1: Understanding pain")
    _draft_is_on_both_web_processes(patient)
    for number in range(1, 13):
        patient.open(f"/course/1/{number}/")
        _do_step(patient, number)
    patient.open("/course/1/homework/")
    patient.fill("Send to Anna Berg", {}, expected="Sent. Well done for getting this far.")


CYCLE = {
    "situation": "Sunday lunch at my sister's", "pain": "7", "thoughts": "I spoil it for everybody",
    "feelings-0-name": "guilty", "what_i_did": "Left before pudding",
}  # fmt: skip
PLANS = {8: CYCLE, 10: {"hope": "To stay for the whole lunch"}}


def _draft_is_on_both_web_processes(patient: Person) -> None:
    """Typed through one web process, the words stand in the page that the other one makes."""
    patient.open("/course/1/8/")
    draft = patient.form("Save and go on").attributes
    sent = {"base_rev": 0, "purpose": "entry", "target": draft["data-draft-target"], "tab": "a"}
    saved = patient.put(draft["data-draft-url"], sent | {"data": {"situation": "Half a sentence"}})
    assert saved.status == 200, saved.text
    for _ in patient.here.web:
        patient.open("/course/1/8/")
        assert patient.form("Save and go on").values["situation"] == "Half a sentence"


def _do_step(patient: Person, number: int) -> None:
    if number == 9:
        for days in range(3):
            _log(patient, _today() - timedelta(days=days))
        patient.open("/course/1/9/")
    if number in PLANS:
        patient.fill("Save and go on", PLANS[number])
    elif number == 11:
        patient.fill("Save and go on", _practice_plan(patient))
    else:
        patient.fill("/finish/", {})


def _practice_plan(patient: Person) -> dict[str, str]:
    """Whatever the plan asks for is answered with a short text or a number."""
    form = patient.form("Save and go on")
    empty = {name: "After breakfast" for name, value in form.values.items() if not value}
    return empty | {"confidence": "8"}


def _log(patient: Person, day: date) -> None:
    patient.open("/practice/w3-activity-log/new/")
    line = {"date": day.isoformat(), "activity": "Washing up", "minutes": "30", "pain_after": "5"}
    patient.fill("Save", line, expected="Saved.")


# --- the answer, and the reminder of it ---


def _therapist_answers(therapist: Person) -> None:
    page = therapist.open("/today/", "Rosa Delgado")
    found = re.search(r'href="(/patients/[0-9a-f-]+/homework/[0-9a-f-]+/)"', page.text)
    assert found, _words(page.text)
    therapist.open(found[1], "Left before pudding")
    values = {"comment": "You found where the cycle closes.", "next": "reviewed"}
    therapist.fill("Mark as reviewed", values, expected="Sent to Rosa.")


def _patient_is_told(patient: Person) -> None:
    letter = patient.mail("nswer")
    assert "cycle" not in letter
    assert "Anna" not in letter
    patient.open(urlsplit(link_in(letter)).path)
    patient.open("/course/1/homework/", "You found where the cycle closes.")


def _messages_go_both_ways(patient: Person, therapist: Person) -> None:
    patient.open("/messages/")
    patient.fill("Send to Anna", {"body": "May I rest on Thursdays?"}, expected="Your message is sent.")
    page = therapist.open("/today/", "Wrote a message")
    found = re.search(r'href="(/patients/[0-9a-f-]+/messages/)"', page.text)
    assert found, _words(page.text)
    therapist.open(found[1], "May I rest on Thursdays?")
    therapist.fill("Send to Rosa", {"body": "Of course you may."}, expected="Sent to Rosa.")
    patient.open("/messages/", "Of course you may.")
