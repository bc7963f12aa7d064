"""Errors that are nobody's mistake: the database, the cache or the disk cannot do its work at this moment.

They are answered with 503 and plain words (``core.views.server_error``). Operations run in one transaction, so nothing
is half-written; whoever sends the form again later finds everything as it was.
"""

import errno
import sqlite3
from typing import Any

import redis
from django.db import Error

FULL = "There is no room left on the disk. Nothing of what you sent was kept: try again when somebody has made room."
READ_ONLY = "The data can be read at this moment, but not changed. Nothing of what you sent was kept: try again later."
AWAY = "sparktrack cannot reach its data at this moment. Nothing of what you sent was kept: try again in a minute."

# By the low byte of SQLite's extended codes (sqlite.org/rescode.html); a missing table is no outage.
_SQLITE = {
    sqlite3.SQLITE_FULL: FULL,
    sqlite3.SQLITE_READONLY: READ_ONLY,
    sqlite3.SQLITE_CANTOPEN: AWAY,
    sqlite3.SQLITE_IOERR: AWAY,
    sqlite3.SQLITE_BUSY: AWAY,
    sqlite3.SQLITE_LOCKED: AWAY,
}
# By class or code of SQLSTATE (PostgreSQL's Appendix A), the longer one first.
_SQLSTATE = {
    "25006": READ_ONLY,
    "53100": FULL,
    "55P03": AWAY,  # a lock that was waited for too long
    "08": AWAY,
    "53": AWAY,  # too many connections, out of memory
    "57": AWAY,  # shut down, starting up, a statement that took too long
    "58": AWAY,
}
_FILES = {errno.ENOSPC: FULL, errno.EDQUOT: FULL, errno.EROFS: READ_ONLY}


def outage_words(error: BaseException | None) -> str:
    """What to tell people when ``error``, or what it was raised from, is an outage; else an empty text."""
    while error is not None:
        if words := _words(error):
            return words
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    return ""


def _words(error: BaseException) -> str:
    if isinstance(error, sqlite3.Error):
        return _SQLITE.get(getattr(error, "sqlite_errorcode", 0) & 0xFF, "")
    if isinstance(error, redis.ConnectionError | redis.TimeoutError):
        return AWAY
    if isinstance(error, OSError):
        return _FILES.get(error.errno or 0, "")
    if isinstance(error, Error):
        return ""  # Django's wrapper: what it wraps is its cause
    return _words_of_postgresql(error)


def _words_of_postgresql(error: Any) -> str:
    """psycopg2 is asked by what its errors carry: an embedded system need not have loaded it."""
    if not type(error).__module__.startswith("psycopg2"):
        return ""
    code = getattr(error, "pgcode", None)
    if code is None:  # the server was not reached, or went away in between
        return AWAY if type(error).__name__ in {"OperationalError", "InterfaceError"} else ""
    return _SQLSTATE.get(code) or _SQLSTATE.get(code[:2], "")
