"""Who may use which questionnaire: built-in ones everybody, others a clinic with a licence."""

import datetime as dt
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum

from painclinic.accounts.models import Clinic
from programs.models import Instrument, InstrumentLicence

# An expiry is told this many days before. [D]
WARN_DAYS = 30


class LicenceState(StrEnum):
    BUILT_IN = "built-in"
    NONE = "none"
    ACTIVE = "active"
    ENDS_SOON = "ends-soon"
    EXPIRED = "expired"
    WITHDRAWN = "withdrawn"

    @property
    def is_usable(self) -> bool:
        return self in {LicenceState.BUILT_IN, LicenceState.ACTIVE, LicenceState.ENDS_SOON}


@dataclass(frozen=True)
class LicenceOf:
    """A questionnaire as one clinic holds it on a day. `licence` is the newest, in force or not."""

    instrument: Instrument
    licence: InstrumentLicence | None
    state: LicenceState


def is_usable(clinic: Clinic, slug: str, on: dt.date) -> bool:
    """Whether new responses may be asked for. What was answered before is kept either way."""
    return bool(usable_slugs(clinic, [slug], on))


def usable_slugs(clinic: Clinic, slugs: Collection[str], on: dt.date) -> set[str]:
    """Those of the questionnaires that the clinic may ask on a day (in its own time zone). Two queries."""
    found = Instrument.objects.filter(slug__in=slugs)
    return {one.instrument.slug for one in licences_of(clinic, found, on) if one.state.is_usable}


def licences_of(clinic: Clinic, instruments: Collection[Instrument], on: dt.date) -> list[LicenceOf]:
    """How the clinic stands with each questionnaire. One query, and the one for `instruments`."""
    rows = list(instruments)
    newest = newest_licences(clinic, [row for row in rows if not row.is_builtin])
    return [LicenceOf(row, newest.get(row), licence_state(row, newest.get(row), on)) for row in rows]


def newest_licences(
    clinic: Clinic, instruments: Collection[Instrument]
) -> Mapping[Instrument, InstrumentLicence]:
    """The newest word on each questionnaire; no query when there is nothing to ask about."""
    if not instruments:
        return {}
    found = (
        InstrumentLicence.objects.filter(clinic=clinic, instrument__in=instruments)
        .order_by("instrument_id", "-at", "-id")
        .distinct("instrument_id")
    )
    by_id = {licence.instrument_id: licence for licence in found}
    return {row: by_id[row.pk] for row in instruments if row.pk in by_id}


def licence_state(instrument: Instrument, licence: InstrumentLicence | None, on: dt.date) -> LicenceState:
    """How a clinic stands with a questionnaire on a day, given its newest licence."""
    if instrument.is_builtin:
        return LicenceState.BUILT_IN
    if licence is None:
        return LicenceState.NONE
    if not licence.is_active or licence.valid_until is None:
        return LicenceState.WITHDRAWN
    if licence.valid_until < on:
        return LicenceState.EXPIRED
    soon = licence.valid_until <= on + dt.timedelta(days=WARN_DAYS)
    return LicenceState.ENDS_SOON if soon else LicenceState.ACTIVE
