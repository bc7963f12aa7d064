"""Posting to channels: what the answer of a server means, and what a channel that is gone leads to."""

import logging
import re
from collections.abc import Mapping
from http import HTTPStatus
from urllib.parse import unquote, unquote_plus, urlsplit

from alerts.enums import AttemptOutcome
from alerts.models import Channel
from alerts.operations.channels import switch_off
from alerts.sending.answers import Answer
from alerts.sending.guarded import ClosedAddressError, Reply, UnreachableError, post
from brands.operations.edits import OtherBrandError
from sparktrack.core.actors import system_actor
from sparktrack.core.clock import database_now

log = logging.getLogger(__name__)

# Not now, and nothing else either: the server is busy, restarts, or counts our requests.
_AWAY = {
    HTTPStatus.TOO_MANY_REQUESTS,
    HTTPStatus.BAD_GATEWAY,
    HTTPStatus.SERVICE_UNAVAILABLE,
    HTTPStatus.GATEWAY_TIMEOUT,
}
_PASSING = {HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_EARLY, HTTPStatus.TOO_MANY_REQUESTS}
_WORDS = 160
_SHORTEST_SECRET = 6


def post_to(channel: Channel, url: str, *, content: bytes, headers: Mapping[str, str]) -> Answer:
    """One attempt; never raises for what a server does. A channel that answers 410 Gone is switched off.

    One that was switched off while a message waited to be tried again gets nothing.
    """
    if channel.disabled_at is not None:
        return Answer(AttemptOutcome.CANCELLED, "The channel is switched off.")
    try:
        reply = post(url, content=content, headers=headers)
    except ClosedAddressError as error:
        return Answer(AttemptOutcome.REFUSED, f"Not sent. {error}")
    except UnreachableError as error:
        return Answer(AttemptOutcome.DEFERRED, f"{channel.host}: {error}", away=True)
    if reply.status == HTTPStatus.GONE:
        _leave(channel)
    return answer_of(reply, url)


def answer_of(reply: Reply, url: str) -> Answer:
    """2xx is accepted; 429, 408 and 5xx pass; everything else is refused, redirects among it.

    The words leave out whatever the server repeats of ``url``: it is a secret.
    """
    status, said = reply.status, _said(reply, url)
    if 200 <= status < 300:
        return Answer(AttemptOutcome.ACCEPTED, said)
    if 300 <= status < 400:
        return Answer(AttemptOutcome.REFUSED, f"{said}: redirects are not followed")
    if status >= 500 or status in _PASSING:
        return Answer(AttemptOutcome.DEFERRED, said, away=status in _AWAY)
    return Answer(AttemptOutcome.REFUSED, said)


def _leave(channel: Channel) -> None:
    reason, by = f"{channel.host} answered 410 Gone", system_actor("alerts")
    try:
        off = switch_off(brand=channel.brand, channel=channel, now=database_now(), actor=by, reason=reason)
    except OtherBrandError:
        return  # deleted while we were there
    if off:
        log.warning("channel %s was switched off: 410 Gone", channel.pk)


def _secret_parts(url: str) -> re.Pattern[str]:
    """Path and query of an address, and their parts, as many servers say them again ("Cannot POST /hooks/…")."""
    parts = urlsplit(url)
    raw = {parts.path, parts.query, *parts.path.split("/"), *re.split("[&=]", parts.query)}
    read = {reader(each) for each in raw for reader in (unquote, unquote_plus)}
    longest_first = sorted(
        (each for each in raw | read if len(each) >= _SHORTEST_SECRET), key=len, reverse=True
    )
    return re.compile("|".join(map(re.escape, longest_first)) or r"(?!)", re.IGNORECASE)


def _said(reply: Reply, url: str) -> str:
    """``404 Not Found: no_service``: the status, and the first words of the answer if they are for people."""
    try:
        status = f"{reply.status} {HTTPStatus(reply.status).phrase}"
    except ValueError:
        status = str(reply.status)
    text = _secret_parts(url).sub("…", reply.body.decode("utf-8", errors="replace"))
    words = " ".join("".join(each if each.isprintable() else " " for each in text[:2000]).split())
    is_page = words[:1] == "<"
    return f"{status}: {words[:_WORDS]}" if words and not is_page else status
