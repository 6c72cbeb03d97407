"""The ways in which a member of staff is told, for their own page."""

from dataclasses import dataclass

from django.conf import settings
from django.utils.translation import gettext as _

from messaging.channels.push import public_key
from messaging.models import PushDevice, SmsNumber
from painclinic.accounts.models import User

# The first that fits counts: Chrome's kin all say Chrome, and everybody says Safari.
_BROWSERS = (
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser", "Samsung Internet"),
    ("Firefox/", "Firefox"),
    ("FxiOS", "Firefox"),
    ("Chrome/", "Chrome"),
    ("CriOS", "Chrome"),
    ("Safari/", "Safari"),
)
_SYSTEMS = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("CrOS", "ChromeOS"),
    ("Mac OS X", "Mac"),
    ("Linux", "Linux"),
)


@dataclass(frozen=True)
class WaysPage:
    """What is set up, and what this installation offers. `push_key` is empty without web push."""

    email: str
    push_key: str
    has_texts: bool
    devices: list[PushDevice]
    most_devices: int
    # The last digits are enough to know one's own number.
    number_end: str
    number: SmsNumber | None
    waits_for_code: str


def ways_page(user: User) -> WaysPage:
    """The page of `user`; three queries, whatever the number of devices."""
    numbers = list(SmsNumber.objects.live().filter(user=user))
    proven = next((one for one in numbers if one.proven_at), None)
    open_ids = set(SmsNumber.objects.unproven().filter(user=user).values_list("pk", flat=True))
    waiting = next((one for one in numbers if one.pk in open_ids), None)
    return WaysPage(
        email=user.email,
        push_key=public_key(),
        has_texts=settings.SMS is not None,
        devices=list(PushDevice.objects.live().filter(user=user)),
        most_devices=PushDevice.MOST,
        number_end=str(proven.number)[-3:] if proven else "",
        number=proven,
        waits_for_code=str(waiting.number)[-3:] if waiting else "",
    )


def device_label(user_agent: str) -> str:
    """Browser and system in words, of what the browser says of itself."""
    browser = next((name for sign, name in _BROWSERS if sign in user_agent), _("A browser"))
    system = next((name for sign, name in _SYSTEMS if sign in user_agent), "")
    return _("%(browser)s on %(system)s") % {"browser": browser, "system": system} if system else browser
