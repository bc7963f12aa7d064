"""Addresses and secrets of channels at rest: sealed with the key ring of codes, bound to brand, channel and column."""

from dataclasses import dataclass, field
from datetime import datetime

from alerts.models import Channel
from authorizations.secrets import key_ring
from sparktrack.core.secrets import Sealed


@dataclass(frozen=True, slots=True)
class ChannelSecrets:
    """What whoever knows it can post with; in no representation. Chats have no secret beside their address."""

    address: str = field(repr=False)
    secret: str = field(default="", repr=False)
    old_secret: str = field(default="", repr=False)

    def signing(self, channel: Channel, now: datetime) -> list[str]:
        """The secrets that sign at ``now``, the newest first: two while a rotation overlaps."""
        overlaps = channel.old_secret_until is not None and now < channel.old_secret_until
        return [self.secret, self.old_secret] if overlaps else [self.secret]


def open_channel(channel: Channel) -> ChannelSecrets:
    """The address and secrets in clear. Raises UndecryptableError when key or row are not the ones they belong to."""
    return ChannelSecrets(*(_opened(channel, column) for column in _COLUMNS))


def seal_channel(channel: Channel, secrets: ChannelSecrets) -> None:
    """Set address, secrets and key of a row; empty secrets become null. The caller saves."""
    for column in _COLUMNS:
        text = getattr(secrets, column)
        sealed = key_ring().seal(text, context=_context(channel, column)) if text else None
        setattr(channel, column, sealed and sealed.ciphertext)
    channel.key_id = key_ring().current_id


def seal_again(channel: Channel) -> None:
    """Seal a row with the newest key. Raises UndecryptableError."""
    seal_channel(channel, open_channel(channel))


SEALED_FIELDS = ("address", "secret", "old_secret", "key_id")
_COLUMNS = ("address", "secret", "old_secret")


def _opened(channel: Channel, column: str) -> str:
    ciphertext = getattr(channel, column)
    if ciphertext is None:
        return ""
    return key_ring().open(Sealed(channel.key_id, bytes(ciphertext)), context=_context(channel, column))


def _context(channel: Channel, column: str) -> bytes:
    return f"{channel.brand_id.hex}|{channel.pk.hex}|channel {column}".encode()
