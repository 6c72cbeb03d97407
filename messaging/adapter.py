"""Mails about signing in go through the outbox like everything else."""

from typing import Any

from allauth.account import app_settings, forms
from allauth.account.adapter import get_adapter
from allauth.account.models import EmailAddress
from allauth.account.utils import user_pk_to_url_str
from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils import translation

from messaging.actions.outbox import queue_account_mail
from painclinic.accounts.account_forms import PlainWords
from painclinic.accounts.adapter import BaseAccountAdapter
from painclinic.accounts.models import User
from painclinic.audit.actions import System

SIGN_IN = System("sign-in")
RESET = "account/email/password_reset_key"


class AccountAdapter(BaseAccountAdapter):
    """Writes mails about signing in into the outbox, in the person's own language."""

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Queue a mail for the person with this address; without one nobody is written to."""
        user = context.get("user") or User.objects.filter(email__iexact=email, is_active=True).first()
        self._queue(template_prefix, email, context, user)

    def send_to_nobody(self, email: str) -> None:
        """What a password reset takes, for an address without an account: the same work, and no mail."""
        nobody = User(email="")
        EmailAddress.objects.filter(user_id=nobody.pk, email=email).exists()
        token = app_settings.PASSWORD_RESET_TOKEN_GENERATOR().make_token(nobody)
        url = self.get_reset_password_from_key_url(f"{user_pk_to_url_str(nobody)}-{token}")
        self._queue(RESET, email, {"password_reset_url": url}, None)

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

    def _queue(self, prefix: str, email: str, context: dict[str, Any], user: User | None) -> None:
        with translation.override(user.language if user else translation.get_language()):
            mail = self.render_mail(prefix, email, context)
        queue_account_mail(by=SIGN_IN, user=user, subject=str(mail.subject), body=str(mail.body))


class ResetPasswordForm(PlainWords, forms.ResetPasswordForm):  # type: ignore[misc]  # allauth is untyped
    """Answers the same, and as fast, whether there is an account or not (ASVS 6.3.8)."""

    def save(self, request: HttpRequest, **kwargs: Any) -> str:
        if self.users:
            return str(super().save(request, **kwargs))
        email: str = self.cleaned_data["email"]
        get_adapter(request).send_to_nobody(email)
        return email
