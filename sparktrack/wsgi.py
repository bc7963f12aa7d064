"""The WSGI application that gunicorn serves."""

import os
from importlib import import_module

from django.conf import settings
from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "sparktrack.settings")

application = get_wsgi_application()
# All pages are imported now, once for all workers with --preload: not by the first request of each, which took longer
# than gunicorn waits for a worker on a machine that is very busy, so that none was ever ready.
import_module(settings.ROOT_URLCONF)
