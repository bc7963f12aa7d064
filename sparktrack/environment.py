"""Typed reading of the environment for the settings; what is missing or malformed fails loudly.

Every value may also come from a file named by ``<NAME>_FILE`` (Docker and Kubernetes secrets).
"""

import base64
import binascii
import fcntl
import json
import os
import re
import secrets
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured

from sparktrack.core.private_files import write_private

_KEY_BYTES = 32
_KEY_ID = re.compile(r"[A-Za-z0-9_-]{1,16}", re.ASCII)


def text(name: str, default: str | None = None) -> str:
    """The value of ``name`` or of the file at ``<name>_FILE``, without blanks around it.

    Raises ImproperlyConfigured for a file that is empty or cannot be read, or if there is neither (nor a default).
    """
    path = os.environ.get(f"{name}_FILE")
    if path:
        return _content(name, Path(path))
    value = os.environ.get(name, "").strip() or default
    if value is None:
        raise ImproperlyConfigured(f"{name} (or {name}_FILE) must be set.")
    return value


def _content(name: str, path: Path) -> str:
    try:
        value = path.read_text(encoding="utf-8").strip()
    except OSError as error:
        raise ImproperlyConfigured(f"{name}_FILE: {path} cannot be read ({error.strerror}).") from None
    except UnicodeDecodeError:
        raise ImproperlyConfigured(f"{name}_FILE: {path} is not text in UTF-8.") from None
    if not value:
        raise ImproperlyConfigured(f"{name}_FILE: {path} is empty.")
    return value


def url(name: str, schemes: Collection[str], default: str | None = None) -> str:
    """An address such as ``redis://host:6379/0``; raises ImproperlyConfigured for another scheme or a bad port.

    The message never holds the value: addresses carry passwords. An empty default stays empty.
    """
    value = text(name, default)
    if value:
        try:
            parts = urlsplit(value)
            scheme, _port = parts.scheme, parts.port
        except ValueError:
            raise ImproperlyConfigured(f"{name} is no address: look at its host and port.") from None
        if scheme not in schemes:
            raise ImproperlyConfigured(
                f"{name} must begin with {' or '.join(f'{one}://' for one in schemes)}."
            )
    return value


def one_of(name: str, allowed: Collection[str], default: str) -> str:
    """One of the ``allowed`` words; raises ImproperlyConfigured for any other."""
    value = text(name, default)
    if value not in allowed:
        raise ImproperlyConfigured(f"{name} must be {' or '.join(allowed)}, not {value!r}.")
    return value


def flag(name: str, *, default: bool) -> bool:
    """A yes/no value; raises ImproperlyConfigured for any other word."""
    value = text(name, "yes" if default else "no").lower()
    if value in {"1", "true", "yes", "on"}:
        return True
    if value in {"0", "false", "no", "off"}:
        return False
    raise ImproperlyConfigured(f"{name} must be yes or no, not {value!r}.")


def number(name: str, default: int) -> int:
    """A whole number, 0 or more; raises ImproperlyConfigured for anything else."""
    value = text(name, str(default))
    if not value.isdecimal():
        raise ImproperlyConfigured(f"{name} must be a whole number, not {value!r}.")
    return int(value)


def words(name: str, default: str = "") -> list[str]:
    """A comma-separated list, without empty items."""
    return split(text(name, default))


def split(value: str) -> list[str]:
    """The items of a comma-separated list that are not empty."""
    return [word.strip() for word in value.split(",") if word.strip()]


@dataclass(frozen=True, slots=True)
class Keys:
    """What the application keeps secret: Django's key, the fingerprint key, the rings (id → 32 bytes) for codes and
    for the tokens of scripts.
    """

    secret_key: str = field(repr=False)
    code_keys: dict[str, bytes] = field(repr=False)
    fingerprint_key: bytes = field(repr=False)
    token_peppers: dict[str, bytes] = field(repr=False)


def _key(name: str, value: str) -> bytes:
    try:
        key = base64.b64decode(value, validate=True)
    except (binascii.Error, ValueError):
        raise ImproperlyConfigured(f"{name} must be {_KEY_BYTES} bytes in base64.") from None
    if len(key) != _KEY_BYTES:
        raise ImproperlyConfigured(f"{name} must be {_KEY_BYTES} bytes in base64, not {len(key)}.")
    return key


def _ring(name: str) -> dict[str, bytes]:
    ring: dict[str, bytes] = {}
    for item in text(name).split(","):
        key_id, colon, key = item.strip().partition(":")
        if not _KEY_ID.fullmatch(key_id) or not colon:
            raise ImproperlyConfigured(
                f"{name} must be a list such as 1:<base64>,2:<base64>, oldest first; an id has 1 to 16 letters."
            )
        if key_id in ring:
            raise ImproperlyConfigured(f"{name} has the key id {key_id} twice.")
        ring[key_id] = _key(name, key)
    return ring


def secret_key() -> str:
    """SECRET_KEY of a production system; raises ImproperlyConfigured if it is missing or looks like no random one."""
    value = text("SECRET_KEY")
    if len(value) < 50 or len(set(value)) < 5 or value.startswith("django-insecure-"):
        raise ImproperlyConfigured("SECRET_KEY must be random and have 50 characters or more.")
    return value


def code_keys() -> dict[str, bytes]:
    """CODE_KEYS, the ring: key id → 32 bytes, oldest first; raises ImproperlyConfigured for a malformed one."""
    return _ring("CODE_KEYS")


def token_peppers() -> dict[str, bytes]:
    """TOKEN_PEPPERS, the ring: pepper id → 32 bytes, oldest first; raises ImproperlyConfigured for a malformed one."""
    return _ring("TOKEN_PEPPERS")


def fingerprint_key() -> bytes:
    """FINGERPRINT_KEY, 32 bytes; raises ImproperlyConfigured if it is missing or malformed."""
    return _key("FINGERPRINT_KEY", text("FINGERPRINT_KEY"))


def keys_from_file(path: Path) -> Keys:
    """The keys of an embedded system, made in ``path`` (mode 0600) by whoever comes first.

    A folder that is not there yet is made for its owner only: database and mails will stand beside the keys.
    Raises ImproperlyConfigured for a file that does not hold them: codes cannot be read without the keys they were
    sealed with, so a damaged file is never replaced.
    """
    with _locked(path):
        if not path.exists():
            write_private(path, _new_keys())
        try:
            stored = json.loads(path.read_text(encoding="utf-8"))
            # A file from before there were tokens gains a pepper, but only if all else in it can be read.
            lacks_peppers = "token_peppers" not in stored
            peppers = stored.setdefault("token_peppers", {"1": _new_key()})
            keys = Keys(
                secret_key=stored["secret_key"],
                code_keys={
                    key_id: _key(f"code key {key_id}", key) for key_id, key in stored["code_keys"].items()
                },
                fingerprint_key=_key("fingerprint_key", stored["fingerprint_key"]),
                token_peppers={key_id: _key(f"pepper {key_id}", key) for key_id, key in peppers.items()},
            )
        except (ValueError, KeyError, TypeError, AttributeError, ImproperlyConfigured) as error:
            raise ImproperlyConfigured(
                f"{path} is damaged: put back a copy. {_hint(error)}".strip()
            ) from None
        if lacks_peppers:
            write_private(path, stored)
        return keys


def _hint(error: Exception) -> str:
    """What is wrong with the file of keys, in words that quote nothing of it."""
    if isinstance(error, KeyError):
        return f"{error.args[0]} is missing."
    return str(error) if isinstance(error, ImproperlyConfigured) else ""


def add_code_key(path: Path) -> str:
    """Puts a new key for codes behind those in ``path``; returns its id. It counts from the next start on."""
    with _locked(path):
        stored = json.loads(path.read_text(encoding="utf-8"))
        key_id = str(max(int(key_id) for key_id in stored["code_keys"]) + 1)
        stored["code_keys"][key_id] = _new_key()
        write_private(path, stored)
    return key_id


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with (path.parent / f"{path.name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _new_keys() -> dict[str, Any]:
    return {
        "secret_key": secrets.token_urlsafe(50),
        "code_keys": {"1": _new_key()},
        "fingerprint_key": _new_key(),
        "token_peppers": {"1": _new_key()},
    }


def _new_key() -> str:
    return base64.b64encode(secrets.token_bytes(_KEY_BYTES)).decode()
