"""Handles, post links and post ids out of whatever people paste (DOMAIN.md §8). No network."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from functools import lru_cache
from typing import Final
from urllib.parse import unquote, urlsplit

from sparktrack.core.cells import INVISIBLE, Cell, Refusal, cell_text, has_lost_digits, quoted


class BadHandle(Refusal):
    """The text is no TikTok handle."""


class BadLink(Refusal):
    """The text is no link to a TikTok post."""


class OtherPlatform(Refusal):
    """The link leads to a post on another platform."""

    def __init__(self, message: str, platform: str) -> None:
        super().__init__(message)
        self.platform = platform


class BadPostId(Refusal):
    """The text is no TikTok post id."""


class LinkKind(StrEnum):
    """What a link to a post says about it."""

    VIDEO = "video"
    PHOTO = "photo"
    SHORT = "short"  # vm.tiktok.com, vt.tiktok.com, /t/: no id until somebody follows it


@dataclass(frozen=True, slots=True)
class PostLink:
    """A link to a TikTok post, cleaned."""

    kind: LinkKind
    url: str  # canonical; for a short link the short link itself; "" as long as id is known but the handle is not
    post_id: str = ""  # 15 to 20 digits, "" for a short link
    handle: str = ""  # lower case, "" where the link names none

    def url_for(self, handle: str) -> str:
        """The canonical URL, with ``handle`` (lower case, no ``@``) where the link itself names none."""
        return self.url or _canonical(handle, self.kind, self.post_id)


_HANDLE: Final = re.compile(r"(?=\.*[a-z0-9_])[a-z0-9_.]{1,64}", re.ASCII)
_HOSTS: Final = frozenset({"tiktok.com", "www.tiktok.com", "m.tiktok.com"})
_SHORT_HOSTS: Final = frozenset({"vm.tiktok.com", "vt.tiktok.com"})
_PLATFORMS: Final = {
    "instagram.com": "Instagram",
    "instagr.am": "Instagram",
    "ig.me": "Instagram",
    "youtube.com": "YouTube",
    "youtu.be": "YouTube",
    "facebook.com": "Facebook",
    "fb.com": "Facebook",
    "fb.watch": "Facebook",
    "fb.me": "Facebook",
    "snapchat.com": "Snapchat",
    "x.com": "X",
    "twitter.com": "X",
    "t.co": "X",
    "threads.net": "Threads",
    "threads.com": "Threads",
    "pinterest.com": "Pinterest",
    "pin.it": "Pinterest",
    "linkedin.com": "LinkedIn",
    "lnkd.in": "LinkedIn",
    "reddit.com": "Reddit",
    "redd.it": "Reddit",
    "twitch.tv": "Twitch",
    "vimeo.com": "Vimeo",
    "bsky.app": "Bluesky",
    "lemon8-app.com": "Lemon8",
    "likee.video": "Likee",
    "kwai.com": "Kwai",
    "triller.co": "Triller",
}
_PATHS: Final = (
    re.compile(
        r"/@(?P<handle>[a-z0-9_.]{0,64})/(?P<kind>video|photo)/(?P<id>\d{15,20})/?", re.ASCII | re.IGNORECASE
    ),
    re.compile(r"/v/(?P<id>\d{15,20})(?:\.html)?/?", re.ASCII | re.IGNORECASE),
    re.compile(r"/(?:embed(?:/v\d)?|player/v\d)/(?P<id>\d{15,20})/?", re.ASCII | re.IGNORECASE),
)
_PROFILE: Final = re.compile(r"/@(?P<handle>[a-z0-9_.]{1,64})(?:/.*)?", re.ASCII | re.IGNORECASE)
_SHORT_PATH: Final = re.compile(r"/(?P<key>[A-Za-z0-9_-]{4,32})/?", re.ASCII)
_SHORT_T_PATH: Final = re.compile(r"/t/(?P<key>[A-Za-z0-9_-]{4,32})/?", re.ASCII)
_POST_ID: Final = re.compile(r"\d{15,20}", re.ASCII)
_SCHEME: Final = re.compile(r"https?://|//", re.IGNORECASE)
_FORBIDDEN: Final = re.compile(r"[\s\\\x00-\x1f\x7f]")
_DROPPED: Final = dict.fromkeys(map(ord, INVISIBLE))
_WRAPPING: Final = "\"'`“”‘’«»„‚<>()[]{},;"


def parse_handle(cell: Cell) -> str:
    """``Name``, ``@name`` or a profile or post URL → ``name``. Raises BadHandle, OtherPlatform."""
    text = _unwrapped(cell)
    if "/" in text:
        host, path = _split(cell, text, BadHandle)
        found = _PROFILE.fullmatch(path) if host in _HOSTS else None
        handle = found["handle"].lower() if found else ""
    else:
        handle = text.replace("＠", "@").removeprefix("@").strip().lower()
    if not _HANDLE.fullmatch(handle):
        raise BadHandle(f"{quoted(cell)} is not a TikTok handle: letters, digits, “_” and “.” only.")
    return handle


def parse_post_link(cell: Cell) -> PostLink:
    """The post a pasted link leads to.

    Takes ``www.``, ``m.`` and bare ``tiktok.com`` with or without scheme and any query. Raises OtherPlatform for a
    link to another network and BadLink for everything else, look-alike hosts included.
    """
    if has_lost_digits(cell):
        raise BadLink(f"{quoted(cell)} was rounded by the spreadsheet; paste the link to the post instead.")
    return _parse_post_link(cell_text(cell))


@lru_cache(maxsize=4096)
def _parse_post_link(text: str) -> PostLink:
    host, path = _split(text, _unwrapped(text), BadLink)
    short = None
    if host in _SHORT_HOSTS:
        short = _SHORT_PATH.fullmatch(path)
    elif host in _HOSTS:
        short = _SHORT_T_PATH.fullmatch(path)
        host = "www.tiktok.com/t"
        for pattern in _PATHS:
            found = pattern.fullmatch(path)
            if found:
                parts = found.groupdict(default="")
                return _post_link(parts.get("handle", "").lower(), parts.get("kind", "").lower(), parts["id"])
    if short:
        return PostLink(LinkKind.SHORT, f"https://{host}/{short['key']}/")
    raise BadLink(f"{quoted(text)} is not a link to a TikTok post.")


def parse_post_id(cell: Cell) -> str:
    """A post id: 15 to 20 digits, a string. Raises BadPostId, also for an id that a spreadsheet rounded."""
    if has_lost_digits(cell):
        raise BadPostId(f"{quoted(cell)} was rounded by the spreadsheet; paste the link to the post instead.")
    text = _unwrapped(cell)
    if not _POST_ID.fullmatch(text):
        raise BadPostId(f"{quoted(cell)} is not a TikTok post id: 15 to 20 digits.")
    return text


def posted_at(post_id: str) -> datetime:
    """The instant (UTC, whole seconds) at which the post with this id was born: ``id >> 32`` (DOMAIN.md §8)."""
    return datetime.fromtimestamp(int(post_id) >> 32, UTC)


def _unwrapped(cell: Cell) -> str:
    """The text without invisible characters and without quotes, brackets and commas around it."""
    return cell_text(cell).translate(_DROPPED).strip(_WRAPPING + " ").replace("&amp;", "&")


def _split(cell: Cell, text: str, error: type[BadHandle] | type[BadLink]) -> tuple[str, str]:
    """Host (lower case) and path (unquoted once) of an http(s) URL; a missing scheme is added."""
    refusal = error(f"{quoted(cell)} is not a link to TikTok.")
    if _FORBIDDEN.search(text):
        raise refusal
    scheme = _SCHEME.match(text)
    try:
        parts = urlsplit("https://" + (text[scheme.end() :] if scheme else text))
        host, port = (parts.hostname or "").removesuffix("."), parts.port
    except ValueError:
        raise refusal from None
    if parts.username is not None or port not in (None, 80, 443) or "." not in host:
        raise refusal
    for domain, platform in _PLATFORMS.items():
        if host == domain or host.endswith("." + domain):
            raise OtherPlatform(f"{quoted(cell)} leads to {platform}, not to TikTok.", platform)
    return host, unquote(parts.path)


def _canonical(handle: str, kind: LinkKind, post_id: str) -> str:
    return f"https://www.tiktok.com/@{handle}/{kind}/{post_id}"


def _post_link(handle: str, kind: str, post_id: str) -> PostLink:
    link_kind = LinkKind.PHOTO if kind == "photo" else LinkKind.VIDEO
    return PostLink(link_kind, _canonical(handle, link_kind, post_id) if handle else "", post_id, handle)
