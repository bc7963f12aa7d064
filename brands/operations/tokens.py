"""Tokens of a brand's scripts: issued, revoked, found by what a script sends. The audit never has the secret."""

import ipaddress
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from django.db import OperationalError, connection, models, transaction

from brands.enums import TokenScope, TokenState
from brands.models import ApiToken, Brand
from brands.operations.audit import Change, record_changes
from brands.operations.edits import locked, reread
from brands.rules import token_state
from brands.secrets import (
    current_pepper_id,
    is_token_secret,
    new_token_text,
    read_token_text,
    token_secret_hash,
)
from sparktrack.core.actors import Actor
from sparktrack.core.days import end_of_last_day, local_date
from sparktrack.core.refusals import RefusedError
from sparktrack.core.wording import weekday

MOST_TOKENS = 100
MOST_ADDRESSES = 50
# So far ahead may the last day of one lie.
LONGEST = timedelta(days=3653)
# Bits of an IPv6 address before the IPv4 address that it maps.
_MAPPED = 96
# So often the last use is written at most.
NOTED_EVERY = timedelta(minutes=1)


class TokenRefusedError(RefusedError):
    """A token that cannot be issued."""


class BadTokenError(Exception):
    """The token opens nothing: unknown, wrong, revoked or expired. Which of these is not said."""

    def __init__(self, message: str = "This token is not valid.") -> None:
        super().__init__(message)
        self.message = message


class BadAddressError(BadTokenError):
    """The token is right, but it does not count from this address."""

    def __init__(self) -> None:
        super().__init__("This token does not count from this address.")


@dataclass(frozen=True, slots=True)
class TokenDraft:
    """What is said of a new token. ``expires_at`` None: never; no addresses: any. Networks as ``10.0.0.0/8``."""

    name: str
    scope: TokenScope
    expires_at: datetime | None = None
    allowed_addresses: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class IssuedToken:
    """A stored token, and its whole text (``stk_<public>_<secret>``), which can be seen this once."""

    token: ApiToken
    secret: str = field(repr=False)


def issue_token(*, brand: Brand, draft: TokenDraft, now: datetime, actor: Actor) -> IssuedToken:
    """Store a token. Raises TokenRefusedError: name, expiry or addresses that cannot be, or too many tokens."""
    text, pepper_id = new_token_text(), current_pepper_id()
    row = ApiToken(
        brand=brand,
        name=_name(draft.name),
        public=text.public,
        secret_hash=token_secret_hash(text, brand_id=brand.pk, pepper_id=pepper_id),
        pepper_id=pepper_id,
        scope=TokenScope(draft.scope),
        allowed_addresses=clean_networks(draft.allowed_addresses),
        expires_at=draft.expires_at,
        created_by_id=actor.user_id,
        created_at=now,
    )
    if row.expires_at is not None and row.expires_at <= now:
        raise TokenRefusedError("That is over already: a token expires later than now.", field="expires_at")
    with locked(brand):
        if ApiToken.objects.for_brand(brand).live(now).count() >= MOST_TOKENS:
            raise TokenRefusedError(f"A brand has at most {MOST_TOKENS} tokens that count. Revoke one first.")
        row.save(force_insert=True)
        said = ("name", "scope", "expires_at", "allowed_addresses")
        after = {"token": row.shown} | {name: getattr(row, name) for name in said}
        record_changes(brand, [Change("token.issued", row, after=after)], now=now, actor=actor)
    return IssuedToken(row, text.whole)


def end_on(last_day: date, *, zone: str, now: datetime) -> datetime:
    """When a token is over whose last day is this one in the IANA ``zone``. Raises TokenRefusedError for ``last_day``.

    Refused are a day that is over, and one that nobody can have meant.
    """
    today = local_date(now, zone)
    if last_day < today:
        words = f"That day is over. Today is {weekday(today, year=today.year)}."
        raise TokenRefusedError(words, field="last_day")
    if last_day > today + LONGEST:
        raise TokenRefusedError("Choose a day within ten years, or none.", field="last_day")
    return end_of_last_day(last_day, zone)


def revoke_tokens(*, brand: Brand, tokens: Sequence[ApiToken], now: datetime, actor: Actor) -> list[ApiToken]:
    """These count no more, from the next request on; those revoked before stay so. Returns the newly revoked.

    Raises OtherBrandError.
    """
    with locked(brand):
        stored = reread(ApiToken, brand, tokens).values()
        rows = [row for row in stored if row.revoked_at is None]
        for row in rows:
            row.revoked_at = now
        ApiToken.objects.for_brand(brand).filter(pk__in=[row.pk for row in rows]).update(revoked_at=now)
        changes = [Change("token.revoked", row, after={"revoked_at": now}) for row in rows]
        record_changes(brand, changes, now=now, actor=actor)
    return rows


def find_token(text: str, *, ip: str, now: datetime) -> ApiToken:
    """The token, with its brand, that a script at ``ip`` sends as ``text``; one query.

    Raises BadTokenError for one that does not count, BadAddressError for a right one from elsewhere.
    """
    parts = read_token_text(text)
    row = ApiToken.objects.select_related("brand").filter(public=parts.public).first() if parts else None
    if parts is None or row is None:
        raise BadTokenError
    token: ApiToken = row
    is_right = is_token_secret(
        parts, brand_id=token.brand_id, pepper_id=token.pepper_id, secret_hash=token.secret_hash
    )
    state = token_state(expires_at=token.expires_at, revoked_at=token.revoked_at, now=now)
    if not is_right or state != TokenState.LIVE:
        raise BadTokenError
    if not is_allowed(ip, token.allowed_addresses):
        raise BadAddressError
    return token


def note_use(token: ApiToken, *, now: datetime) -> None:
    """Writes that ``token`` was used, at most once a minute and without waiting for the lock of the brand.

    It is a convenience for people: a database that is too busy for it must not fail the request.
    """
    if token.last_used_at is not None and now - token.last_used_at < NOTED_EVERY:
        return
    unnoted = models.Q(last_used_at=None) | models.Q(last_used_at__lte=now - NOTED_EVERY)
    try:
        with _impatient(), transaction.atomic():
            written = ApiToken.objects.filter(unnoted, pk=token.pk).update(last_used_at=now)
    except OperationalError:
        return
    if written:
        token.last_used_at = now


@contextmanager
def _impatient() -> Iterator[None]:
    """On SQLite, whose one writer may be a large import, a write inside gives up at once instead of waiting."""
    if connection.vendor != "sqlite":
        yield
        return
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA busy_timeout")
        (usual,) = cursor.fetchone()
        cursor.execute("PRAGMA busy_timeout = 0")
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute(f"PRAGMA busy_timeout = {int(usual)}")


def clean_networks(texts: Iterable[str]) -> list[str]:
    """Addresses and networks as they are stored: ``10.0.0.0/8``, ``203.0.113.7/32``; each once, empty ones left out.

    Raises TokenRefusedError, naming the first that is none.
    """
    found: dict[str, None] = {}
    for text in map(str.strip, texts):
        if text:
            try:
                found[str(_network(text))] = None
            except ValueError:
                raise TokenRefusedError(
                    f"{text[:60]} is no address. Write one such as 203.0.113.7, or a network such as 10.0.0.0/8.",
                    field="allowed_addresses",
                ) from None
    if len(found) > MOST_ADDRESSES:
        raise TokenRefusedError(
            f"These are {len(found)} addresses; a token has at most {MOST_ADDRESSES}. Name their network.",
            field="allowed_addresses",
        )
    return list(found)


def _network(text: str) -> ipaddress.IPv4Network | ipaddress.IPv6Network:
    """The network that ``text`` names; one of IPv4 in the clothes of IPv6 is one of IPv4. Raises ValueError."""
    network = ipaddress.ip_network(text, strict=False)
    if not isinstance(network, ipaddress.IPv6Network):
        return network
    if network.network_address.scope_id is not None:
        raise ValueError(text)
    mapped = network.network_address.ipv4_mapped
    if mapped is None or network.prefixlen < _MAPPED:
        return network
    return ipaddress.ip_network((mapped, network.prefixlen - _MAPPED))


def is_allowed(ip: str, networks: Sequence[str]) -> bool:
    """Whether a script at ``ip`` may come in: from anywhere if no network is named."""
    if not networks:
        return True
    try:
        address = ipaddress.ip_address(ip)
    except ValueError:
        return False
    # What a server that listens on IPv6 says of a caller by IPv4.
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped:
        address = address.ipv4_mapped
    return any(address in ipaddress.ip_network(network) for network in networks)


def _name(text: str) -> str:
    name = " ".join(text.split())
    if not name:
        raise TokenRefusedError("Give it the name of the script that will use it.", field="name")
    if len(name) > (most := 120):
        raise TokenRefusedError(f"The name is longer than {most} characters.", field="name")
    return name
