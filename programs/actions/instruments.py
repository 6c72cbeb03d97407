"""Loading questionnaires, and a clinic's word that it may use a licensed one."""

import datetime as dt
from collections.abc import Sequence
from pathlib import Path

from django.db import transaction
from django.db.models import Max

from painclinic import clock
from painclinic.accounts.models import Clinic, User
from painclinic.audit.actions import Actor, record
from painclinic.audit.models import Action
from programs.instruments.licences import newest_licences
from programs.instruments.loading import BUILTINS, InstrumentContent, read_builtins, read_pack
from programs.loading import Fault
from programs.models import Instrument, InstrumentLicence, InstrumentVersion


class InstrumentRefusedError(Exception):
    """A file breaks the format. `faults` lists everything that is wrong; nothing was loaded."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        super().__init__(f"{len(faults)} faults")
        self.faults = list(faults)


class LicenceRefusedError(Exception):
    """The licence is not whole, or the questionnaire needs none. The message is for people."""


def load_instruments(*, by: Actor, folder: Path = BUILTINS) -> list[InstrumentVersion]:
    """Load the built-in questionnaires; returns the versions that are new.

    What is loaded already stays as it is; a changed text becomes the next version. Raises
    InstrumentRefusedError, and loads nothing, when any file has a fault.
    """
    contents, faults = read_builtins(folder)
    if faults:
        raise InstrumentRefusedError(faults)
    return _store(contents, by=by, is_builtin=True)


def load_instrument_pack(*, by: Actor, path: Path) -> InstrumentVersion:
    """Load a licensed questionnaire from a file. No clinic may use it before it has attested a licence.

    The same text again gives the version that is there. Raises InstrumentRefusedError when the file
    has a fault, or takes the name of a built-in questionnaire.
    """
    content, faults = read_pack(path)
    if content is None:
        raise InstrumentRefusedError(faults)
    new = _store([content], by=by, is_builtin=False)
    return (
        new[0]
        if new
        else InstrumentVersion.objects.with_instrument().get(
            instrument__slug=content.slug, language=content.language, content_hash=content.content_hash
        )
    )


@transaction.atomic
def _store(contents: Sequence[InstrumentContent], *, by: Actor, is_builtin: bool) -> list[InstrumentVersion]:
    known = set(
        InstrumentVersion.objects.filter(instrument__slug__in={one.slug for one in contents}).values_list(
            "instrument__slug", "language", "content_hash"
        )
    )
    missing = [one for one in contents if (one.slug, one.language, one.content_hash) not in known]
    if not missing:
        return []
    instruments = _instruments(missing, is_builtin)
    last = {
        (row["instrument"], row["language"]): row["number"]
        for row in InstrumentVersion.objects.filter(instrument__in=instruments.values())
        .values("instrument", "language")
        .order_by()
        .annotate(number=Max("number"))
    }
    versions = [
        InstrumentVersion(
            instrument=instruments[one.slug],
            language=one.language,
            number=last.get((instruments[one.slug].pk, one.language), 0) + 1,
            definition=one.definition,
            content_hash=one.content_hash,
            loaded_at=clock.now(),
        )
        for one in missing
    ]
    InstrumentVersion.objects.bulk_create(versions)
    record(
        by=by,
        action=Action.WRITE,
        verb="instrument-version-load",
        object_type=InstrumentVersion._meta.label_lower,
        object_ids=[version.pk for version in versions],
    )
    return versions


def _instruments(contents: Sequence[InstrumentContent], is_builtin: bool) -> dict[str, Instrument]:
    """The row of each questionnaire, locked: two loads at once would give out the same number."""
    titles = {one.slug: one.title for one in sorted(contents, key=lambda one: one.language, reverse=True)}
    titles |= {one.slug: one.title for one in contents if one.language == "en"}
    Instrument.objects.bulk_create(
        [Instrument(slug=slug, title=title, is_builtin=is_builtin) for slug, title in titles.items()],
        ignore_conflicts=True,
    )
    rows = Instrument.objects.select_for_update(no_key=True).filter(slug__in=titles)
    found = {row.slug: row for row in rows}
    for row in found.values():
        if row.is_builtin != is_builtin:
            kind = "a built-in questionnaire" if row.is_builtin else "a questionnaire that came as a pack"
            raise InstrumentRefusedError([Fault(row.slug, 1, f"the slug belongs to {kind}; choose another")])
    return found


@transaction.atomic
def attest_licence(
    *,
    by: User,
    clinic: Clinic,
    instrument: Instrument,
    holder: str,
    reference: str,
    valid_until: dt.date,
    attested_name: str,
) -> InstrumentLicence:
    """Note a named person's word that the clinic may use a questionnaire until a day. The newest counts.

    Raises LicenceRefusedError when something is empty, the day is over, or no licence is needed.
    """
    if instrument.is_builtin:
        raise LicenceRefusedError("A built-in questionnaire needs no licence.")
    if not all(text.strip() for text in (holder, reference, attested_name)):
        raise LicenceRefusedError("A licence needs its holder, its reference and the name of who attests it.")
    if valid_until < clock.local_today(clinic.timezone):
        raise LicenceRefusedError("This licence has expired.")
    licence = InstrumentLicence.objects.create(
        clinic=clinic,
        instrument=instrument,
        holder=holder.strip(),
        reference=reference.strip(),
        valid_until=valid_until,
        attested_by=by,
        attested_name=attested_name.strip(),
        at=clock.now(),
    )
    record(by=by, action=Action.WRITE, verb="instrument-licence-attest", obj=licence)
    return licence


@transaction.atomic
def withdraw_licence(*, by: User, clinic: Clinic, instrument: Instrument) -> InstrumentLicence:
    """Stop using a licensed questionnaire from now on; results stay. LicenceRefusedError if it has none."""
    if instrument.is_builtin:
        raise LicenceRefusedError("A built-in questionnaire has no licence that could be withdrawn.")
    # Two presses, one row: the clinic's line is locked while the newest word is read.
    Clinic.objects.select_for_update(no_key=True).get(pk=clinic.pk)
    newest = newest_licences(clinic, [instrument]).get(instrument)
    if newest is None or not newest.is_active:
        raise LicenceRefusedError("There is no licence that could be withdrawn.")
    licence = InstrumentLicence.objects.create(
        clinic=clinic,
        instrument=instrument,
        is_active=False,
        attested_by=by,
        attested_name=by.name,
        at=clock.now(),
    )
    record(by=by, action=Action.WRITE, verb="instrument-licence-withdraw", obj=licence)
    return licence
