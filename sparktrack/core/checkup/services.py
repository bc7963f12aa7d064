"""The broker and the cache."""

import secrets
from collections.abc import Iterator

import redis
from django.conf import settings
from django.core.cache import cache

from sparktrack.core.checkup.findings import Finding, fine, first_line, note, place, wrong
from sparktrack.core.readiness import broker_answers

_SECONDS = 3.0


def check_broker() -> Iterator[Finding]:
    """Whether messages that wake workers can be sent, and what Redis would do with them."""
    about = "Broker"
    if not settings.REDIS_URL:
        folder = settings.CELERY_BROKER_TRANSPORT_OPTIONS["data_folder_out"]
        if broker_answers():
            yield fine(about, f"a folder, {folder}. It serves one machine; REDIS_URL names a Redis for more.")
        else:
            yield wrong(about, f"the folder {folder} is missing or cannot be written to.")
        return
    where = place(settings.REDIS_URL)
    try:
        with redis.Redis.from_url(
            settings.REDIS_URL, socket_timeout=_SECONDS, socket_connect_timeout=_SECONDS
        ) as client:
            info = client.info()
    except redis.AuthenticationError:
        yield wrong(about, f"{where} refuses the password of REDIS_URL.")
        return
    except redis.RedisError as error:
        yield wrong(about, f"{where} does not answer: {first_line(error)}")
        return
    yield fine(about, f"Redis {info['redis_version']} at {where} answers.")
    if not info.get("aof_enabled"):
        yield note(about, "Redis keeps no append-only file: after a restart it has forgotten rate limits.")
    policy = info.get("maxmemory_policy", "noeviction")
    if info.get("maxmemory") and policy != "noeviction":
        yield wrong(
            about, f"Redis may drop messages when it is full ({policy}): set maxmemory-policy noeviction."
        )


def check_cache() -> Iterator[Finding]:
    """Whether what is put into the cache comes out again: limits on wrong passwords are counted there."""
    key, value = f"doctor-{secrets.token_hex(8)}", secrets.token_hex(8)
    try:
        cache.set(key, value, timeout=60)
        found = cache.get(key)
        cache.delete(key)
    except (redis.RedisError, OSError) as error:
        yield wrong("Cache", f"cannot be used: {first_line(error)}")
        return
    if found == value:
        yield fine(
            "Cache", "keeps what it is given." if settings.REDIS_URL else "files in the folder, which work."
        )
    else:
        yield wrong("Cache", "forgets at once what it is given: limits on wrong passwords do not work.")
