"""Every setting of the desk, read from the environment (or .env) and nowhere else.

Without any of them the embedded default works: SQLite in the project folder, no Redis. Keys
have no default: what touches personal data stops with one sentence where they are missing.
"""

from pathlib import Path

import environ
from csp.constants import NONE, SELF
from import_export.formats.base_formats import CSV, XLSX

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()
env.read_env(BASE_DIR / ".env")

DEBUG = env.bool("DEBUG", default=False)
SECRET_KEY = env.str("SECRET_KEY", default="")
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["127.0.0.1", "localhost"] if DEBUG else [])
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])

# Keys of the fields that hold personal data: "id:base64,…", the first is the present one.
FIELD_KEYS = env.str("FIELD_KEYS", default="")
DIGEST_KEY = env.str("DIGEST_KEY", default="")
FIELD_SUITE = env.str("FIELD_SUITE", default="sm4")  # sm4 (with SM3) or aes (with SHA-256)
ALLOW_DEMO = env.bool("ALLOW_DEMO", default=False)
# The passphrase of backups; the field keys are never in one.
BACKUP_KEY = env.str("BACKUP_KEY", default="")
# A file outside the database, best on another machine, to which each seal of the record is told.
AUDIT_ANCHOR = env.str("AUDIT_ANCHOR", default="")

INSTALLED_APPS = [
    "kaili_hukou.apps.DeskAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "csp",
    "import_export",
    "kaili_hukou.apps.RegistersConfig",
    "residence_permits",
    "rosters",
    "applications",
    "reports",
]

MIDDLEWARE = [
    "kaili_hukou.middleware.true_address",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "kaili_hukou.sessions.kept_in_time",
    "kaili_hukou.middleware.posting",
    "kaili_hukou.middleware.actor",
]

ROOT_URLCONF = "kaili_hukou.urls"
WSGI_APPLICATION = "kaili_hukou.wsgi.application"
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
            ],
        },
    }
]

DATABASES = {"default": env.db("DATABASE_URL", default=f"sqlite:///{BASE_DIR / 'desk.sqlite3'}")}
DATABASES["default"]["ATOMIC_REQUESTS"] = False
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    # IMMEDIATE takes the write lock at once: without it a third of the writes of fifty clients
    # failed with "database is locked".
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
    }
else:
    DATABASES["default"]["CONN_MAX_AGE"] = 60
    DATABASES["default"]["OPTIONS"] = {
        "options": "-c lock_timeout=5000 -c statement_timeout=15000"
        " -c idle_in_transaction_session_timeout=60000"
    }
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

REDIS_URL = env.str("REDIS_URL", default="")
CELERY_BROKER_URL = REDIS_URL
CELERY_TIMEZONE = "Asia/Shanghai"
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_TASK_IGNORE_RESULT = True

AUTH_USER_MODEL = "kaili_hukou.Officer"
AUTHENTICATION_BACKENDS = ["kaili_hukou.logins.DeskBackend"]
# national: three classes of characters, 90 days, not the last five. asvs: length and the list of
# common passwords alone (OWASP ASVS 5.0, 6.2).
BY_ASVS = {"national": False, "asvs": True}[env.str("PASSWORD_RULES", default="national")]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {
        "NAME": "kaili_hukou.passwords.NotAFormerOne",
        "OPTIONS": {"refuse": not BY_ASVS},
    },
]
if not BY_ASVS:
    AUTH_PASSWORD_VALIDATORS.append({"NAME": "kaili_hukou.passwords.ThreeClasses"})
# Of administrators and of whoever sees more than one station; offered to all.
SECOND_FACTOR_REQUIRED = not DEBUG
# Addresses of the proxy before the desk. Only what comes from there is believed when it tells
# from where a request came (X-Forwarded-For).
TRUSTED_PROXIES = env.list("TRUSTED_PROXIES", default=[])
LOGIN_URL = "admin:login"
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = "admin:login"

LANGUAGE_CODE = "zh-hans"
TIME_ZONE = "Asia/Shanghai"
USE_I18N = True
USE_TZ = True
FORMAT_MODULE_PATH = ["kaili_hukou.formats"]

STATIC_URL = "static/"
STATIC_ROOT = BASE_DIR / "staticfiles"
STATICFILES_DIRS = [BASE_DIR / "static"]
MEDIA_ROOT = env.path("MEDIA_ROOT", default=str(BASE_DIR / "media"))()
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}
ATTACHMENT_MAX_BYTES = env.int("ATTACHMENT_MAX_BYTES", default=20 * 1024 * 1024)
ATTACHMENT_MAX_PAGES = env.int("ATTACHMENT_MAX_PAGES", default=60)
ROSTER_MAX_BYTES = env.int("ROSTER_MAX_BYTES", default=50 * 1024 * 1024)
ROSTER_MAX_UNPACKED = env.int("ROSTER_MAX_UNPACKED", default=600 * 1024 * 1024)
ROSTER_MAX_ROWS = env.int("ROSTER_MAX_ROWS", default=500_000)
ROSTER_MAX_CELLS = env.int("ROSTER_MAX_CELLS", default=6_000_000)
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2000
FILE_UPLOAD_HANDLERS = ["kaili_hukou.memory_uploads.MemoryUpload"]
FILE_UPLOAD_PERMISSIONS = 0o600

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "object-src": [NONE],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
        "form-action": [SELF],
    }
}
X_FRAME_OPTIONS = "DENY"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = 12 * 60 * 60
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
CSRF_FAILURE_VIEW = "kaili_hukou.views.stale_form"
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
if not DEBUG:
    SECURE_SSL_REDIRECT = env.bool("SECURE_SSL_REDIRECT", default=True)
    SESSION_COOKIE_SECURE = True
    CSRF_COOKIE_SECURE = True
    SECURE_HSTS_SECONDS = 31536000
    SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    SECURE_HSTS_PRELOAD = True

# Exports begin no cell with a formula.
IMPORT_EXPORT_ESCAPE_FORMULAE_ON_EXPORT = True
EXPORT_FORMATS = [XLSX]
IMPORT_FORMATS = [XLSX, CSV]
# Between preview and confirmation a file is kept encrypted, and removed afterwards.
IMPORT_EXPORT_TMP_STORAGE_CLASS = "kaili_hukou.sealed_uploads.SealedUpload"
# Its page for choosing columns has inline handlers, which our policy refuses.
IMPORT_EXPORT_SKIP_ADMIN_EXPORT_UI = True

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "handlers": {"console": {"class": "logging.StreamHandler"}},
    "root": {"handlers": ["console"], "level": "WARNING"},
}
