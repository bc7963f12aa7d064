"""Slack, Teams and Discord: apprise gives a message the form of the chat, our own guarded client sends it.

apprise knows more than a hundred services, some of which read files or speak to any host, and the query of an address
may name a template that it opens. So no address ever reaches it: three of its classes are named here and built from
placeholders. Its own requests follow redirects, use the proxies of the environment and resolve names unchecked;
therefore it sends nothing: each class hands over what it would send.
"""

import json
import re
from collections.abc import Mapping
from functools import cache
from typing import Any

from apprise import AppriseAsset, NotifyType
from apprise.plugins.discord import NotifyDiscord
from apprise.plugins.slack import NotifySlack
from apprise.plugins.workflows import NotifyWorkflows

from alerts.enums import AttemptOutcome, ChannelKind
from alerts.models import Delivery
from alerts.secrets import open_channel
from alerts.sending.answers import Answer
from alerts.sending.posting import post_to
from alerts.sending.webhook import UNREADABLE
from sparktrack.core.secrets import UndecryptableError

# Discord refuses longer ones, and nobody reads them.
MOST_CHARACTERS = 1900

_TYPES = {"alert.resolved": NotifyType.SUCCESS, "test": NotifyType.INFO}


def send(delivery: Delivery) -> Answer:
    """Post the stored text of a message to its chat; never raises for what a server does."""
    channel = delivery.channel
    assert channel is not None
    try:
        address = open_channel(channel).address
    except UndecryptableError:
        return Answer(AttemptOutcome.BROKEN, UNREADABLE)
    payload = chat_payload(
        ChannelKind(channel.kind),
        text=bytes(delivery.message or b"").decode(),
        of_type=_TYPES.get(delivery.event, NotifyType.WARNING),
    )
    headers = {"Content-Type": "application/json; charset=utf-8", "User-Agent": "sparktrack"}
    return post_to(channel, address, content=json.dumps(payload).encode(), headers=headers)


def chat_payload(
    kind: ChannelKind, *, text: str, of_type: NotifyType = NotifyType.WARNING
) -> Mapping[str, Any]:
    """What a chat is sent: the first line of ``text`` as the headline, the rest below it.

    Nobody is called by it (@everyone), and no text stands for another address than the one that is seen.
    """
    title, _, body = _tame(text.strip()[:MOST_CHARACTERS]).partition("\n")
    body = body.strip()
    if not body:
        title, body = "", title
    if kind is ChannelKind.DISCORD and title:
        title = f"**{title}**"
    elif kind is ChannelKind.TEAMS:
        # A single line break is a space to Teams.
        body = re.sub(r"\n+", "\n\n", body)
    payload = _composed(kind, title, body, of_type)
    # To Discord a name in a text is a call, unless it is said otherwise.
    return {**payload, "allowed_mentions": {"parse": []}} if kind is ChannelKind.DISCORD else payload


def _tame(text: str) -> str:
    """Angle brackets are commands to Slack and Teams (<!channel>, <at>), [words](address) hides an address."""
    return text.replace("<", "‹").replace(">", "›").replace("](", "] (")


@cache
def _asset() -> AppriseAsset:
    """Ours, not apprise's: no pictures from elsewhere, the colours of our tokens."""
    return AppriseAsset(
        app_id="sparktrack",
        app_desc="sparktrack",
        app_url="",
        image_url_mask="",
        image_url_logo="",
        storage_mode="memory",
        html_notify_map={
            NotifyType.INFO: "#2854cf",
            NotifyType.SUCCESS: "#1a6f45",
            NotifyType.WARNING: "#c77a12",
            NotifyType.FAILURE: "#b3261e",
        },
    )


class _Slack(NotifySlack):  # type: ignore[no-untyped-call]  # apprise's __init_subclass__
    made: Mapping[str, Any] = {}

    def _send(self, _url: str, payload: Mapping[str, Any], *_: Any, **_options: Any) -> Mapping[str, Any]:  # type: ignore[override]
        self.made = payload
        return {"ok": True}


class _Discord(NotifyDiscord):  # type: ignore[no-untyped-call]
    made: Mapping[str, Any] = {}

    def _send(self, payload: Mapping[str, Any], *_: Any, **_options: Any) -> bool:
        self.made = payload
        return True


class _Teams(NotifyWorkflows):  # type: ignore[no-untyped-call]
    made: Mapping[str, Any] = {}

    def send(self, body: str, title: str = "", notify_type: NotifyType = NotifyType.INFO, **_: Any) -> bool:
        """Keeps the adaptive card."""
        self.made = self.gen_payload(body, title, notify_type)  # type: ignore[no-untyped-call]
        return True


# What each is built from: words that stand for the parts of an address.
_PLUGINS: dict[ChannelKind, tuple[type[Any], tuple[str, ...]]] = {
    ChannelKind.SLACK: (_Slack, ("token_a", "token_b", "token_c")),
    ChannelKind.DISCORD: (_Discord, ("webhook_id", "webhook_token")),
    ChannelKind.TEAMS: (_Teams, ("workflow", "signature")),
}
_OPTIONS = {"overflow": "truncate", "include_image": False, "include_footer": False, "avatar": False}


def _composed(kind: ChannelKind, title: str, body: str, of_type: NotifyType) -> Mapping[str, Any]:
    """The one request that a message would be, kept instead of sent. Raises ValueError for what is no chat."""
    if kind not in _PLUGINS:
        raise ValueError(f"{kind} is no chat.")
    plugin, parts = _PLUGINS[kind]
    chat = plugin(**dict.fromkeys(parts, "x"), **_OPTIONS, asset=_asset())
    chat.notify(title=title, body=body, notify_type=of_type)
    made: Mapping[str, Any] = chat.made
    return made
