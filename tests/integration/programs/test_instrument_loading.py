"""Questionnaires in the database: the same text once, a changed one as a new version, versions frozen."""

from io import StringIO
from pathlib import Path
from shutil import copytree

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction

from painclinic.accounts.models import Clinic
from painclinic.audit.actions import System
from painclinic.audit.models import AuditEvent
from programs.actions import InstrumentRefusedError, load_instruments
from programs.instruments.library import current_version, current_versions, definition_of
from programs.instruments.loading import BUILTINS
from programs.models import Instrument, InstrumentVersion
from tests.factories.instruments import load_builtins

pytestmark = pytest.mark.django_db
BY = System("test")


def changed(tmp_path: Path, file: str, old: str, new: str) -> Path:
    """The folder of built-in questionnaires with one text changed."""
    folder = Path(copytree(BUILTINS, tmp_path / "instruments"))
    text = (folder / file).read_text(encoding="utf-8")
    assert old in text
    (folder / file).write_text(text.replace(old, new), encoding="utf-8")
    return folder


def test_load_again_does_nothing_and_asks_once() -> None:
    assert load_builtins()
    before = InstrumentVersion.objects.count(), AuditEvent.objects.count()

    assert load_builtins() == []

    assert (InstrumentVersion.objects.count(), AuditEvent.objects.count()) == before


def test_load_writes_one_event_that_names_the_versions() -> None:
    versions = load_builtins()

    event = AuditEvent.objects.get(verb="instrument-version-load")
    assert set(event.object_ids) == {version.pk for version in versions}


def test_load_changed_text_is_the_next_version_and_the_old_one_stays(tmp_path: Path) -> None:
    load_builtins()
    old = current_version("peg", "en")

    (new,) = load_instruments(by=BY, folder=changed(tmp_path, "peg.en.yaml", "minutes: 0.5", "minutes: 1"))

    assert old is not None
    assert (old.number, new.number, current_version("peg", "en")) == (1, 2, new)
    assert (definition_of(old).minutes, definition_of(new).minutes) == (0.5, 1.0)


def test_load_text_that_only_looks_different_is_the_same_version(tmp_path: Path) -> None:
    load_builtins()

    assert (
        load_instruments(by=BY, folder=changed(tmp_path, "peg.en.yaml", "format: 1", "format: 1 # x")) == []
    )


def test_load_with_a_fault_in_one_file_loads_nothing(tmp_path: Path) -> None:
    with pytest.raises(InstrumentRefusedError) as refused:
        load_instruments(by=BY, folder=changed(tmp_path, "peg.en.yaml", "[p, e, g]", "[p, e, x]"))

    assert [fault.file for fault in refused.value.faults] == ["peg.en.yaml"]
    assert '"x"' in str(refused.value.faults[0])
    assert Instrument.objects.count() == 0


def test_version_cannot_be_changed_or_deleted() -> None:
    load_builtins()
    version = InstrumentVersion.objects.all()[0]
    for query in ("UPDATE programs_instrumentversion SET number = 9 WHERE id = %s",):
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(query, [version.pk])
    with pytest.raises(DatabaseError), transaction.atomic():
        version.delete()


@pytest.mark.parametrize(
    ("language", "expected"), [("en", "en"), ("en-gb", "en"), ("sv", "en"), ("es-mx", "en"), ("es", "en")]
)
def test_current_version_without_a_verified_wording_is_english(language: str, expected: str) -> None:
    load_builtins()
    version = current_version("phq-9", language)

    assert version is not None
    assert version.language == definition_of(version).language == expected


def test_current_version_of_an_unknown_slug_is_none() -> None:
    assert current_version("no-such", "en") is None


def test_current_versions_takes_one_query(django_assert_num_queries: pytest.FixtureRequest) -> None:
    load_builtins()
    with django_assert_num_queries(1):  # type: ignore[operator]
        found = current_versions(["phq-9", "peg", "no-such"], "en-gb")

    assert list(found) == ["phq-9", "peg"]


def test_command_loads_and_says_so() -> None:
    out = StringIO()
    call_command("load_instruments", stdout=out)
    call_command("load_instruments", stdout=out)

    assert "phq-9, en: version 1." in out.getvalue()
    assert "Nothing new." in out.getvalue()


def test_pack_command_refuses_a_file_that_is_none(tmp_path: Path) -> None:
    err = StringIO()
    with pytest.raises(CommandError, match="Nothing was loaded"):
        call_command("load_instrument_pack", tmp_path / "none.yaml", stderr=err)

    assert err.getvalue().strip() == "none.yaml:1: there is no such file"


def test_older_demonstration_gets_the_questionnaires_at_its_next_start() -> None:
    Clinic.objects.create(name="Millbrook", is_demo=True)

    call_command("load_demo")

    assert current_version("peg", "en") is not None


def test_upgrade_loads_the_questionnaires_before_the_programmes() -> None:
    script = (BUILTINS.parents[2] / "deploy/migrate").read_text(encoding="utf-8")

    assert (
        -1
        < script.find("migrate --no-input")
        < script.find("load_instruments")
        < script.find("load_programme")
    )
