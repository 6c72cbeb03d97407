"""Stored scripts: whatever people write, wherever it is shown, it is shown as text.

Two questions are asked of every page: are its bones the same as with harmless texts, and does any
vector stand in it as it was written. `tests/functional/test_stored_xss.py` asks a browser.
"""

import re
from typing import Any

import pytest
from django.test import override_settings
from django.utils.html import escape

from messaging.emails import compose
from messaging.models import DemoMail, Reminder
from painclinic import clock
from painclinic.accounts.models import Clinic, CrisisLine, User
from painclinic.audit.actions import System
from patients.actions.consent import publish_consent_text
from patients.models import ModuleHold, Patient
from patients.reports.document import build
from tests.access.objects import path_of
from tests.access.probe import Prober
from tests.access.table import ROWS
from tests.access.vectors import RUN, VECTORS, bones, chunks, difference, raw_in
from tests.access.visits import PAGES, Visits
from tests.access.world import SINKS, World, a_world

pytestmark = [pytest.mark.django_db, pytest.mark.xdist_group("access")]

HARMLESS = "Plain words."
EVERYTHING = " ".join(VECTORS)
# One reader of each kind who is shown the page.
READERS = ("own", "ther", "sup", "adm")
SHOWN = [
    (row.page, person)
    for row in ROWS
    for person in READERS
    if row.method == "GET" and row.cells[person] == "ok" and not PAGES[row.page].is_public
]
Pages = dict[tuple[str, str], str]
Rendered = tuple[Pages, list[str]]


def contact(world: World, text: str) -> None:
    """Fill what the clinic keeps about Maria, which is encrypted and of any length."""
    patient = Patient.objects.get(pk=world.cast.patient.pk)
    for name in ("address", "emergency_contact_name", "gp_name", "gp_contact"):
        setattr(patient, name, text)
    patient.save()


def every_page(text: str) -> Rendered:
    """Each page as its reader sees it, and the HTML of both reports, with `text` in every long sink."""
    pages = {}
    with a_world(text) as world:
        contact(world, text)
        prober = Prober(world)
        for name, person in SHOWN:
            path = path_of(world, name, list(PAGES[name].kwargs))
            seen = prober.ask(person, "GET", path, page=name, keep_body=True)
            assert seen.status == 200, str(seen)
            if seen.content_type.startswith("text/html"):
                pages[name, person] = seen.body
        publish_consent_text(
            by=System("test"), clinic=world.cast.clinic, language="en-gb", title="T", body=text
        )
        for name in ("patients:consent-give", "patients:consent-detail"):
            seen = prober.ask("new", "GET", path_of(world, name, []), page=name, keep_body=True)
            pages[name, "new"] = seen.body
        records = world.records["maria"]
        reports = [build(report).html for report in (records.report, records.patient_report)]
    return pages, reports


@pytest.fixture(scope="module")
def harmless(django_db_setup: None, django_db_blocker: Any) -> Rendered:
    with django_db_blocker.unblock():
        return every_page(HARMLESS)


@pytest.fixture(scope="module")
def nasty(django_db_setup: None, django_db_blocker: Any) -> Rendered:
    with django_db_blocker.unblock():
        return every_page(EVERYTHING)


def test_the_corpus_is_seen_by_its_own_oracles() -> None:
    """A page that escapes nothing fails both questions, for every vector that has markup in it."""
    plain = bones(f"<p title='{HARMLESS}'>{HARMLESS}</p>")
    assert len(VECTORS) >= 90
    for vector in VECTORS:
        assert not difference(plain, bones(f'<p title="{escape(vector)}">{escape(vector)}</p>'))
    assert difference(plain, bones(f"<p title='x'>{EVERYTHING}</p>"))
    assert raw_in(EVERYTHING)
    assert not raw_in(escape(EVERYTHING))


def test_every_page_keeps_its_bones(harmless: Rendered, nasty: Rendered) -> None:
    faults = {
        key: changed
        for key, body in nasty[0].items()
        if (changed := difference(bones(harmless[0][key]), bones(body)))
    }
    assert not faults


def test_no_page_shows_a_vector_as_it_was_written(nasty: Rendered) -> None:
    assert not {key: raw for key, body in nasty[0].items() if (raw := raw_in(body))}


def test_templates_in_what_people_write_are_not_worked_out(nasty: Rendered) -> None:
    for key, body in nasty[0].items():
        assert body.count("{{7*7}}") == body.count("{{7*7}}{{ request.user.password }}"), key


def test_every_sink_is_shown_somewhere(nasty: Rendered) -> None:
    """Else the tests above would say nothing about it."""
    together = "".join(nasty[0].values())
    tail = escape(VECTORS[-1])
    missing = [sink for sink in SINKS if f"{tail}-{sink}" not in together]
    assert not missing
    assert f"{tail}-reason" in together
    assert together.count(escape(VECTORS[0])) > 20


def test_reports_keep_their_bones(harmless: Rendered, nasty: Rendered) -> None:
    for plain, report in zip(harmless[1], nasty[1], strict=True):
        assert not difference(bones(plain), bones(report))
        assert not raw_in(report)
        assert escape(VECTORS[0]) in report


# Pages on which names of people, clinics, crisis lines and reasons stand; each shows several of them.
SHORT = [
    ("help-now", "own"),
    ("patients:home", "own"),
    ("patients:record-access", "own"),
    ("messaging:thread", "own"),
    ("therapists:today", "ther"),
    ("therapists:caseload", "ther"),
    ("therapists:patient-detail", "ther"),
    ("therapists:hold-release", "ther"),
    ("clinics:patient-list", "adm"),
    ("clinics:patient-detail", "adm"),
    ("clinics:staff-list", "adm"),
    ("clinics:clinic-edit", "adm"),
    ("clinics:access-list", "adm"),
    ("clinics:delivery-list", "adm"),
]


def name_everything(world: World, text: str) -> None:
    people = [world.cast.patient.user_id, world.cast.therapist.pk, world.emergency.user_id]
    User.objects.filter(pk__in=people).update(name=text[:120])
    Patient.objects.filter(pk=world.cast.patient.pk).update(name=text[:120])
    Clinic.objects.filter(pk=world.cast.clinic.pk).update(name=text[:120], phone=text[:40])
    CrisisLine.objects.filter(clinic=world.cast.clinic).update(
        label=text[:80], number=text[:30], note=text[:160]
    )
    ModuleHold.objects.filter(patient=world.cast.patient).update(reason=text[:200])


def short_pages(prober: Prober, keys: list[tuple[str, str]]) -> Pages:
    found = {}
    for name, person in keys:
        path = path_of(prober.world, name, list(PAGES[name].kwargs))
        seen = prober.ask(person, "GET", path, keep_body=True)
        assert seen.status == 200, str(seen)
        assert not raw_in(seen.body), str(seen)
        found[name, person] = seen.body
    return found


SCRIPT_ADDRESS = re.compile(r"""=\s*["']?\s*(?:java|vb)script:""", re.IGNORECASE)


def signs(page: str) -> tuple[int, ...]:
    """How often the signs stand in a page that markup is made of. The same counts, the same bones."""
    return (*(page.count(sign) for sign in "<>\"'"), len(SCRIPT_ADDRESS.findall(page)))


# Each holds all the signs by which a text could leave the place it is shown in.
KEYS = [f"x\"'`><svg onload={RUN}>&lt;{{{{7*7}}}}", f"'\"--></title><img src=x onerror={RUN}>"]


@pytest.mark.slow
def test_names_change_no_bones(visits: Visits) -> None:
    """Short fields: names of people, clinics and crisis lines, and reasons of holds.

    Every page is asked with the keys to all doors; the corpus then goes round the pages.
    """
    name_everything(visits.world, HARMLESS)
    plain = short_pages(visits.prober, SHORT)
    rounds = [(key, SHORT) for key in KEYS]
    rounds += [
        (piece, [SHORT[i % len(SHORT)], SHORT[-i % len(SHORT)]]) for i, piece in enumerate(chunks(118))
    ]
    for piece, keys in rounds:
        name_everything(visits.world, piece)
        for key, page in short_pages(visits.prober, keys).items():
            if signs(page) != signs(plain[key]):
                assert not difference(bones(plain[key]), bones(page)), f"{key} with {piece!r}"


def test_mails_are_plain_text_without_anybodys_words(visits: Visits) -> None:
    name_everything(visits.world, EVERYTHING)
    now = clock.now()
    # A trial goes to devices only.
    for kind in set(Reminder.Kind.values) - {Reminder.Kind.NOTICE_TRIAL}:
        reminder = Reminder(
            dedupe_key=kind,
            kind=kind,
            user=User.objects.get(pk=visits.world.cast.patient.user_id),
            patient=visits.world.cast.patient,
            clinic_id=visits.world.cast.clinic.pk,
            due_at=now,
            not_after=now,
            subject="Subject",
            body="Body",
        )
        invitation = visits.world.staff_invitation if "invitation" in kind else None
        message = compose(reminder, invitation).message()
        assert message.get_content_type() == "text/plain"
        assert not message.is_multipart()
        text = message.as_string()
        assert not raw_in(text)
        assert not [vector for vector in VECTORS if len(vector) > 12 and vector in text]


@override_settings(DEMO=True)
def test_the_mailbox_of_a_demonstration_shows_mails_as_text(visits: Visits) -> None:
    mail = DemoMail.objects.create(to="a@example.org", subject=HARMLESS, body=HARMLESS)
    paths = ["/demo/mail/", f"/demo/mail/{mail.pk}/"]
    client = visits.prober.client("own")
    plain = [bones(client.get(path).content.decode()) for path in paths]
    for piece in chunks(190):
        DemoMail.objects.filter(pk=mail.pk).update(subject=piece, body=piece.replace("//evil", "/evil"))
        for path, expected in zip(paths, plain, strict=True):
            body = client.get(path).content.decode()
            assert not raw_in(body)
            assert not difference(expected, bones(body)), piece
