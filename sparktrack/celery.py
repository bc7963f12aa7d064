"""The Celery application: tables are the queue, messages only wake (docs/architecture.md)."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "sparktrack.settings")

app = Celery("sparktrack")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
