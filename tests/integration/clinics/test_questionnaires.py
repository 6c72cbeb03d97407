"""Licensed questionnaires: attested by a named person, warned of before they end, stopped when they have."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from painclinic import clock
from painclinic.audit.models import AuditEvent
from programs.actions import LicenceRefusedError, attest_licence, withdraw_licence
from programs.instruments.licences import (
    LicenceState,
    is_usable,
    licence_state,
    newest_licences,
    usable_slugs,
)
from programs.models import Instrument, InstrumentLicence
from tests.factories.cast import Cast
from tests.factories.instruments import load_builtins, load_pack

pytestmark = pytest.mark.django_db
BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


@pytest.fixture
def probe() -> Instrument:
    load_builtins()
    return load_pack().instrument


@pytest.fixture
def desk(cast: Cast, client: Client) -> Client:
    client.force_login(cast.admin, backend=BACKEND)
    return client


def today(cast: Cast) -> date:
    return clock.local_today(cast.clinic.timezone)


def attest(cast: Cast, probe: Instrument, days: int = 300, **changed: Any) -> InstrumentLicence:
    values = {"holder": "Lakeside", "reference": "Contract 7", "attested_name": "Ada Min"} | changed
    return attest_licence(
        by=cast.admin,
        clinic=cast.clinic,
        instrument=probe,
        valid_until=today(cast) + timedelta(days=days),
        **values,
    )


def form(cast: Cast, **changed: str) -> dict[str, str]:
    until = (today(cast) + timedelta(days=300)).isoformat()
    values = {"holder": "Lakeside", "reference": "C 7", "valid_until": until, "attested_name": "Ada Min"}
    return {name: value for name, value in (values | {"is_sure": "on"} | changed).items() if value}


def page(client: Client, slug: str = "probe") -> str:
    return client.get(reverse("clinics:instrument-detail", args=[slug])).content.decode()


def test_pack_without_a_licence_cannot_be_used_and_built_in_ones_can(cast: Cast, probe: Instrument) -> None:
    assert not is_usable(cast.clinic, "probe", today(cast))
    assert is_usable(cast.clinic, "phq-9", today(cast))
    assert not is_usable(cast.clinic, "no-such", today(cast))
    assert usable_slugs(cast.clinic, ["phq-9", "probe", "peg"], today(cast)) == {"phq-9", "peg"}


def test_licence_holds_for_one_clinic_to_its_last_day(cast: Cast, probe: Instrument) -> None:
    licence = attest(cast, probe)
    last = licence.valid_until
    assert last is not None

    assert is_usable(cast.clinic, "probe", last)
    assert not is_usable(cast.clinic, "probe", last + timedelta(days=1))
    assert not is_usable(cast.elsewhere, "probe", today(cast))


@pytest.mark.parametrize(
    ("before_the_end", "state"),
    [
        (31, LicenceState.ACTIVE),
        (30, LicenceState.ENDS_SOON),
        (0, LicenceState.ENDS_SOON),
        (-1, LicenceState.EXPIRED),
    ],
)
def test_licence_warns_thirty_days_before_it_ends(
    cast: Cast, probe: Instrument, before_the_end: int, state: LicenceState
) -> None:
    licence = attest(cast, probe)
    assert licence.valid_until is not None

    assert licence_state(probe, licence, licence.valid_until - timedelta(days=before_the_end)) == state


def test_newest_licence_counts_and_withdrawing_stops_use(cast: Cast, probe: Instrument) -> None:
    attest(cast, probe, days=10)
    renewed = attest(cast, probe, days=400)
    assert newest_licences(cast.clinic, [probe]) == {probe: renewed}

    withdraw_licence(by=cast.admin, clinic=cast.clinic, instrument=probe)

    assert not is_usable(cast.clinic, "probe", today(cast))
    with pytest.raises(LicenceRefusedError):
        withdraw_licence(by=cast.admin, clinic=cast.clinic, instrument=probe)
    assert list(AuditEvent.objects.filter(object_type="programs.instrumentlicence").values_list("verb")) == [
        ("instrument-licence-attest",),
        ("instrument-licence-attest",),
        ("instrument-licence-withdraw",),
    ]


@pytest.mark.parametrize("empty", ["holder", "reference", "attested_name"])
def test_licence_that_is_not_whole_is_refused(cast: Cast, probe: Instrument, empty: str) -> None:
    with pytest.raises(LicenceRefusedError):
        attest(cast, probe, **{empty: "  "})
    values = {"holder": "a", "reference": "b", "attested_name": "c"} | {empty: ""}
    of = {"clinic": cast.clinic, "instrument": probe, "attested_by": cast.admin}
    with pytest.raises(IntegrityError), transaction.atomic():
        InstrumentLicence.objects.create(**of, valid_until=today(cast), **values)


def test_licence_that_is_over_or_not_needed_is_refused(cast: Cast, probe: Instrument) -> None:
    with pytest.raises(LicenceRefusedError):
        attest(cast, probe, days=-1)
    with pytest.raises(LicenceRefusedError):
        attest(cast, Instrument.objects.get(slug="peg"))
    assert not InstrumentLicence.objects.exists()


def test_licence_cannot_be_changed_afterwards(cast: Cast, probe: Instrument) -> None:
    licence = attest(cast, probe)
    licence.attested_name = "Somebody Else"

    with pytest.raises(DatabaseError), transaction.atomic():
        licence.save()


def test_attesting_on_the_page_makes_it_usable(cast: Cast, probe: Instrument, desk: Client) -> None:
    url = reverse("clinics:instrument-detail", args=["probe"])
    assert "needs a licence" in page(desk)

    assert desk.post(url, form(cast)).status_code == 302

    assert is_usable(cast.clinic, "probe", today(cast))
    assert "Contract" not in page(desk)
    assert "C 7" in page(desk)
    licence = InstrumentLicence.objects.get()
    assert (licence.attested_by, licence.attested_name) == (cast.admin, "Ada Min")


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"holder": ""}, "Enter who holds the licence."),
        ({"reference": ""}, "Enter where the licence can be found."),
        ({"valid_until": ""}, "Enter the last day of the licence."),
        ({"valid_until": "2020-01-01"}, "This day is over."),
        ({"valid_until": "2120-01-01"}, "Enter a day within 25 years"),
        ({"valid_until": "soon"}, "Enter a real date"),
        ({"attested_name": ""}, "Type your name."),
        ({"is_sure": ""}, "Without this the questionnaire cannot be used."),
    ],
)
def test_attesting_with_something_missing_is_explained_and_keeps_nothing(
    cast: Cast, probe: Instrument, desk: Client, changed: dict[str, str], words: str
) -> None:
    response = desk.post(reverse("clinics:instrument-detail", args=["probe"]), form(cast, **changed))

    assert response.status_code == 422
    assert words in response.content.decode()
    assert not InstrumentLicence.objects.exists()


def test_attesting_a_built_in_questionnaire_is_refused(cast: Cast, probe: Instrument, desk: Client) -> None:
    response = desk.post(reverse("clinics:instrument-detail", args=["peg"]), form(cast))

    assert response.status_code == 422
    assert not InstrumentLicence.objects.exists()


def test_withdrawing_on_the_page_stops_use(cast: Cast, probe: Instrument, desk: Client) -> None:
    attest(cast, probe)

    response = desk.post(reverse("clinics:instrument-withdraw", args=["probe"]), follow=True)

    assert "results are kept" in response.content.decode()
    assert not is_usable(cast.clinic, "probe", today(cast))


@pytest.mark.parametrize("place", ["clinics:clinic-edit", "clinics:patient-list"])
def test_ending_licence_is_told_at_the_desk(cast: Cast, probe: Instrument, desk: Client, place: str) -> None:
    url = reverse(place)
    attest(cast, probe, days=31)
    assert "A licence needs somebody" not in desk.get(url).content.decode()

    attest(cast, probe, days=30)
    assert "A probe: the licence ends on" in desk.get(url).content.decode()


def test_expired_licence_is_told_and_can_be_renewed(
    cast: Cast, probe: Instrument, desk: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    attest(cast, probe, days=1)
    in_a_month = clock.now() + timedelta(days=31)
    monkeypatch.setattr(clock, "local_today", lambda _zone: in_a_month.date())

    assert "the licence has expired on" in desk.get(reverse("clinics:clinic-edit")).content.decode()
    assert "licence has expired" in page(desk)
    assert not is_usable(cast.clinic, "probe", in_a_month.date())

    attest(cast, probe, days=60)
    assert is_usable(cast.clinic, "probe", in_a_month.date())


def test_list_names_every_questionnaire_and_what_is_not_validated(
    cast: Cast, probe: Instrument, desk: Client
) -> None:
    text = desk.get(reverse("clinics:instrument-list")).content.decode()

    assert all(title in text for title in Instrument.objects.values_list("title", flat=True))
    # Our own forms: those of this file's reference, and any that came since.
    assert text.count("Not a validated scale.") >= 4
    assert text.index("needs a licence") < text.index("free to use</span>")


def test_page_of_a_questionnaire_gives_bands_thresholds_and_their_source(
    cast: Cast, probe: Instrument, desk: Client
) -> None:
    text = page(desk, "phq-9")

    assert "15 to 19" in text
    assert "Moderately severe" in text
    assert "Reliable change from" in text
    assert "NHS Talking Therapies manual" in text
    assert "Attest" not in text


def test_unknown_questionnaire_is_not_found(cast: Cast, probe: Instrument, desk: Client) -> None:
    assert desk.get(reverse("clinics:instrument-detail", args=["no-such"])).status_code == 404
    assert desk.post(reverse("clinics:instrument-withdraw", args=["peg"])).status_code == 404
