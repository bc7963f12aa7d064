"""Secrets at rest: AES-GCM with a key ring, and an HMAC fingerprint for equality (DOMAIN.md §8).

Keys are 32 bytes. The ring maps a short key id to a key; new ciphertext is made with the last id of the ring, old
ciphertext stays readable as long as its key is in the ring. The fingerprint key is never rotated: it answers "is
this the same code" for ever.
"""

import hashlib
import hmac
import os
from collections.abc import Mapping
from dataclasses import dataclass

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

_NONCE_BYTES = 12


class UndecryptableError(Exception):
    """The key is missing, wrong, or the row was moved to another brand."""


@dataclass(frozen=True, slots=True)
class Sealed:
    """Ciphertext (nonce first) and the id of the key that made it."""

    key_id: str
    ciphertext: bytes


class KeyRing:
    """Seals and opens texts and files; the context binds a ciphertext to its row."""

    def __init__(self, keys: Mapping[str, bytes]) -> None:
        """``keys``: key id → 32 bytes, oldest first. Raises ValueError for an empty ring or a short key."""
        if not keys:
            raise ValueError("The key ring is empty.")
        for key_id, key in keys.items():
            if len(key) != 32:
                raise ValueError(f"Key {key_id} has {len(key)} bytes; 32 are needed.")
        self._ciphers = {key_id: AESGCM(key) for key_id, key in keys.items()}
        self.current_id = list(keys)[-1]

    def seal(self, text: str, *, context: bytes) -> Sealed:
        """Encrypt ``text`` under the current key; only the same ``context`` opens it again."""
        return self.seal_bytes(text.encode(), context=context)

    def seal_bytes(self, content: bytes, *, context: bytes) -> Sealed:
        """Encrypt ``content`` under the current key; only the same ``context`` opens it again."""
        nonce = os.urandom(_NONCE_BYTES)
        sealed = self._ciphers[self.current_id].encrypt(nonce, content, context)
        return Sealed(self.current_id, nonce + sealed)

    def open(self, sealed: Sealed, *, context: bytes) -> str:
        """The text again. Raises UndecryptableError, which never carries key or text."""
        return self.open_bytes(sealed, context=context).decode()

    def open_bytes(self, sealed: Sealed, *, context: bytes) -> bytes:
        """The content again. Raises UndecryptableError, which never carries key or content."""
        cipher = self._ciphers.get(sealed.key_id)
        if cipher is None:
            raise UndecryptableError(f"Key {sealed.key_id} is not in the key ring.")
        nonce, body = sealed.ciphertext[:_NONCE_BYTES], sealed.ciphertext[_NONCE_BYTES:]
        try:
            return cipher.decrypt(nonce, body, context)
        except (InvalidTag, ValueError):  # ValueError: it was cut short
            raise UndecryptableError("The ciphertext does not belong to this row or key.") from None


def fingerprint(text: str, *, key: bytes) -> str:
    """HMAC-SHA-256 of ``text``, 64 hex digits: equal texts and only they share it."""
    return hmac.new(key, text.encode(), hashlib.sha256).hexdigest()
