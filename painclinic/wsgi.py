"""The WSGI entry point for web servers."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "painclinic.settings")

application = get_wsgi_application()

from painclinic.checks import refuse_unsafe_start  # noqa: E402  settings must be loaded first

refuse_unsafe_start()
