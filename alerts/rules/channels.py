"""Which addresses a channel may have, and which machines sparktrack may talk to. Plain Python.

Whoever may add a channel may make this server send requests. So the address of a chat has the host and the shape that
its vendor gives out, the host of a webhook has a name, and what the name stands for must be on the open internet
(``is_public``): that is asked again for each connection, for names change (docs/decisions/025).
"""

import ipaddress
import re
from dataclasses import dataclass

from alerts.enums import ChannelKind

MAX_ADDRESS = 2000
# Days before the lapse from which on a channel is told.
MAX_STEP = 365

_Address = ipaddress.IPv4Address | ipaddress.IPv6Address

# What ``is_global`` lets through in one Python or another, or what is a cloud's own in spite of a public number.
_CLOSED = tuple(
    ipaddress.ip_network(text)
    for text in (
        "100.64.0.0/10",  # carriers, and the metadata of one cloud
        "168.63.129.16/32",  # metadata of Azure
        "192.0.0.0/24",
        "192.88.99.0/24",  # relays to 6to4
        "64:ff9b:1::/48",  # NAT64 of a local network
        "100::/64",
        "2001::/23",  # Teredo and other protocols
        "2002::/16",  # 6to4
        "3fff::/20",
        "5f00::/16",
        "fec0::/10",
    )
)
_NAT64 = ipaddress.ip_network("64:ff9b::/96")


class AddressError(ValueError):
    """An address that no channel of this kind can have; the message is for the person who typed it."""


@dataclass(frozen=True, slots=True)
class Place:
    """A cleaned address: what is kept as the secret, and the host that everybody may see."""

    address: str
    host: str


def is_public(text: str) -> bool:
    """Whether an IP address is on the open internet; an IPv6 address is judged by the IPv4 address inside it, too.

    Raises ValueError for text that is no IP address.
    """
    address = _unwrapped(ipaddress.ip_address(text))
    if any(address.version == closed.version and address in closed for closed in _CLOSED):
        return False
    return address.is_global and not (
        address.is_multicast or address.is_reserved or address.is_unspecified or address.is_private
    )


def _unwrapped(address: _Address) -> _Address:
    if isinstance(address, ipaddress.IPv4Address):
        return address
    if address.ipv4_mapped:
        return address.ipv4_mapped
    if address in _NAT64:
        return ipaddress.IPv4Address(address.packed[-4:])
    return address


def clean_address(kind: ChannelKind, text: str) -> Place:
    """The address of a channel as it is kept. Raises AddressError in the words of whoever pasted it."""
    text = text.strip()
    if not text:
        raise AddressError("Paste the address.")
    if len(text) > MAX_ADDRESS:
        raise AddressError("This address is too long.")
    return _CLEAN[kind](text)


# --- The three chats --------------------------------------------------------------------------------------------------
_SLACK = re.compile(
    r"https://(hooks\.slack(?:-gov)?\.com)/services/([A-Z0-9]+)/([A-Z0-9]+)/([A-Z0-9]+)/?", re.IGNORECASE
)
_DISCORD = re.compile(
    r"https://(?:(?:ptb|canary)\.)?discord(?:app)?\.com/api/(?:v\d+/)?webhooks/(\d+)/([\w-]+)/?",
    re.ASCII | re.IGNORECASE,
)
_TEAMS = re.compile(
    r"https://([a-z0-9.-]+)(?::443)?(?:/powerautomate/automations/direct(?:/cu/\d+)?)?"
    r"/workflows/[\w-]+/triggers/manual/paths/invoke/?\?([\w.~%/=&-]+)",
    re.ASCII | re.IGNORECASE,
)
# Whatever else stood there, apprise would take for wishes of its own: "template" names a file that it opens.
_TEAMS_QUERY = ("api-version", "sp", "sv", "sig")
_TEAMS_HOSTS = (
    ".logic.azure.com",
    ".logic.azure.us",
    ".environment.api.powerplatform.com",
    ".environment.api.gov.powerplatform.microsoft.us",
    ".environment.api.high.powerplatform.microsoft.us",
)


def _slack(text: str) -> Place:
    found = _SLACK.fullmatch(text)
    if not found:
        raise AddressError(
            "This is not the address of a Slack webhook: they begin with https://hooks.slack.com/services/."
        )
    host, *tokens = found.groups()
    return Place(f"https://{host.lower()}/services/{'/'.join(tokens)}", host.lower())


def _discord(text: str) -> Place:
    found = _DISCORD.fullmatch(text.partition("?")[0])
    if not found:
        raise AddressError(
            "This is not the address of a Discord webhook: they begin with https://discord.com/api/webhooks/."
        )
    return Place(f"https://discord.com/api/webhooks/{found[1]}/{found[2]}", "discord.com")


def _teams(text: str) -> Place:
    if re.match(r"https://[a-z0-9.-]+\.webhook\.office\.com/", text, re.IGNORECASE):
        raise AddressError(
            "This is the address of an Office connector; Microsoft has retired those. Make one with the Workflows "
            "app of Teams."
        )
    found = _TEAMS.fullmatch(text)
    query = [part.split("=", 1) for part in found[2].split("&")] if found else []
    names = [name for name, *_ in query]
    if (
        not found
        or not found[1].lower().endswith(_TEAMS_HOSTS)
        or names.count("sig") != 1
        or not all(name in _TEAMS_QUERY for name in names)
    ):
        raise AddressError(
            "This is not the address of a Teams workflow: their host ends in .logic.azure.com or "
            ".api.powerplatform.com, and they end in sig=…"
        )
    return Place(text, found[1].lower())


# --- Webhooks ---------------------------------------------------------------------------------------------------------
_LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_HOST = re.compile(rf"(?=.{{4,253}}$)(?:{_LABEL}\.)+[a-z][a-z0-9-]{{0,61}}[a-z0-9]", re.ASCII)
_WEBHOOK = re.compile(r"https://([^/?#\\@:]+)(?::443)?(/[!-~]*|\?[!-~]*)?", re.ASCII)
# Names that stand for machines of a house or of this one.
_INSIDE = (
    ".local",
    ".localhost",
    ".internal",
    ".intranet",
    ".lan",
    ".home",
    ".corp",
    ".home.arpa",
    ".localdomain",
)


def _webhook(text: str) -> Place:
    if not text.lower().startswith("https://"):
        raise AddressError("The address has to begin with https://.")
    found = _WEBHOOK.fullmatch("https://" + text[8:])
    if not found or "#" in text or "\\" in text:
        raise AddressError(
            "Take an address such as https://hooks.example.com/sparktrack: port 443, no name or password, no spaces."
        )
    host = found[1].lower().rstrip(".")
    if not _HOST.fullmatch(host) or host.endswith(_INSIDE):
        raise AddressError(
            "The host has to be a name that the whole internet knows, such as hooks.example.com."
        )
    path = found[2] or "/"
    return Place(f"https://{host}{path if path.startswith('/') else '/' + path}", host)


_CLEAN = {
    ChannelKind.SLACK: _slack,
    ChannelKind.DISCORD: _discord,
    ChannelKind.TEAMS: _teams,
    ChannelKind.WEBHOOK: _webhook,
}
