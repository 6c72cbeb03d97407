"""Choices that several forms offer."""

from functools import lru_cache
from zoneinfo import ZoneInfo, available_timezones

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

_PLACES = (
    "Africa/",
    "America/",
    "Antarctica/",
    "Asia/",
    "Atlantic/",
    "Australia/",
    "Europe/",
    "Indian/",
    "Pacific/",
)


@lru_cache(maxsize=1)
def timezone_choices() -> list[tuple[str, str]]:
    """IANA zones named after places, as (zone, label), sorted by label."""
    zones = sorted(zone for zone in available_timezones() if zone.startswith(_PLACES))
    return [("UTC", "UTC"), *((zone, zone.replace("_", " ")) for zone in zones)]


def validate_timezone(value: str) -> None:
    """Raise ValidationError unless `value` is a time zone that this machine knows."""
    try:
        ZoneInfo(value)
    except (KeyError, ValueError, OSError):
        raise ValidationError(_("Choose a time zone from the list.")) from None
