"""The database, its clock, and the files beside it."""

import os
import shutil
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.sessions.models import Session
from django.contrib.staticfiles.finders import get_finders
from django.contrib.staticfiles.storage import ManifestStaticFilesStorage, staticfiles_storage
from django.db import Error, connection, transaction
from django.db.migrations.executor import MigrationExecutor

from sparktrack.core.checkup.findings import Finding, fine, first_line, note, wrong
from sparktrack.core.clock import database_now, utc_now

_OLDEST_POSTGRESQL = 14
_DRIFT = timedelta(seconds=2)
_ROOM, _LITTLE_ROOM = 200 * 1024**2, 2 * 1024**3  # bytes


def check_database() -> Iterator[Finding]:
    """Whether it answers, is new enough, has every table, and can be written to. Nothing is left behind."""
    about = "Database"
    try:
        version = _version()
        pending = _pending_migrations()
    except Error as error:
        yield wrong(about, f"{_where()} does not answer: {_without_password(first_line(error))}")
        return
    if connection.vendor == "postgresql" and int(version.split(".")[0]) < _OLDEST_POSTGRESQL:
        yield wrong(about, f"PostgreSQL {version} is too old: {_OLDEST_POSTGRESQL} or newer is needed.")
    if pending:
        yield wrong(about, f"{pending} migrations are not applied: manage.py migrate applies them.")
        return
    try:
        with transaction.atomic():
            Session.objects.create(session_key="doctor", session_data="", expire_date=utc_now())
            transaction.set_rollback(True)
    except Error as error:
        yield wrong(about, f"{_where()} can be read but not written to: {first_line(error)}")
        return
    yield fine(about, f"{connection.display_name} {version}, {_where()}: all migrations are applied.")


def check_clock() -> Iterator[Finding]:
    """How far this process's clock is from that of the database, by which alerts go."""
    before = utc_now()
    theirs = database_now()
    after = utc_now()
    apart = max(theirs - after, before - theirs, timedelta())
    words = f"The clocks of the database and of this machine differ by {apart.total_seconds():.1f} s"
    if apart > _DRIFT:
        yield wrong("Clock", f"{words}: let both follow a time server.")
    else:
        yield fine("Clock", f"{words}.")


def check_files() -> Iterator[Finding]:
    """The folder for what is written, the room on its disk, and the collected static files."""
    folder = Path(settings.VAR_DIR)
    uploads = Path(settings.MEDIA_ROOT)
    existing = next(path for path in (uploads, *uploads.parents) if path.exists())
    if not os.access(existing, os.W_OK | os.X_OK):
        yield wrong("Files", f"{existing} cannot be written to, and uploads go to {uploads}.")
    else:
        left = shutil.disk_usage(existing).free
        words = f"{left / 1024**3:.1f} GiB are left where {folder} is."
        kind = wrong if left < _ROOM else note if left < _LITTLE_ROOM else fine
        yield kind("Files", words)
    yield from _check_static()


def _check_static() -> Iterator[Finding]:
    about = "Static files"
    if not isinstance(staticfiles_storage, ManifestStaticFilesStorage):
        yield fine(about, "are served from where they are.")
        return
    collected = staticfiles_storage.read_manifest()
    names = {str(name) for finder in get_finders() for name, _ in finder.list([])}
    missing = sorted(name for name in names if f'"{name}"' not in (collected or ""))
    if missing:
        example = f", {missing[0]} for one" if collected else ""
        yield wrong(
            about, f"{len(missing)} are not collected{example}: manage.py collectstatic --noinput does it."
        )
    else:
        yield fine(about, f"all {len(names)} are collected.")


def _version() -> str:
    question = "SHOW server_version" if connection.vendor == "postgresql" else "SELECT sqlite_version()"
    with connection.cursor() as cursor:
        cursor.execute(question)
        return str(cursor.fetchone()[0]).split()[0]


def _pending_migrations() -> int:
    executor = MigrationExecutor(connection)
    return len(executor.migration_plan(executor.loader.graph.leaf_nodes()))


def _where() -> str:
    found: dict[str, Any] = connection.settings_dict
    if connection.vendor == "sqlite":
        return str(found["NAME"])
    return f"{found['NAME']} at {found['HOST']}:{found['PORT'] or 5432}"


def _without_password(words: str) -> str:
    """psycopg2 names host, user and database in its errors; a password it does not, and if it did it would go here."""
    password = connection.settings_dict["PASSWORD"]
    return words.replace(password, "…") if password else words
