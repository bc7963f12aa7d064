"""Codes at rest: sealed with the ring of the settings, bound to brand and fingerprint (DOMAIN.md §8)."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from uuid import UUID

from django.conf import settings

from authorizations.models import AuthorizationCode
from sparktrack.core.secrets import KeyRing, Sealed, UndecryptableError, fingerprint


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


def is_readable(row: AuthorizationCode) -> bool:
    """Whether the code of a row can be opened with the keys that are there."""
    try:
        open_code(row)
    except UndecryptableError:
        return False
    return True


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


def seal_for_page(text: str, *, brand_id: UUID, user_id: UUID, now: datetime) -> str:
    """What somebody pasted, to wait in a field of their own page: only they can hand it in again, in this brand."""
    sealed = key_ring().seal(f"{now.timestamp():.0f} {text}", context=_page_context(brand_id, user_id))
    return f"{sealed.key_id}.{urlsafe_b64encode(sealed.ciphertext).decode()}"


def open_from_page(token: str, *, brand_id: UUID, user_id: UUID, now: datetime) -> str:
    """The text again. Raises UndecryptableError for another's page, for one older than half a day, for no token."""
    key_id, _, ciphertext = token.partition(".")
    try:
        sealed = Sealed(key_id, urlsafe_b64decode(ciphertext.encode()))
    except ValueError:
        raise UndecryptableError("The page holds no sealed text.") from None
    at, _, text = key_ring().open(sealed, context=_page_context(brand_id, user_id)).partition(" ")
    if now - datetime.fromtimestamp(int(at), UTC) > _PAGE_LASTS:
        raise UndecryptableError("The page is too old.")
    return text


# A page that was left open over night is not a place to keep codes.
_PAGE_LASTS = timedelta(hours=12)


def _page_context(brand_id: UUID, user_id: UUID) -> bytes:
    return f"{brand_id.hex}|{user_id.hex}|page".encode()
