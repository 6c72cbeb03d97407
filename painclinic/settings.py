"""Settings: one file, every variable from the environment or from a file named by `<NAME>_FILE`.

`PAINCLINIC_MODE` is `production` (the default), `demo` or `test`. A missing or malformed
variable stops the start with a sentence on how to mend it.
"""

import re
from pathlib import Path

import environ
import structlog
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured

from painclinic import channel_settings, languages

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.FileAwareEnv()

MODE = env.str("PAINCLINIC_MODE", default="production")
if MODE not in {"production", "demo", "test"}:
    raise ImproperlyConfigured("PAINCLINIC_MODE must be production, demo or test.")
DEMO = MODE == "demo"
PRODUCTION = MODE == "production"
DEBUG = False


def _required(name: str, hint: str) -> str:
    """The value of a variable that has no safe default; says how to set it when it is missing."""
    value = env.str(name, default="")
    if not value:
        raise ImproperlyConfigured(f"Set {name} (or {name}_FILE): {hint}")
    return str(value)


SECRET_KEY = _required("SECRET_KEY", "50 or more random characters.")
ALLOWED_HOSTS = env.list(
    "ALLOWED_HOSTS", default=[] if PRODUCTION else ["localhost", "127.0.0.1", "testserver"]
)
# The address people reach the site at; links in e-mail are built from it.
SITE_URL = env.str("SITE_URL", default="" if PRODUCTION else "http://localhost:8000").rstrip("/")
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[SITE_URL] if SITE_URL else [])

# Keys that wrap each patient's own key: "name:base64-of-32-bytes", newest first (see docs/operate.md).
PAINCLINIC_KEYS = _required(
    "PAINCLINIC_KEYS", "name:base64 of 32 random bytes; several are separated by commas."
)

# The application role is not the owner of the tables, so that the database can hold it to its
# grants; migrations run as the owner with PAINCLINIC_DB_ROLE=owner.
_AS_OWNER = env.str("PAINCLINIC_DB_ROLE", default="app") == "owner"
_database_variable = "DATABASE_OWNER_URL" if _AS_OWNER else "DATABASE_URL"
_required(_database_variable, "postgres://user:password@host:port/name.")
DATABASES = {
    "default": env.db_url(_database_variable)
    | {"CONN_MAX_AGE": 60, "CONN_HEALTH_CHECKS": True, "OPTIONS": {"connect_timeout": 5}},
}
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": _required("CACHE_URL", "redis://:password@host:6379/1."),
        "OPTIONS": {"socket_connect_timeout": 2, "socket_timeout": 2},
    }
}

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.humanize",
    "django.forms",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "pgtrigger",
    "django_htmx",
    "rest_framework",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "painclinic.apps.PainclinicConfig",
    "painclinic.crypto",
    "painclinic.audit",
    "painclinic.accounts",
    "painclinic.access",
    "programs",
    "patients",
    "messaging",
    "therapists",
    "clinics",
]

MIDDLEWARE = [
    "painclinic.front.ClientAddressMiddleware",
    "django.middleware.security.SecurityMiddleware",
    # Adds random bytes to each page, so that its length gives no secret away (BREACH).
    "django.middleware.gzip.GZipMiddleware",
    "csp.middleware.CSPMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "painclinic.audit.middleware.RequestContextMiddleware",
    "painclinic.crypto.middleware.FreshKeysMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "allauth.usersessions.middleware.UserSessionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "painclinic.access.middleware.ViewerMiddleware",
]

ROOT_URLCONF = "painclinic.urls"
WSGI_APPLICATION = "painclinic.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "painclinic.access.context.viewer",
            ],
            # `date` as the reader's language writes dates.
            "builtins": ["painclinic.templatetags.dates"],
        },
    },
]

# Form templates in templates/django/forms replace the built-in ones.
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
if MODE == "test":
    # Argon2 is slow on purpose; hundreds of test sign-ins need not prove it.
    PASSWORD_HASHERS.insert(0, "django.contrib.auth.hashers.MD5PasswordHasher")
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"

ACCOUNT_ADAPTER = "messaging.adapter.AccountAdapter"
ACCOUNT_FORMS = {
    "login": "painclinic.accounts.account_forms.SignInForm",
    "change_password": "painclinic.accounts.account_forms.ChangePasswordForm",
    "set_password": "painclinic.accounts.account_forms.SetPasswordForm",
    "reset_password": "messaging.adapter.ResetPasswordForm",
    "reset_password_from_key": "painclinic.accounts.account_forms.ResetPasswordKeyForm",
    "reauthenticate": "painclinic.accounts.account_forms.ReauthenticateForm",
}
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
# An address is proven by following the single-use invitation that was mailed to it.
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_LOGIN_ON_PASSWORD_RESET = False
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = False
ACCOUNT_REAUTHENTICATION_TIMEOUT = 300
ACCOUNT_SESSION_REMEMBER = False
MFA_FORMS = {
    "authenticate": "painclinic.accounts.account_forms.CodeForm",
    "reauthenticate": "painclinic.accounts.account_forms.ConfirmCodeForm",
    "activate_totp": "painclinic.accounts.account_forms.ActivateAppForm",
    "edit_webauthn": "painclinic.accounts.account_forms.RenamePasskeyForm",
}
MFA_ADAPTER = "painclinic.accounts.adapter.MFAAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_PASSKEY_SIGNUP_ENABLED = False
MFA_TOTP_ISSUER = "painclinic"
# A browser gives passkeys to plain http on localhost only; production is https.
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not PRODUCTION

# Idle and longest session, in seconds: (idle, absolute). ASVS 7.3.1, 7.3.2.
SESSION_LIMITS = {
    "patient": (env.int("SESSION_PATIENT_IDLE", default=30 * 60), 12 * 3600),
    "staff": (env.int("SESSION_STAFF_IDLE", default=15 * 60), 8 * 3600),
}
# A demonstration is read by one person at leisure; being thrown out every quarter hour teaches nothing.
if DEMO:
    SESSION_LIMITS = {"patient": (12 * 3600, 12 * 3600), "staff": (8 * 3600, 8 * 3600)}

HTTPS = env.bool("PAINCLINIC_HTTPS", default=PRODUCTION)
SESSION_ENGINE = "django.contrib.sessions.backends.db"
SESSION_COOKIE_NAME = "__Host-session" if HTTPS else "session"
SESSION_COOKIE_SECURE = HTTPS
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
# Not in a cookie, which would lie in the browser with the names that messages hold.
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"
CSRF_COOKIE_NAME = "__Host-csrf" if HTTPS else "csrf"
CSRF_COOKIE_SECURE = HTTPS
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_SAMESITE = "Lax"
LANGUAGE_COOKIE_NAME = "__Host-language" if HTTPS else "language"
LANGUAGE_COOKIE_SECURE = HTTPS
LANGUAGE_COOKIE_HTTPONLY = True
LANGUAGE_COOKIE_SAMESITE = "Lax"
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if HTTPS else None
SECURE_HSTS_SECONDS = 63072000 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = HTTPS
SECURE_SSL_REDIRECT = HTTPS
SECURE_REDIRECT_EXEMPT = [r"^healthz(/alerts)?$"]
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
# Where recordings may be played from besides this site: host names, for a clinic that has its own.
AUDIO_HOSTS = env.list("AUDIO_HOSTS", default=[])
if not all(re.fullmatch(r"[a-z0-9-]+(\.[a-z0-9-]+)+(:[0-9]{1,5})?", host) for host in AUDIO_HOSTS):
    raise ImproperlyConfigured("AUDIO_HOSTS must be host names such as audio.clinic.example, with commas.")
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "media-src": [SELF, *(f"https://{host}" for host in AUDIO_HOSTS)],
        "connect-src": [SELF],
        "manifest-src": [SELF],
        "worker-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "object-src": [NONE],
        "frame-ancestors": [NONE],
    }
}
DATA_UPLOAD_MAX_MEMORY_SIZE = 1_000_000
DATA_UPLOAD_MAX_NUMBER_FIELDS = 500

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["painclinic.access.api.SessionAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["painclinic.access.api.HasPermission"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "DEFAULT_THROTTLE_CLASSES": ["rest_framework.throttling.UserRateThrottle"],
    "DEFAULT_THROTTLE_RATES": {"user": "600/min"},
    "UNAUTHENTICATED_USER": "django.contrib.auth.models.AnonymousUser",
}

LANGUAGE_CODE = "en-gb"
LOCALE_PATHS = [BASE_DIR / "locale"]
LANGUAGES = languages.offered(LOCALE_PATHS[0])
DRAFT_LANGUAGES = languages.drafts(LOCALE_PATHS[0])
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"

STATIC_URL = "static/"
STATIC_ROOT = Path(env.str("STATIC_ROOT", default=str(BASE_DIR / "staticfiles")))
STATICFILES_DIRS = [BASE_DIR / "static"]
STATICFILES_FINDERS = [
    "painclinic.assets.JoinedFinder",
    "django.contrib.staticfiles.finders.FileSystemFinder",
    "django.contrib.staticfiles.finders.AppDirectoriesFinder",
]
STORAGES = {
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if MODE == "test"
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}
# Served as they are from the root of the site: the address of a service worker bounds what it may answer for.
WHITENOISE_ROOT = BASE_DIR / "site_root"
WHITENOISE_USE_FINDERS = MODE == "test"

# Where mail goes. In a demonstration it stays inside, on a page that the banner links to.
EMAIL_CONFIG = env.email_url(
    "EMAIL_URL", default="consolemail://" if not PRODUCTION else "smtp://localhost:25"
)
vars().update(EMAIL_CONFIG)
EMAIL_TIMEOUT = 15
if DEMO:
    EMAIL_BACKEND = "messaging.demo_mailbox.DemoMailbox"
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", default="painclinic <no-reply@localhost>")

# Further ways to tell staff that something needs them, beside mail.
PUSH = channel_settings.push(env, DEFAULT_FROM_EMAIL)
SMS = channel_settings.sms(env, is_demo=DEMO)
# Hosts within the own network that messages may be sent to all the same; heeded in tests only.
TEST_PRIVATE_HOSTS: frozenset[str] = frozenset()

CELERY_BROKER_URL = _required("BROKER_URL", "redis://:password@host:6379/0.")
# A task lost by a killed worker comes back after 10 minutes and not after the default hour.
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 600,
    "unacked_restore_interval": 10,
    "unacked_restore_throttle": 1,
    "socket_timeout": 5,
    "socket_connect_timeout": 5,
}
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_PUBLISH_RETRY_POLICY = {"max_retries": 1, "interval_start": 0, "interval_step": 0.2}
CELERY_TASK_SOFT_TIME_LIMIT = 240
CELERY_TASK_TIME_LIMIT = 300
CELERY_WORKER_MAX_TASKS_PER_CHILD = 200
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_TIMEZONE = "UTC"
CELERY_BEAT_SCHEDULE: dict[str, dict[str, object]] = {
    "heartbeat": {"task": "painclinic.heartbeat", "schedule": 15.0, "options": {"expires": 30}},
    "plan-reminders": {"task": "messaging.plan_reminders", "schedule": 60.0, "options": {"expires": 60}},
    "deliver-due": {"task": "messaging.deliver_due", "schedule": 20.0, "options": {"expires": 20}},
    # Whoever has to look at an alert is told within this time of its moment.
    "escalate-alerts": {"task": "messaging.escalate_alerts", "schedule": 30.0, "options": {"expires": 30}},
    "unlock-modules": {"task": "patients.unlock_modules", "schedule": 300.0, "options": {"expires": 300}},
    "schedule-reports": {
        "task": "patients.schedule_reports",
        "schedule": 900.0,
        "options": {"expires": 900},
    },
    "make-reports": {"task": "patients.make_reports", "schedule": 20.0, "options": {"expires": 20}},
    # Due once a month; looked at more often, so that a month in which nothing ran is made up for.
    "draw-audit-samples": {
        "task": "clinics.draw_audit_samples",
        "schedule": 3600.0,
        "options": {"expires": 3600},
    },
    "count-results": {"task": "clinics.count_results", "schedule": 60.0, "options": {"expires": 60}},
}

structlog.configure(
    processors=[
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.JSONRenderer(),
    ],
)
# Logs carry event names and ids only, one JSON object a line. Django's own request log would
# print exception values, which may hold what a patient wrote: `painclinic.logs` reduces them.
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"json": {"()": "painclinic.logs.JsonFormatter"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "json"}},
    "root": {"handlers": ["console"], "level": "INFO" if MODE != "test" else "ERROR"},
    "loggers": {"django": {"handlers": ["console"], "level": "WARNING", "propagate": False}},
}
SILENCED_SYSTEM_CHECKS = ["security.W005", "security.W021"] if HTTPS else []
