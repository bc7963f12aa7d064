"""Whether the things this process cannot work without answer: the database and the broker."""

import os
from pathlib import Path

import redis
from django.conf import settings
from django.db import Error, connection

_REDIS_SECONDS = 1.0


def database_answers() -> bool:
    """Whether the database answers a query."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except Error:
        return False
    return True


def broker_answers() -> bool:
    """Whether Redis answers within a second; without Redis, whether the broker's folder can be written to."""
    if not settings.REDIS_URL:
        folder = Path(settings.CELERY_BROKER_TRANSPORT_OPTIONS["data_folder_out"])
        return folder.is_dir() and os.access(folder, os.W_OK | os.X_OK)
    try:
        with redis.Redis.from_url(
            settings.REDIS_URL, socket_timeout=_REDIS_SECONDS, socket_connect_timeout=_REDIS_SECONDS
        ) as client:
            return bool(client.ping())
    except redis.RedisError:
        return False
