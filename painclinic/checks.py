"""What must hold before painclinic starts in production."""

from typing import Any

from django.conf import settings
from django.core.checks import Error, register
from django.core.exceptions import ImproperlyConfigured
from django.db import DatabaseError, connection

from painclinic.crypto.keys import key_ring


@register()
def keys_are_usable(app_configs: Any, **kwargs: Any) -> list[Error]:
    key_ring()
    return []


def refuse_unsafe_start() -> None:
    """Stop a production process that would run as a demonstration, on demo data or with weak secrets.

    Called by the web and the worker before they take any work. Raises ImproperlyConfigured with
    every reason at once; does nothing in demo and test mode.
    """
    if settings.PRODUCTION:
        faults = production_is_not_a_demonstration(None)
        if faults:
            raise ImproperlyConfigured(" ".join(str(fault.msg) for fault in faults))


@register(deploy=True)
def production_is_not_a_demonstration(app_configs: Any, **kwargs: Any) -> list[Error]:
    """Refuse demo data, a weak secret and a database role that no policy can hold."""
    if not settings.PRODUCTION:
        return [Error("This is not production: set PAINCLINIC_MODE=production.", id="painclinic.E001")]
    errors = []
    if len(settings.SECRET_KEY) < 50:
        errors.append(Error("SECRET_KEY is shorter than 50 characters.", id="painclinic.E002"))
    if not settings.SITE_URL.startswith("https://"):
        errors.append(Error("SITE_URL must be the public https address.", id="painclinic.E003"))
    return errors + _database_faults()


def _database_faults() -> list[Error]:
    errors = []
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = current_user")
            if cursor.fetchone()[0]:
                errors.append(
                    Error("The database role is a superuser or bypasses row security.", id="painclinic.E004")
                )
            cursor.execute("SELECT EXISTS (SELECT 1 FROM accounts_clinic WHERE is_demo)")
            if cursor.fetchone()[0]:
                errors.append(Error("This database holds demonstration data.", id="painclinic.E005"))
    except DatabaseError:
        errors.append(Error("The database cannot be read: migrate it first.", id="painclinic.E006"))
    return errors
