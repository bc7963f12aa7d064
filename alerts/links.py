"""The signed links of mails: who they are for, what they are about, from when on; nothing of it is stored.

A link is a capability: whoever has the mail may press its one button for the person it was sent to. Each purpose has
a salt of its own, so that a link of one is none of another. Nothing acts on GET (alerts.views.links).
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from uuid import UUID

from django.conf import settings
from django.core.signing import BadSignature, Signer, b62_decode, b62_encode
from django.urls import reverse

from alerts.enums import AlertKind

LINK_LIFE = timedelta(days=30)


class Purpose(StrEnum):
    """What the button behind a link does; the value is the name of its route, too."""

    ACKNOWLEDGE = "acknowledge-alert"
    SNOOZE = "snooze-alert"
    UNSUBSCRIBE = "unsubscribe"


class BadLinkError(Exception):
    """The link is garbled, of another purpose, or older than 30 days."""


@dataclass(frozen=True, slots=True)
class AlertLink:
    """Whose link it is and the alert that the mail was about."""

    user_id: UUID
    alert_id: UUID


@dataclass(frozen=True, slots=True)
class UnsubscribeLink:
    """Whose link it is and the kinds of alerts that the mail was about."""

    user_id: UUID
    kinds: tuple[AlertKind, ...]


def alert_url(purpose: Purpose, *, user_id: UUID, alert_id: UUID, now: datetime) -> str:
    """The address, on SITE_URL, at which this person acknowledges or snoozes the lapse of this alert."""
    return _url(purpose, [user_id.hex, alert_id.hex], now)


def unsubscribe_url(*, user_id: UUID, kinds: Collection[AlertKind], now: datetime) -> str:
    """The address, on SITE_URL, at which this person says that they want fewer mails of these kinds."""
    return _url(Purpose.UNSUBSCRIBE, [user_id.hex, "-".join(sorted(kinds))], now)


def read_alert_link(purpose: Purpose, token: str, *, now: datetime) -> AlertLink:
    """What ``alert_url`` signed. Raises BadLinkError."""
    user, alert = _read(purpose, token, now)
    return AlertLink(UUID(user), UUID(alert))


def read_unsubscribe_link(token: str, *, now: datetime) -> UnsubscribeLink:
    """What ``unsubscribe_url`` signed. Raises BadLinkError."""
    user, kinds = _read(Purpose.UNSUBSCRIBE, token, now)
    return UnsubscribeLink(UUID(user), tuple(AlertKind(kind) for kind in kinds.split("-")))


def _url(purpose: Purpose, parts: list[str], now: datetime) -> str:
    # The instant of the mail, not of the clock: a mail rendered again for the same instant is the same.
    value = ".".join([*parts, b62_encode(int(now.timestamp()))])
    return settings.SITE_URL + reverse(purpose, args=[_signer(purpose).sign(value)])


def _read(purpose: Purpose, token: str, now: datetime) -> tuple[str, str]:
    try:
        first, second, stamp = _signer(purpose).unsign(token).split(".")
    except BadSignature:
        raise BadLinkError from None
    if datetime.fromtimestamp(b62_decode(stamp), tz=UTC) + LINK_LIFE <= now:
        raise BadLinkError
    return first, second


def _signer(purpose: Purpose) -> Signer:
    return Signer(sep="~", salt=f"alerts.links.{purpose}")
