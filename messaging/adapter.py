"""Mails about signing in go through the outbox like everything else."""

from typing import Any

from allauth.account.app_settings import PASSWORD_RESET_TOKEN_GENERATOR
from allauth.account.utils import user_pk_to_url_str
from django.conf import settings
from django.urls import reverse
from django.utils import translation

from messaging.actions.outbox import queue_account_mail
from painclinic.accounts.adapter import BaseAccountAdapter
from painclinic.accounts.models import User
from painclinic.audit.actions import System

RESET, UNKNOWN = "account/email/password_reset_key", "account/email/unknown_account"


class AccountAdapter(BaseAccountAdapter):
    """Writes mails about signing in into the outbox, in the person's own language."""

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Queue one mail. For an address without an account the same work is done and nobody written to."""
        user = None
        if template_prefix == UNKNOWN:
            template_prefix, context = RESET, context | self._nobodys_link()
        else:
            user = context.get("user") or User.objects.filter(email__iexact=email, is_active=True).first()
        with translation.override(user.language if user else translation.get_language()):
            mail = self.render_mail(template_prefix, email, context)
        queue_account_mail(by=System("sign-in"), user=user, subject=str(mail.subject), body=str(mail.body))

    def send_notification_mail(
        self,
        template_prefix: str,
        user: User,
        context: dict[str, Any] | None = None,
        email: str | None = None,
    ) -> None:
        super().send_notification_mail(template_prefix, user, context, email or user.email)

    def format_email_subject(self, subject: str) -> str:
        """As it is: a prefix with the site's name would tell a bystander what the person is in."""
        return subject

    def get_reset_password_from_key_url(self, key: str) -> str:
        """Built from the settings and not from the request, whose host name anybody can choose."""
        uid, _, token = key.partition("-")
        path = reverse("account_reset_password_from_key", kwargs={"uidb36": uid, "key": token})
        return f"{settings.SITE_URL}{path}"

    def _nobodys_link(self) -> dict[str, Any]:
        """What making a link for somebody takes, for nobody: so that both take the same time."""
        nobody = User(email="nobody@invalid.example")
        key = f"{user_pk_to_url_str(nobody)}-{PASSWORD_RESET_TOKEN_GENERATOR().make_token(nobody)}"
        return {"password_reset_url": self.get_reset_password_from_key_url(key)}
