"""Every address of the site. `tests/test_access.py` walks it: each view says who may use it."""

from allauth.account import views as account
from allauth.mfa.base import views as mfa
from allauth.mfa.recovery_codes import views as recovery
from allauth.mfa.totp import views as totp
from allauth.mfa.webauthn import views as webauthn
from allauth.usersessions import views as usersessions
from django.conf import settings
from django.urls import include, path, re_path
from django.views.decorators.http import require_http_methods

from messaging.views.notices import ends_devices
from painclinic.access.decorators import View, public, requires
from painclinic.access.permissions import Permission
from painclinic.health import healthz

# allauth's form views take PUT for POST, and answer OPTIONS; nothing of ours sends either.
_forms = require_http_methods(["GET", "HEAD", "POST"])


def own(view: View) -> View:
    """A page of allauth about the reader's own sign-in."""
    return requires(Permission.ACCOUNT_KEEP, second_factor=False)(_forms(view))


def everybody(view: View) -> View:
    """A page of allauth that is there before somebody is signed in."""
    return public(_forms(view))


# Names are allauth's own: its flows look them up.
account_patterns = [
    path("sign-in/", everybody(account.login), name="account_login"),
    path("sign-in/code/", everybody(mfa.authenticate), name="mfa_authenticate"),
    path("sign-in/trust/", everybody(mfa.trust), name="mfa_trust"),
    path("sign-in/passkey/", everybody(webauthn.login_webauthn), name="mfa_login_webauthn"),
    path("sign-in/inactive/", everybody(account.account_inactive), name="account_inactive"),
    path("sign-out/", everybody(account.logout), name="account_logout"),
    path("password/reset/", everybody(account.password_reset), name="account_reset_password"),
    path("password/reset/sent/", everybody(account.password_reset_done), name="account_reset_password_done"),
    # The key has hyphens of its own, so the first one ends the person's id.
    re_path(
        r"^password/reset/key/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>[^/]+)/$",
        everybody(account.password_reset_from_key),
        name="account_reset_password_from_key",
    ),
    path(
        "password/reset/done/",
        everybody(account.password_reset_from_key_done),
        name="account_reset_password_from_key_done",
    ),
    path("account/password/", own(account.password_change), name="account_change_password"),
    path("account/password/set/", own(account.password_set), name="account_set_password"),
    path("account/confirm/", own(account.reauthenticate), name="account_reauthenticate"),
    path("account/confirm/code/", own(mfa.reauthenticate), name="mfa_reauthenticate"),
    path(
        "account/confirm/passkey/", own(webauthn.reauthenticate_webauthn), name="mfa_reauthenticate_webauthn"
    ),
    path("account/security/", own(mfa.index), name="mfa_index"),
    path("account/security/app/", own(totp.activate_totp), name="mfa_activate_totp"),
    path("account/security/app/remove/", own(totp.deactivate_totp), name="mfa_deactivate_totp"),
    path("account/security/codes/", own(recovery.view_recovery_codes), name="mfa_view_recovery_codes"),
    path(
        "account/security/codes/new/",
        own(recovery.generate_recovery_codes),
        name="mfa_generate_recovery_codes",
    ),
    path(
        "account/security/codes/file/",
        own(recovery.download_recovery_codes),
        name="mfa_download_recovery_codes",
    ),
    path("account/security/passkeys/", own(webauthn.list_webauthn), name="mfa_list_webauthn"),
    path("account/security/passkeys/add/", own(webauthn.add_webauthn), name="mfa_add_webauthn"),
    path("account/security/passkeys/<int:pk>/", own(webauthn.edit_webauthn), name="mfa_edit_webauthn"),
    path(
        "account/security/passkeys/<int:pk>/remove/",
        own(webauthn.remove_webauthn),
        name="mfa_remove_webauthn",
    ),
    path("account/sessions/", own(ends_devices(usersessions.list_usersessions)), name="usersessions_list"),
]

urlpatterns = [
    path("", include("painclinic.access.urls")),
    path("", include(account_patterns)),
    path("", include("painclinic.accounts.urls")),
    path("", include("patients.urls")),
    path("", include("messaging.urls")),
    path("", include("therapists.urls")),
    path("", include("clinics.urls")),
    path("healthz", healthz, name="healthz"),
]

if settings.DEMO or settings.MODE == "test":
    urlpatterns.append(path("demo/", include("messaging.demo_urls")))
