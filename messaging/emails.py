"""The texts of mails and their headers. No health information, no names, no programme, no clinic.

Whoever reads over a shoulder, on a lock screen or at a mail provider learns that there is
something new somewhere, and no more.
"""

import hashlib
from email.utils import parseaddr
from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from messaging.models import NUDGE_KINDS, Reminder
from painclinic.accounts.models import Invitation

Kind = Reminder.Kind

SUBJECTS = {
    Kind.STAFF_INVITATION: _("Your invitation to set up a sign-in"),
    Kind.PATIENT_INVITATION: _("Your invitation to set up a sign-in"),
    Kind.MODULE_AVAILABLE: _("There is something new for you"),
    Kind.HOMEWORK_DUE: _("A small reminder"),
    Kind.QUESTIONS_DUE: _("A few questions wait for you"),
    Kind.INACTIVE: _("Ready when you are"),
    Kind.UNREAD_MESSAGE: _("You have a new message"),
    Kind.FEEDBACK_READY: _("There is an answer for you"),
    Kind.EMERGENCY_NOTICE: _("Please look at the access list"),
    Kind.ALERT: _("Please sign in and look now"),
    Kind.CHAIN_TEST: _("The daily test: please confirm that this arrived"),
}


def message_id(reminder: Reminder) -> str:
    """The same for every attempt at one reminder, so that mail servers can drop a second copy."""
    host = parseaddr(settings.DEFAULT_FROM_EMAIL)[1].rpartition("@")[2] or "localhost"
    return f"<{hashlib.sha256(reminder.dedupe_key.encode()).hexdigest()[:40]}@{host}>"


def compose(reminder: Reminder, invitation: Invitation | None = None) -> EmailMessage:
    """The mail of a reminder, in the person's own language, to them alone."""
    headers = {"Message-ID": message_id(reminder), "Auto-Submitted": "auto-generated"}
    if reminder.kind in NUDGE_KINDS:
        headers["List-Unsubscribe"] = f"<{_preferences_url()}>"
    with translation.override(reminder.user.language):
        subject, body = _text(reminder, invitation)
    return EmailMessage(subject, body, settings.DEFAULT_FROM_EMAIL, [reminder.user.email], headers=headers)


def _text(reminder: Reminder, invitation: Invitation | None) -> tuple[str, str]:
    if reminder.kind == Kind.ACCOUNT:
        return reminder.subject, reminder.body or ""
    context: dict[str, Any] = {
        "sign_in_url": f"{settings.SITE_URL}/",
        "preferences_url": _preferences_url(),
    }
    if invitation:
        context["invitation_url"] = f"{settings.SITE_URL}/invitation/{invitation.token}/"
        context["expires_at"] = invitation.expires_at
        context["zone"] = reminder.user.timezone
    body = render_to_string(f"emails/{reminder.kind}.txt", context).strip() + "\n"
    return str(SUBJECTS[Kind(reminder.kind)]), body


def _preferences_url() -> str:
    return f"{settings.SITE_URL}{reverse('messaging:preferences-edit')}"
