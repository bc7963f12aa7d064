"""Typed reading of the environment for the settings; what is missing or malformed fails loudly.

Every value may also come from a file named by ``<NAME>_FILE`` (Docker and Kubernetes secrets).
"""

import base64
import binascii
import fcntl
import json
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.core.exceptions import ImproperlyConfigured

from sparktrack.core.private_files import write_private

_KEY_BYTES = 32


def text(name: str, default: str | None = None) -> str:
    """The value of ``name`` or of the file at ``<name>_FILE``; raises ImproperlyConfigured if neither is there."""
    path = os.environ.get(f"{name}_FILE")
    if path:
        try:
            return Path(path).read_text(encoding="utf-8").strip()
        except OSError as error:
            raise ImproperlyConfigured(f"{name}_FILE: {path} cannot be read ({error.strerror}).") from error
    value = os.environ.get(name, "") or default
    if value is None:
        raise ImproperlyConfigured(f"{name} (or {name}_FILE) must be set.")
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
    """A whole number; raises ImproperlyConfigured for anything else."""
    value = text(name, str(default))
    try:
        return int(value)
    except ValueError:
        raise ImproperlyConfigured(f"{name} must be a whole number, not {value!r}.") from None


def words(name: str, default: str = "") -> list[str]:
    """A comma-separated list, without empty items."""
    return [word.strip() for word in text(name, default).split(",") if word.strip()]


@dataclass(frozen=True, slots=True)
class Keys:
    """What the application keeps secret: Django's key, the ring for codes (id → key), the fingerprint key."""

    secret_key: str
    code_keys: dict[str, bytes]
    fingerprint_key: bytes


def _key(name: str, value: str) -> bytes:
    try:
        key = base64.b64decode(value, validate=True)
    except (binascii.Error, ValueError):
        raise ImproperlyConfigured(f"{name} must be {_KEY_BYTES} bytes in base64.") from None
    if len(key) != _KEY_BYTES:
        raise ImproperlyConfigured(f"{name} must be {_KEY_BYTES} bytes in base64, not {len(key)}.")
    return key


def _ring(value: str) -> dict[str, bytes]:
    ring: dict[str, bytes] = {}
    for item in value.split(","):
        key_id, colon, key = item.strip().partition(":")
        if not key_id or not colon:
            raise ImproperlyConfigured(
                "CODE_KEYS must be a list such as 1:<base64>,2:<base64>, oldest first."
            )
        if key_id in ring:
            raise ImproperlyConfigured(f"CODE_KEYS has the key id {key_id} twice.")
        ring[key_id] = _key("CODE_KEYS", key)
    return ring


def keys_from_environment() -> Keys:
    """The keys of a production system: SECRET_KEY, CODE_KEYS, FINGERPRINT_KEY, each also as ``*_FILE``."""
    secret_key = text("SECRET_KEY")
    if len(secret_key) < 50:
        raise ImproperlyConfigured("SECRET_KEY must have 50 characters or more.")
    return Keys(
        secret_key=secret_key,
        code_keys=_ring(text("CODE_KEYS")),
        fingerprint_key=_key("FINGERPRINT_KEY", text("FINGERPRINT_KEY")),
    )


def keys_from_file(path: Path) -> Keys:
    """The keys of an embedded system, made in ``path`` (mode 0600) by whoever comes first."""
    with _locked(path):
        if not path.exists():
            write_private(path, _new_keys())
        stored = json.loads(path.read_text(encoding="utf-8"))
    return Keys(
        secret_key=stored["secret_key"],
        code_keys={key_id: base64.b64decode(key) for key_id, key in stored["code_keys"].items()},
        fingerprint_key=base64.b64decode(stored["fingerprint_key"]),
    )


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
    path.parent.mkdir(parents=True, exist_ok=True)
    with (path.parent / f"{path.name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _new_keys() -> dict[str, Any]:
    return {
        "secret_key": secrets.token_urlsafe(50),
        "code_keys": {"1": _new_key()},
        "fingerprint_key": _new_key(),
    }


def _new_key() -> str:
    return base64.b64encode(secrets.token_bytes(_KEY_BYTES)).decode()
