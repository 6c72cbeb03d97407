"""One database server and one broker for the whole run; then Django.

The settings read the environment when they are imported, and test modules import models, so the servers
start while this file is imported. Parallel workers inherit the environment of the process that started them
and share its servers, each with its own test database and its own numbered databases of the broker.
"""

import base64
import os
import secrets
import tempfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from pathlib import Path
from typing import Any

import psycopg2
import psycopg2.extensions
import pytest
from hypothesis import settings

from painclinic.embedded import cluster

_servers = ExitStack()
# For a night: `pytest --hypothesis-profile=long`.
settings.register_profile("long", max_examples=2000)


def _start_servers() -> None:
    """Unless DATABASE_URL names a server; its role there must be a superuser."""
    if "DATABASE_URL" in os.environ:
        return
    folder = Path(_servers.enter_context(tempfile.TemporaryDirectory(prefix="painclinic-test-")))
    urls = _servers.enter_context(cluster(folder, ephemeral=True))
    os.environ |= urls.environment() | {
        # Creating the test database takes the owner role; `app_role` steps down to the application's.
        "DATABASE_URL": urls.owner,
        "TEST_APPLICATION_URL": urls.application,
        "TEST_SERVERS": "shared",
    }


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_setupnodes(specs: list[Any]) -> None:
    """Each parallel worker gets databases of the broker of its own, before anything in it reads the settings.

    With the same ones, each would empty the other's cache before every test.
    """
    if os.environ.get("TEST_SERVERS") != "shared":
        return
    for worker, spec in enumerate(specs):
        for offset, name in enumerate(("BROKER_URL", "CACHE_URL")):
            spec.env[name] = f"{os.environ[name].rpartition('/')[0]}/{2 * worker + 2 + offset}"


def _start_django() -> None:
    os.environ["PAINCLINIC_MODE"] = "test"
    os.environ.setdefault("SECRET_KEY", secrets.token_urlsafe(50))
    os.environ.setdefault("PAINCLINIC_KEYS", f"test:{base64.b64encode(secrets.token_bytes(32)).decode()}")
    # Every way of telling staff is set up, and leads to nobody.
    os.environ.setdefault("PUSH_PRIVATE_KEY", base64.urlsafe_b64encode(b"\1" * 32).decode().rstrip("="))
    os.environ.setdefault("SMS_URL", "https://sms.invalid/send")
    for name in ("SMS_TOKEN", "SMS_SECRET", "SMS_SENDER"):
        os.environ.setdefault(name, "for-tests")
    os.environ["STATIC_ROOT"] = _servers.enter_context(tempfile.TemporaryDirectory(prefix="static-"))
    os.environ["DJANGO_SETTINGS_MODULE"] = "painclinic.settings"
    import django

    django.setup()


def pytest_unconfigure() -> None:
    _servers.close()


_start_servers()
try:
    _start_django()
except BaseException:
    _servers.close()
    raise


@pytest.fixture(autouse=True, scope="session")
def flushable_tables() -> Iterator[None]:
    """Tests with real transactions empty the tables afterwards, past the triggers of append-only rows."""
    from django.db.backends.postgresql.operations import DatabaseOperations

    plain = DatabaseOperations.sql_flush

    def sql_flush(*args: Any, **kwargs: Any) -> list[str]:
        statements = plain(*args, **kwargs)
        return ["SET LOCAL session_replication_role = replica", *statements] if statements else []

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(DatabaseOperations, "sql_flush", sql_flush)
        yield


@pytest.fixture(autouse=True)
def empty_cache() -> None:
    """Rate limits and heartbeats of one test must not reach into the next."""
    from django.core.cache import cache

    cache.clear()


@pytest.fixture(autouse=True)
def plain_language() -> None:
    """A request leaves its reader's language behind in the thread: the next test begins without."""
    from django.utils import translation

    translation.deactivate()


@pytest.fixture
def app_role(db: None) -> Callable[[], AbstractContextManager[None]]:
    """`with app_role():` runs the block as the application's database role, in the test's own transaction.

    For tests of grants and of row-level security: they see the test's data and are held to what the
    application is held to.
    """
    from django.db import connection

    @contextmanager
    def step_down() -> Iterator[None]:
        with connection.cursor() as cursor:
            cursor.execute("SET ROLE painclinic_app")
        try:
            yield
        finally:
            if not connection.needs_rollback:
                with connection.cursor() as cursor:
                    cursor.execute("RESET ROLE")

    return step_down


@pytest.fixture
def app_role_connection(transactional_db: None) -> Iterator[psycopg2.extensions.connection]:
    """A connection of its own to the test database, signed in as the application's role."""
    from django.db import connection

    parameters = psycopg2.extensions.parse_dsn(os.environ["TEST_APPLICATION_URL"])
    opened = psycopg2.connect(**parameters | {"dbname": connection.settings_dict["NAME"]})
    yield opened
    opened.close()


@pytest.fixture
def cast(db: None) -> Any:
    """Two clinics with their people; see `tests/factories/cast.py`."""
    from tests.factories.cast import Cast

    return Cast()


@pytest.fixture
def real_cast(db: None) -> Any:
    """The same people, on the programme that ships with painclinic, with Module 1 open for the patients."""
    from tests.factories.cast import Cast, open_first_module, real_version

    cast = Cast(on_programme=real_version)
    for enrolment in (cast.enrolment, cast.other_enrolment, cast.elsewhere_enrolment):
        open_first_module(enrolment)
    return cast


@pytest.fixture
def outlined_cast(db: None) -> Any:
    """The same again, on a programme whose Module 2 is only an outline."""
    from tests.factories.cast import Cast, open_first_module, outlined_version

    cast = Cast(on_programme=outlined_version)
    open_first_module(cast.enrolment)
    return cast
