"""Codes at rest: sealed with the ring of the settings, bound to brand and fingerprint (DOMAIN.md §8)."""

from functools import lru_cache
from uuid import UUID

from django.conf import settings

from authorizations.models import AuthorizationCode
from sparktrack.core.secrets import KeyRing, Sealed, fingerprint


def code_fingerprint(code: str) -> str:
    """The HMAC of a cleaned code: equal codes and only they share it."""
    return fingerprint(code, key=settings.FINGERPRINT_KEY)


def seal_code(code: str, *, brand_id: UUID, fingerprint: str) -> Sealed:
    """Encrypt a code for a row of this brand with this fingerprint; the row cannot be moved to another."""
    return key_ring().seal(code, context=_context(brand_id, fingerprint))


def open_code(row: AuthorizationCode) -> str:
    """The code of a row in clear. Raises UndecryptableError when key or row are not the ones it was sealed for."""
    return key_ring().open(
        Sealed(row.key_id, bytes(row.ciphertext)), context=_context(row.brand_id, row.fingerprint)
    )


def seal_source_post_code(code: str, row: AuthorizationCode) -> Sealed:
    """Encrypt the code of the source post (duet, stitch) beside the code of ``row``."""
    return key_ring().seal(code, context=_context(row.brand_id, row.fingerprint) + b"|source post")


def open_source_post_code(row: AuthorizationCode) -> str:
    """The code of the source post in clear; empty if there is none. Raises UndecryptableError."""
    if row.source_post_ciphertext is None:
        return ""
    return key_ring().open(
        Sealed(row.source_post_key_id, bytes(row.source_post_ciphertext)),
        context=_context(row.brand_id, row.fingerprint) + b"|source post",
    )


def current_key_id() -> str:
    """The id of the key that new codes are sealed with."""
    return key_ring().current_id


def _context(brand_id: UUID, fingerprint: str) -> bytes:
    return f"{brand_id.hex}|{fingerprint}".encode()


def key_ring() -> KeyRing:
    """The ring of the settings, for whatever is sealed with the keys of codes."""
    return _ring_of(tuple(settings.CODE_KEYS.items()))


@lru_cache(maxsize=4)
def _ring_of(keys: tuple[tuple[str, bytes], ...]) -> KeyRing:
    return KeyRing(dict(keys))
