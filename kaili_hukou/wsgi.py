"""The web server's door: refuses to open over demonstration accounts where DEBUG is off."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "kaili_hukou.settings")
application = get_wsgi_application()

from kaili_hukou.checks import refuse_demonstration_accounts  # noqa: E402 - needs loaded apps

refuse_demonstration_accounts()
