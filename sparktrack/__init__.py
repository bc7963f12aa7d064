"""sparktrack: until when each Spark Ads flight may run, and what limits it."""

from sparktrack.celery import app as celery_app

__all__ = ["celery_app"]
