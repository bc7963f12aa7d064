"""The Celery application: tables are the queue, messages only wake (docs/architecture.md)."""

import os

from celery import Celery
from django.conf import settings
from kombu.transport import TRANSPORT_ALIASES

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "sparktrack.settings")

TRANSPORT_ALIASES["filesystem"] = "sparktrack.core.folderbroker:Transport"

app = Celery("sparktrack")
app.config_from_object("django.conf:settings", namespace="CELERY")
if settings.REDIS_URL:
    # redbeat looks for its own settings under these names only, without the namespace.
    # A beat that was killed is replaced within a minute; its lock would stand for 25.
    app.conf.redbeat_lock_timeout = 60  # seconds
    app.conf.redbeat_redis_url = settings.REDIS_URL
    app.conf.redbeat_redis_options = {
        name: value
        for name, value in settings.CELERY_BROKER_TRANSPORT_OPTIONS.items()
        if not name.startswith("unacked")  # of the broker's queue; the client knows no such word
    }
app.autodiscover_tasks()
