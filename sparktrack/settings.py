"""The settings, in one file: the environment is read by the typed helpers of ``environment.py``.

Two ways to run the same code: the embedded default (SQLite and a file-system broker under ``var/``, no
variables needed) and production (``ENVIRONMENT=production``, PostgreSQL, Redis), which refuses to start unsafe and
names everything that is missing or unsafe at once (``environment.refuse()`` at the end).
"""

from email.utils import parseaddr
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import environ
from django.http.request import split_domain_port, validate_host

from sparktrack.collecting import Collector
from sparktrack.core.logs import logging_config
from sparktrack.environment import keys_from_file
from sparktrack.mail_url import SCHEMES, mail_settings

environment = Collector()
BASE_DIR = Path(__file__).resolve().parent.parent
VAR_DIR = Path(environment.text("SPARKTRACK_VAR", str(BASE_DIR / "var")))

ENVIRONMENT = environment.one_of("ENVIRONMENT", ("development", "production"), "development")
environment.refuse()  # nothing else can be judged while it is not known which of the two this is
PRODUCTION = ENVIRONMENT == "production"
DEBUG = False

# --- Keys ------------------------------------------------------------------------------------------------------
_keys = environment.production_keys() if PRODUCTION else keys_from_file(VAR_DIR / "secrets.json")
SECRET_KEY = _keys.secret_key
CODE_KEYS = _keys.code_keys
FINGERPRINT_KEY = _keys.fingerprint_key
TOKEN_PEPPERS = _keys.token_peppers

# --- Addresses -------------------------------------------------------------------------------------------------
SITE_URL = environment.url(
    "SITE_URL",
    ("https",) if PRODUCTION else ("https", "http"),
    "https://localhost" if PRODUCTION else "http://127.0.0.1:8000",
    required=PRODUCTION,
).rstrip("/")
ALLOWED_HOSTS = environment.words("ALLOWED_HOSTS", "" if PRODUCTION else "*")
CSRF_TRUSTED_ORIGINS = [SITE_URL]
_site = urlsplit(SITE_URL)
_is_origin = (
    bool(_site.hostname)
    and "@" not in _site.netloc
    and SITE_URL in {f"https://{_site.netloc}", f"http://{_site.netloc}"}
)
environment.must(
    _is_origin,
    "SITE_URL must be scheme and host only, such as https://sparktrack.example.",
)
if PRODUCTION:
    environment.must(
        bool(ALLOWED_HOSTS) and "*" not in ALLOWED_HOSTS,
        "ALLOWED_HOSTS must name the hosts of this site in production.",
    )
    environment.must(
        not ALLOWED_HOSTS
        or not _is_origin
        or SITE_URL == "https://localhost"
        or validate_host(split_domain_port(_site.netloc)[0], ALLOWED_HOSTS),
        "ALLOWED_HOSTS must hold the host of SITE_URL.",
    )

# --- Applications ----------------------------------------------------------------------------------------------
# Ours come last: their admin replaces some of what the others register.
INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "axes",
    "django_htmx",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "brands",
    "creators",
    "posts",
    "authorizations",
    "campaigns",
    "alerts",
    "workplace",
    "sparktrack.api",
    "sparktrack.core",
]

MIDDLEWARE = [
    "sparktrack.core.middleware.request_log",
    "sparktrack.core.middleware.health",
    "alerts.middleware.health",
    "csp.middleware.CSPMiddleware",  # before whatever may answer with a page of its own, such as 400 for a wrong Host
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "sparktrack.core.middleware.session_limits",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "sparktrack.urls"
WSGI_APPLICATION = "sparktrack.wsgi.application"

TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "brands.context_processors.switcher",
            ],
        },
    }
]

# --- Database --------------------------------------------------------------------------------------------------
_database: dict[str, Any] = environ.Env.db_url_config(
    environment.url(
        "DATABASE_URL",
        ("postgres", "postgresql", "sqlite"),
        "postgres://localhost/none" if PRODUCTION else f"sqlite:///{VAR_DIR / 'sparktrack.sqlite3'}",
        required=PRODUCTION,
    )
)
if _database["ENGINE"] == "django.db.backends.sqlite3":
    _database["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA foreign_keys=ON",
    }
else:
    _timeouts = "-c statement_timeout=30s -c lock_timeout=10s -c idle_in_transaction_session_timeout=60s"
    _database["OPTIONS"] = {"connect_timeout": 3}
    # PgBouncer refuses start-up options: behind it the role carries these (docs/operations.md).
    if not environment.flag("DATABASE_POOLED", default=False):
        # A page's statement runs for less time than compiling it takes (docs/benchmarks.md).
        _database["OPTIONS"]["options"] = f"{_timeouts} -c jit=off"
    _database["CONN_MAX_AGE"] = 60
    _database["CONN_HEALTH_CHECKS"] = True
    _database["DISABLE_SERVER_SIDE_CURSORS"] = True
DATABASES = {"default": _database}
ALLOW_SQLITE = environment.flag("ALLOW_SQLITE", default=False)
environment.must(
    not PRODUCTION or _database["ENGINE"] != "django.db.backends.sqlite3" or ALLOW_SQLITE,
    "DATABASE_URL is SQLite, which serves one machine only: name a PostgreSQL, or say ALLOW_SQLITE=yes.",
)
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
# SQLite leaves out the columns that an index of PostgreSQL only carries along; it is meant so.
SILENCED_SYSTEM_CHECKS = ["models.W040"]

# --- Broker, cache ---------------------------------------------------------------------------------------------
REDIS_URL = environment.url("REDIS_URL", ("redis", "rediss"), "", required=PRODUCTION)
CACHES: dict[str, dict[str, Any]]
if REDIS_URL:
    CACHES = {"default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": REDIS_URL}}
    CELERY_BROKER_URL = REDIS_URL
    CELERY_BROKER_TRANSPORT_OPTIONS: dict[str, Any] = {
        "socket_timeout": 5,
        "socket_connect_timeout": 2,
        "health_check_interval": 10,
        "unacked_restore_interval": 1,
        "unacked_restore_throttle": 1,
    }
    CELERY_BEAT_SCHEDULER = "redbeat.RedBeatScheduler"
else:
    CACHES = {
        "default": {
            "BACKEND": "django.core.cache.backends.filebased.FileBasedCache",
            "LOCATION": VAR_DIR / "cache",
            # Beyond it entries are dropped at random; the default of 300 would forget rate limits.
            "OPTIONS": {"MAX_ENTRIES": 10_000},
        }
    }
    CELERY_BROKER_URL = "filesystem://localhost"
    _queue = VAR_DIR / "broker"
    _queue.mkdir(parents=True, exist_ok=True)  # kombu makes the control folder only
    CELERY_BROKER_TRANSPORT_OPTIONS = {
        "data_folder_in": str(_queue),
        "data_folder_out": str(_queue),
        "control_folder": str(_queue / "control"),
        "polling_interval": 0.25,  # seconds that whoever waits for a preview would wait for nothing
    }
    CELERY_BEAT_SCHEDULE_FILENAME = str(VAR_DIR / "beat")
    CELERY_WORKER_ENABLE_REMOTE_CONTROL = False  # it would fill the folder with messages that nobody reads
CELERY_TIMEZONE = "UTC"
# Beat only ticks: whoever is woken looks into the tables for what is due.
CELERY_BEAT_SCHEDULE = {
    "clear-expired-sessions": {"task": "sparktrack.core.tasks.clear_expired_sessions", "schedule": 3600.0},
    "learn-table-sizes": {"task": "sparktrack.core.tasks.learn_table_sizes", "schedule": 3600.0},
    "sweep-imports": {"task": "campaigns.tasks.sweep_imports", "schedule": 60.0},
    "give-flights": {"task": "campaigns.tasks.give_flights", "schedule": 60.0},
    "delete-old-sheets": {"task": "campaigns.tasks.delete_old_sheets", "schedule": 86_400.0},
    "raise-alerts": {"task": "alerts.tasks.raise_due", "schedule": 60.0},
    "deliver-alerts": {"task": "alerts.tasks.deliver_due", "schedule": 10.0},
    "send-mornings": {"task": "alerts.tasks.mornings", "schedule": 60.0},
    "sweep-alerts": {"task": "alerts.tasks.sweep", "schedule": 60.0},
    "ping-alerts": {"task": "alerts.tasks.ping", "schedule": 60.0},
    "keep-calendars": {"task": "alerts.tasks.keep_calendars", "schedule": 300.0},
    "keep-all-calendars": {"task": "alerts.tasks.keep_all_calendars", "schedule": 3600.0},
    "clean-up-alerts": {"task": "alerts.tasks.clean_up", "schedule": 86_400.0},
    "forget-api-answers": {"task": "sparktrack.api.tasks.forget_old_answers", "schedule": 3600.0},
}
if not PRODUCTION:
    CELERY_BEAT_SCHEDULE["move-demo"] = {"task": "campaigns.tasks.move_demo", "schedule": 3600.0}
CELERY_BEAT_MAX_LOOP_INTERVAL = 10  # seconds; with Redis the lock of beat is renewed as often
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_TASK_IGNORE_RESULT = True
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_WORKER_HIJACK_ROOT_LOGGER = False

# --- People ----------------------------------------------------------------------------------------------------
AUTH_USER_MODEL = "brands.User"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS: list[dict[str, Any]] = [
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ("email", "full_name")},
    },
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home"
PASSWORD_RESET_TIMEOUT = 3 * 60 * 60  # seconds

# A login idles out after 12 hours; core.middleware ends it after 14 days however busy it is.
SESSION_COOKIE_AGE = 12 * 60 * 60
ACCOUNT_SESSION_REMEMBER = True

# How many proxies of ours stand in front: that many entries of X-Forwarded-For are believed, from the right.
TRUSTED_PROXIES = environment.number("TRUSTED_PROXIES", 0)

ACCOUNT_ADAPTER = "workplace.accounts.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_FORMS = {
    "login": "brands.forms.LoginForm",
    "reset_password": "brands.forms.ResetPasswordForm",
    "reset_password_from_key": "brands.forms.ResetPasswordKeyForm",
    "change_password": "brands.forms.ChangePasswordForm",
    "add_email": "brands.forms.ChangeEmailForm",
    "reauthenticate": "brands.forms.ReauthenticateForm",
}
ACCOUNT_CHANGE_EMAIL = True
# Accounts come from invitations only: whoever has one has read mail at that address.
ACCOUNT_EMAIL_VERIFICATION = "none"
MFA_ALLOW_UNVERIFIED_EMAIL = True
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_REAUTHENTICATION_REQUIRED = True
# Failed passwords are counted by axes; "login_failed" stands in at devices that axes lets pass, and for second factors.
# Ours are "reveal_code": how often a person may look at codes or copy them, in all their brands together, and
# "copy_codes": how often a whole batch of them.
ACCOUNT_RATE_LIMITS = {
    "login_failed": "10/5m/key",
    "login": "60/m/ip",
    "reveal_code": "30/h/user",
    "copy_codes": "10/h/user",
}

MFA_ADAPTER = "brands.accounts.FactorAdapter"
MFA_FORMS = {
    "authenticate": "brands.forms.FactorForm",
    "reauthenticate": "brands.forms.FactorAgainForm",
    "activate_totp": "brands.forms.ActivateFactorForm",
}
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_RECOVERY_CODES_SHOW_ONCE = True
MFA_TOTP_ISSUER = "sparktrack"
MFA_TOTP_TOLERANCE = 1  # half minutes before and after: people type slowly, clocks differ

AXES_FAILURE_LIMIT = 10
AXES_COOLOFF_TIME = 0.25  # hours
AXES_LOCKOUT_PARAMETERS = ["username", "ip_address"]
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False
AXES_CLIENT_IP_CALLABLE = "sparktrack.core.addresses.limit_address"
AXES_WHITELIST_CALLABLE = "brands.accounts.is_known_device"
AXES_LOCKOUT_CALLABLE = "sparktrack.core.views.locked_out"
AXES_DISABLE_ACCESS_LOG = True
# A failure is kept with its form and query: "next" may be the link of an invitation.
AXES_SENSITIVE_PARAMETERS = ["username", "ip_address", "next"]

# --- Language, time, files -------------------------------------------------------------------------------------
LANGUAGE_CODE = "en-us"
USE_I18N = False
TIME_ZONE = "UTC"
USE_TZ = True

STATIC_URL = "static/"
STATIC_ROOT = VAR_DIR / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
MEDIA_ROOT = VAR_DIR / "media"
# Production serves collected files under names with a hash, compressed; development serves them where they are.
WHITENOISE_USE_FINDERS = not PRODUCTION
WHITENOISE_KEEP_ONLY_HASHED_FILES = True  # no page names the others, and compressing them takes as long again
STORAGES = {
    # Evidence: contracts, chats. For the owner of the process only.
    "default": {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"file_permissions_mode": 0o600, "directory_permissions_mode": 0o700},
    },
    "staticfiles": {
        "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"
        if PRODUCTION
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}

# --- Security --------------------------------------------------------------------------------------------------
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'self'"],
        # The QR code of a second factor is a data: picture.
        "img-src": ["'self'", "data:"],
        "base-uri": ["'none'"],
        "form-action": ["'self'"],
        "frame-ancestors": ["'none'"],
        "object-src": ["'none'"],
    }
}
CSRF_FAILURE_VIEW = "sparktrack.core.views.csrf_failure"

# --- REST --------------------------------------------------------------------------------------------------------
# For each token or person.
API_REQUESTS_A_MINUTE = environment.number("API_REQUESTS_A_MINUTE", 600)
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "sparktrack.api.callers.TokenAuthentication",
        "sparktrack.api.callers.PersonAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": [
        "rest_framework.permissions.IsAuthenticated",
        "sparktrack.api.callers.InBrand",
    ],
    "DEFAULT_THROTTLE_CLASSES": ["sparktrack.api.throttling.MinuteThrottle"],
    "DEFAULT_PARSER_CLASSES": ["sparktrack.api.parsing.PlainJSONParser"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_SCHEMA_CLASS": "sparktrack.api.schema.BrandSchema",
    "DEFAULT_METADATA_CLASS": None,
    "EXCEPTION_HANDLER": "sparktrack.api.problems.answer_problem",
    "URL_FORMAT_OVERRIDE": None,
    "UNAUTHENTICATED_USER": None,
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
}
SPECTACULAR_SETTINGS = {
    "TITLE": "sparktrack",
    "VERSION": "1",
    "DESCRIPTION": "What runs, until when, and what limits it: Spark codes, usage rights and flights.",
    "OAS_VERSION": "3.1.1",
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_PERMISSIONS": ["rest_framework.permissions.AllowAny"],
    "SERVE_AUTHENTICATION": [],
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    # Closed resources and no list of all shapes below: else a browser draws for half a minute. Nobody validates online.
    "SWAGGER_UI_SETTINGS": {
        "deepLinking": True,
        "docExpansion": "none",
        "defaultModelsExpandDepth": -1,
        "validatorUrl": None,
    },
    "POSTPROCESSING_HOOKS": [
        "sparktrack.api.hooks.only_ids_are_sure",
        "sparktrack.api.hooks.empty_words_are_words",
        "sparktrack.api.hooks.bodies_are_closed",
        "sparktrack.api.examples.follow_examples",
        "sparktrack.api.hooks.say_problems_once",
    ],
}
X_FRAME_OPTIONS = "DENY"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
DATA_UPLOAD_MAX_MEMORY_SIZE = 10 * 1024 * 1024  # what people paste: 50,000 rows of a plain tracker
DEVICE_COOKIE_NAME = "device"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_SAMESITE = "Lax"
if PRODUCTION:
    SECURE_SSL_REDIRECT = environment.flag("SECURE_SSL_REDIRECT", default=True)
    SECURE_HSTS_SECONDS = 31_536_000
    SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    SECURE_HSTS_PRELOAD = True
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SESSION_COOKIE_SECURE = True
    DEVICE_COOKIE_NAME = "__Host-device"
    SESSION_COOKIE_NAME = "__Host-session"
    CSRF_COOKIE_SECURE = True
    CSRF_COOKIE_NAME = "__Host-csrf"

# --- Mail ------------------------------------------------------------------------------------------------------
EMAIL_TIMEOUT = 10  # seconds
_email_url = environment.url("EMAIL_URL", SCHEMES, "", required=PRODUCTION)
if _email_url:
    vars().update(
        environment.read(lambda: mail_settings(_email_url, timeout=EMAIL_TIMEOUT), dict[str, Any]())
    )
else:
    EMAIL_BACKEND = "sparktrack.core.mailbox.EmailBackend"
    EMAIL_FILE_PATH = VAR_DIR / "mail"  # shown at /dev/mail/
DEFAULT_FROM_EMAIL = environment.text("DEFAULT_FROM_EMAIL", "sparktrack <sparktrack@localhost>")
_from_domain = parseaddr(DEFAULT_FROM_EMAIL)[1].rpartition("@")[2]
environment.must(
    not PRODUCTION or ("." in _from_domain and not _from_domain.endswith((".localhost", ".localdomain"))),
    "DEFAULT_FROM_EMAIL must be an address of yours, not of localhost: servers refuse mails from there.",
)

# --- Alerts ----------------------------------------------------------------------------------------------------
# After a backup was restored nothing is sent until somebody says so (docs/operations.md).
HOLD_ALERTS = environment.flag("HOLD_ALERTS", default=False)
# Fetched after each round of alerts that went well: a service outside notices when that ends.
ALERTS_PING_URL = environment.url("ALERTS_PING_URL", ("https",) if PRODUCTION else ("https", "http"), "")

# --- Log -------------------------------------------------------------------------------------------------------
LOGGING = logging_config(production=PRODUCTION)
LOGGING["root"]["level"] = environment.one_of(
    "LOG_LEVEL", ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"), "INFO"
)

environment.refuse()
