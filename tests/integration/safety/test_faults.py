"""Risky answers while everything that runs is killed at random, and the clock moves on: nothing is missing.

Nothing is stood in for: patients send forms over HTTP to real web processes, a real worker and beat escalate
through a real broker, and mail goes to a mail server. What must come out is worked out from the clinical
reference in `faults.oracle`. `FAULT_SEED` repeats a run, `FAULT_MINUTES` makes it a long one.
"""

import os
import random
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median
from typing import Any
from uuid import UUID, uuid4

import pytest

from messaging.emails import message_id
from messaging.models import Reminder
from painclinic import clock
from painclinic.accounts.actions import accept_invitation
from patients.actions.alert_handling import acknowledge
from patients.actions.consent import give_consent
from patients.actions.enrolment import enrol_patient
from patients.models import Alert, AlertEvent, AlertStep, ConsentText, Enrolment, Occasion, Response
from tests.factories.cast import Cast, a_person
from tests.factories.instruments import load_builtins
from tests.integration.safety.faults.browsers import Answer, Browsers, ask, session_of
from tests.integration.safety.faults.oracle import Due, Life, level_of_mood, level_of_symptoms
from tests.integration.safety.faults.servers import NAMES, PERIOD, WEB, Servers

PATIENTS, EACH = 100, 10
# Far more than it takes, for a machine that is busy with something else.
LONGEST = 600.0
# Everybody works until five: whatever is due by then is within working hours. Monday 2 March 2026, 9:00.
OPENS = datetime(2026, 3, 2, 9, tzinfo=UTC)
# When the clock stands where, after all has been answered; the last is the next working day.
LATER = [timedelta(minutes=m) for m in (75, 95, 130, 190, 260, 340, 400)] + [timedelta(hours=25, minutes=50)]

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def servers(tmp_path: Path) -> Iterator[Servers]:
    started = Servers(tmp_path)
    try:
        yield started
    finally:
        started.stop()
        clock.set_shift(timedelta(0))


def many_patients(cast: Cast, count: int) -> list[Enrolment]:
    """Patients of one therapist, each of whom may be asked questions today."""
    text = ConsentText.objects.get(clinic=cast.clinic, version=1)
    made = []
    for number in range(count):
        enrolment, invitation = enrol_patient(
            by=cast.admin,
            clinic=cast.clinic,
            request_id=uuid4(),
            person=a_person(f"P {number}", f"p{number}@example.org"),
            programme_version=cast.version,
            therapist=cast.therapist,
            starts_on=clock.local_today("Europe/London") - timedelta(days=1),
        )
        assert invitation
        accept_invitation(invitation=invitation, password=None)
        enrolment.patient.user.refresh_from_db()
        give_consent(by=enrolment.patient.user, patient=enrolment.patient, text=text)
        made.append(enrolment)
    return made


def occasions(enrolments: list[Enrolment], each: int, chance: random.Random) -> dict[UUID, list[Occasion]]:
    """So many time points of today for each, most of them about mood."""
    today = clock.local_today("Europe/London")
    rows = [
        Occasion(
            enrolment=enrolment,
            patient_id=enrolment.patient_id,
            clinic_id=enrolment.clinic_id,
            kind="extra",
            slug=f"extra-{number}",
            instruments=[chance.choice(["phq-9", "phq-9", "phq-9", "new-symptoms"])],
            opens_on=today,
            due_on=today,
            closes_on=today + timedelta(days=3),
        )
        for enrolment in enrolments
        for number in range(each)
    ]
    found = defaultdict(list)
    for row in Occasion.objects.bulk_create(rows):
        found[row.enrolment_id].append(row)
    return found


def risky(slug: str, chance: random.Random) -> dict[str, str]:
    """What a form sends that is a risk, of any level."""
    if slug == "new-symptoms":
        return chance.choice(
            [
                {"saddle": "1", "medchange": "0"},
                {"fever": "1", "medchange": "0"},
                {"none": "1", "medchange": "2", "medicine": "1", "withdrawal": "0"},
                {"night": "1", "medchange": "2", "medicine": "3", "withdrawal": "0"},
            ]
        )
    item = chance.choice(["1", "1", "1", "2", "2", "3", "decline"])
    rest = chance.choice([0, 4, 8, 12, 21])
    fields = {f"q{number}": str(min(3, max(0, rest - 3 * (number - 1)))) for number in range(1, 9)}
    return fields | {"q9": item, "difficulty": "0"}


class Trial:
    """One run: everything up, answers coming in, processes dying, the clock moving."""

    def __init__(self, cast: Cast, servers: Servers, seed: int) -> None:
        self.cast, self.servers, self.chance = cast, servers, random.Random(seed)
        self.moves: list[tuple[float, timedelta]] = []
        self.down: dict[str, float] = {}
        self.next_kill = 0.0
        self.is_killing = True

    def move_to(self, moment: datetime) -> None:
        """The clock of everybody shows `moment` now. It never goes back."""
        shift = moment - datetime.now(UTC)
        # Noted before it is done: a mail of just that moment is taken for later and not for earlier.
        self.moves.append((time.time(), shift))
        self.servers.move(shift)

    def shown_at(self, real: float) -> datetime:
        """What the clock showed at a moment of real time."""
        shift = max((move for move in self.moves if move[0] <= real), default=self.moves[0])[1]
        return datetime.fromtimestamp(real, UTC) + shift

    def real(self, shown: datetime) -> float:
        """The first moment of real time at which the clock showed `shown`, or more."""
        ends = [at for at, _ in self.moves[1:]] + [time.time()]
        for (begin, shift), end in zip(self.moves, ends, strict=True):
            if shown < datetime.fromtimestamp(end, UTC) + shift:
                return max(begin, (shown - shift).timestamp())
        return ends[-1]

    def begin(self) -> None:
        self.servers.start(*NAMES)
        self.servers.wait_until(lambda: all(self.servers.answers(name) for name in WEB))
        self.servers.wait_until(lambda: "end" in self.servers.rounds.read_text())

    def torment(self, until: float, *, done: Any = lambda: False) -> None:
        """Kill and start again at random, while colleagues take alerts on."""
        while time.monotonic() < until and not done():
            now = time.monotonic()
            for name in [one for one, back in self.down.items() if back <= now]:
                del self.down[name]
                self.servers.start(name)
            if self.is_killing and now >= self.next_kill:
                self._kill_some(now)
            if self.chance.random() < 0.05:
                self._somebody_takes_one_on()
            time.sleep(0.05)

    def _kill_some(self, now: float) -> None:
        # One of the two web processes stays, as patients would else only wait.
        web = [name for name in WEB if self.servers.is_up(name)]
        able = [name for name in NAMES if self.servers.is_up(name) and (name not in WEB or len(web) == 2)]
        for name in self.chance.sample(able, min(len(able), self.chance.choice([1, 1, 2]))):
            if name in WEB and any(one in self.down for one in WEB):
                continue
            self.servers.kill(name)
            self.down[name] = now + self.chance.uniform(0.1, 2.5)
        self.next_kill = now + self.chance.uniform(1.0, 3.5)

    def _somebody_takes_one_on(self) -> None:
        """An alert whose people were told: nobody takes on what they have not heard of."""
        waiting = AlertStep.objects.due().values("alert_id")
        heard = Alert.objects.unacknowledged().exclude(pk__in=waiting)
        alert = heard.order_by("?").first()
        if alert:
            acknowledge(by=self.cast.therapist, alert=alert)

    def everything_up(self) -> None:
        self.is_killing = False
        for name in list(self.down):
            del self.down[name]
            self.servers.start(name)
        self.servers.wait_until(lambda: all(self.servers.answers(name) for name in WEB))

    def settle(self) -> None:
        """Until nothing is due and every mail has gone; what is tried again later comes to its time."""
        end = time.monotonic() + LONGEST
        while time.monotonic() < end:
            self.torment(time.monotonic() + 3 * PERIOD)
            waits = Reminder.objects.open().filter(kind="alert")
            if not AlertStep.objects.due().exists() and not waits.exists():
                return
            if not AlertStep.objects.due().exists() and not waits.filter(due_at__lte=clock.now()).exists():
                self.move_to(clock.now() + timedelta(minutes=1))
        raise AssertionError(f"{AlertStep.objects.due().count()} steps due, {waits.count()} mails wait")


@dataclass
class Rounds:
    """The planner's rounds; those that ended with what the clock showed at their begin and end."""

    begun: dict[str, datetime] = field(default_factory=dict)
    ended: list[tuple[datetime, datetime]] = field(default_factory=list)
    failed: int = 0

    @classmethod
    def of(cls, file: Path) -> "Rounds":
        found = cls()
        for line in file.read_text().splitlines():
            kind, name, at = line.split()
            moment = datetime.fromtimestamp(float(at), UTC)
            if kind == "begin":
                found.begun[name] = moment
            elif kind == "failed":
                found.failed += 1
            elif name in found.begun:
                found.ended.append((found.begun[name], moment))
        return found

    @property
    def cut_off(self) -> int:
        """Killed in the middle, or waiting for a broker that never came back."""
        return len(self.begun) - len(self.ended) - self.failed

    def passed_by(self, due: datetime, done: datetime) -> int:
        """How many began after `due` and ended before `done`, and so left it lying."""
        return sum(begin > due and end < done for begin, end in self.ended)


def lives() -> tuple[dict[tuple[UUID, str], Life], list[tuple[Response, str, int]]]:
    """What must have become of each patient's answers, and each risk that was found in them."""
    taken: dict[tuple[UUID, str], list[tuple[datetime, str, int]]] = defaultdict(list)
    risks = []
    moods: dict[UUID, list[dict[str, int]]] = defaultdict(list)
    stored = Response.objects.select_related("instrument_version__instrument").order_by("submitted_at", "pk")
    for response in stored:
        if response.instrument_version.instrument.slug == "phq-9":
            earlier = moods[response.enrolment_id]
            found = {"risk": level_of_mood(response.answers, response.declined, earlier)}
            earlier.append(response.answers)
        else:
            found = level_of_symptoms(response.answers)
        for kind, level in found.items():
            if level:
                risks.append((response, kind, level))
                taken[response.enrolment_id, kind].append((response.submitted_at, "comes", level))
    for event in AlertEvent.objects.filter(kind="acknowledged").select_related("alert"):
        taken[event.alert.enrolment_id, event.alert.kind].append((event.at, "is-taken", 0))
    found_lives = {}
    for key, happened in taken.items():
        life = found_lives[key] = Life()
        for at, what, level in sorted(happened):
            if what == "comes":
                life.comes(level, at)
            else:
                life.is_acknowledged(at)
    return found_lives, risks


class Findings:
    """What is missing, and how late what came."""

    def __init__(self, trial: Trial) -> None:
        self.trial = trial
        self.ended_at = clock.now()
        self.lives, self.risks = lives()
        events = AlertEvent.objects.filter(kind__in=["raised", "merged"]).select_related("alert")
        there: dict[tuple[Any, str], int] = {(one.response_id, one.alert.kind): one.level for one in events}
        self.alerts_missing = [
            (str(response.pk), kind, level)
            for response, kind, level in self.risks
            if there.get((response.pk, kind), 0) < level
        ]
        self.alerts_too_many = len(there) - len(self.risks)
        self.rounds = Rounds.of(trial.servers.rounds)
        self.mails = self._mails()
        self.escalations: list[Due] = []
        self.escalations_missing: list[Any] = []
        self.mails_missing: list[Any] = []
        self.passed_by: Counter[int] = Counter()
        self.seconds: list[float] = []
        for alert in Alert.objects.all():
            self._look_at(alert)

    def _mails(self) -> dict[tuple[UUID, str], list[datetime]]:
        """When the clock stood where as a mail about an alert was taken for somebody."""
        about = {
            message_id(one): (one.target_id, one.user.email)
            for one in Reminder.objects.filter(kind="alert").select_related("user")
        }
        found = defaultdict(list)
        self.accepted = [line.split("\t") for line in self.trial.servers.mails.read_text().splitlines()]
        for name, _, _, at in self.accepted:
            found[about[name]].append(self.trial.shown_at(float(at)))
        return found  # type: ignore[return-value]  # notices of alerts have a target

    def _look_at(self, alert: Alert) -> None:
        cast = self.trial.cast
        who = {
            "tell": [cast.therapist],
            "duty": [cast.unassigned_therapist],
            "second": [cast.therapist],
            "lead": [cast.supervisor],
            "act": [cast.supervisor],
            "everybody": [cast.therapist, cast.unassigned_therapist, cast.supervisor],
        }
        steps = list(AlertStep.objects.filter(alert=alert, was_needless=False).exclude(done_at=None))
        for due in self.lives[alert.enrolment_id, alert.kind].until(self.ended_at):
            self.escalations.append(due)
            # A notice that failed calls the lead before their time.
            earliest = due.since if due.step in ("lead", "everybody") else due.at
            done = sorted(one.done_at for one in steps if one.step == due.step and one.done_at >= earliest)
            if not done:
                self.escalations_missing.append((str(alert.pk), due))
                continue
            # What is due at once became so when the answer was stored, a little after its own moment.
            is_at_once = due.at == due.since
            missed = self.rounds.passed_by(due.at, done[0])
            self.passed_by[max(missed - is_at_once, 0)] += 1
            self.seconds.append(max(self.trial.real(done[0]) - self.trial.real(due.at), 0))
            for person in who[due.step]:
                told = self.mails.get((alert.pk, person.email), [])
                if not any(at >= done[0] - timedelta(seconds=1) for at in told):
                    self.mails_missing.append((str(alert.pk), person.email, due))

    @property
    def doubled(self) -> int:
        ids = [line[0] for line in self.accepted]
        return len(ids) - len(set(ids))


def report(trial: Trial, browsers: Browsers, found: Findings, seconds: float) -> str:
    """What happened, in words and numbers."""
    servers, rounds = trial.servers, found.rounds
    said = ", ".join(f"{status}: {n}" for status, n in sorted(browsers.said.items()))
    left = dict(sorted(found.passed_by.items()))
    return "\n".join(
        [
            f"{len(browsers.done)} risky answers in {seconds:.0f} s ({said}), "
            f"stored {Response.objects.count()}, risks {len(found.risks)}, alerts {Alert.objects.count()}",
            "kills: " + ", ".join(f"{name} {servers.kills[name]}" for name in NAMES),
            f"rounds of the planner: {len(rounds.begun)} begun, {len(rounds.ended)} ended, "
            f"{rounds.cut_off} cut off, {rounds.failed} failed; one every {PERIOD:.0f} s, 30 s in use",
            f"alerts missing {len(found.alerts_missing)}; escalations due {len(found.escalations)}, "
            f"missing {len(found.escalations_missing)}; mails accepted {len(found.accepted)}, "
            f"missing {len(found.mails_missing)}, sent twice under one key {found.doubled}",
            f"escalations by how many rounds ended without them (0: none late): {left}",
            f"latest {max(found.seconds):.1f} s after its moment, half within {median(found.seconds):.1f} s, "
            "the time counted in which worker, beat or broker lay dead; one web process always stays",
        ]
    )


def test_risks_survive_random_kills_of_everything_while_time_moves_on(
    cast: Cast, servers: Servers, capsys: pytest.CaptureFixture[str]
) -> None:
    seed = int(os.environ.get("FAULT_SEED", "0")) or random.SystemRandom().randrange(10**6)
    trial = Trial(cast, servers, seed)
    trial.move_to(OPENS)
    load_builtins()
    enrolments = many_patients(cast, PATIENTS)
    asked = occasions(enrolments, EACH, trial.chance)
    work = [
        [
            Answer.of(one.patient.user_id, place, risky(place.instruments[0], trial.chance))
            for place in asked[one.pk]
        ]
        for one in enrolments
    ]
    sessions = {one.patient.user_id: session_of(one.patient.user) for one in enrolments}
    trial.begin()
    browsers = Browsers([servers.ports[name] for name in WEB], sessions, work)
    began = time.monotonic()
    browsers.start()
    for part in range(1, 9):
        wanted = PATIENTS * EACH * part // 8
        trial.torment(
            began + LONGEST, done=lambda wanted=wanted: len(browsers.done) >= wanted or browsers.is_done
        )
        trial.move_to(clock.now() + timedelta(minutes=6))
    answered_in = time.monotonic() - began
    for later in LATER:
        trial.torment(time.monotonic() + 2.5 * PERIOD)
        trial.move_to(max(OPENS + later, clock.now()))
    trial.torment(time.monotonic() + 60 * float(os.environ.get("FAULT_MINUTES", "0")))
    trial.everything_up()
    trial.settle()

    found = Findings(trial)
    stored = Response.objects.count()
    with capsys.disabled():
        sys.stdout.write(f"\nalert faults (seed {seed}): {report(trial, browsers, found, answered_in)}\n")
    assert not browsers.failed
    assert len(browsers.done) == stored == PATIENTS * EACH
    assert set(browsers.said) <= {"302", "no answer"}
    assert found.alerts_missing == []
    assert found.alerts_too_many == 0
    assert found.escalations_missing == []
    assert found.mails_missing == []
    assert sum(servers.kills.values()) >= 15
    assert found.rounds.failed == 0
    # The first round that begins after a moment, and is not killed, takes what is due.
    assert set(found.passed_by) == {0}


def test_alert_is_on_the_worklist_at_the_next_page_with_every_queue_dead(
    cast: Cast, servers: Servers
) -> None:
    load_builtins()
    place = occasions([cast.enrolment], 1, random.Random(1))[cast.enrolment.pk][0]
    Occasion.objects.filter(pk=place.pk).update(instruments=["phq-9"])
    place.refresh_from_db()
    patient, therapist = session_of(cast.patient.user), session_of(cast.therapist)
    # No broker, no cache, no worker, no beat, no mail server: the web process and the database alone.
    servers.start("web-1")
    servers.wait_until(lambda: servers.answers("web-1"))
    answer = Answer.of(cast.patient.user_id, place, risky("phq-9", random.Random(1)) | {"q9": "3"})
    browsers = Browsers([servers.ports["web-1"]], {cast.patient.user_id: patient}, [[answer]])
    browsers.start()
    servers.wait_until(lambda: browsers.is_done)
    assert browsers.done == [answer]
    status, page = ask("GET", servers.ports["web-1"], "/today/", therapist)
    assert status == 200
    before_all_else = page[page.index("<main") : page.index('class="counts"')]
    assert f"/alerts/{Alert.objects.get().pk}/" in before_all_else
