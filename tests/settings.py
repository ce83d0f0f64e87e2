"""The desk's settings for the suite: fixed keys, a fast hasher, the engine of TEST_DATABASE_URL."""

import base64
import os

os.environ.setdefault("DEBUG", "off")
os.environ["DATABASE_URL"] = os.environ.get("TEST_DATABASE_URL", "sqlite:///:memory:")

from kaili_hukou.settings import *  # noqa: E402,F403
from kaili_hukou.settings import DATABASES, STORAGES  # noqa: E402

DEBUG = False
ALLOW_DEMO = True
SECRET_KEY = "for the tests alone"
FIELD_KEYS = "1:" + base64.b64encode(b"k" * 32).decode()
DIGEST_KEY = base64.b64encode(b"d" * 32).decode()
ALLOWED_HOSTS = ["testserver", "127.0.0.1", "localhost"]
SECURE_SSL_REDIRECT = False
SESSION_COOKIE_SECURE = False
CSRF_COOKIE_SECURE = False
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STORAGES = STORAGES | {
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
}
# The tests of the second factor switch it on; the others log in by password.
SECOND_FACTOR_REQUIRED = False
CELERY_TASK_ALWAYS_EAGER = True
DATABASES["default"].pop("CONN_MAX_AGE", None)
