"""What a chat message or a mail delivers: codes with the post, the days and the creator they belong to (DOMAIN.md §8).

Plain text in, no network, no clock. Nothing is guessed in silence: where a message leaves two readings, the pair is
marked as unsure and a person decides. When a code was generated is never read out of a message: "today" was another
day when it was written.
"""

import re
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Final, TypeVar

from sparktrack.core.cells import INVISIBLE, Refusal
from sparktrack.tiktok.codes import CleanCode, clean_code
from sparktrack.tiktok.links import (
    LinkKind,
    OtherPlatform,
    PostLink,
    parse_handle,
    parse_post_link,
)
from sparktrack.tiktok.pairing import Found, Layout

# A chat of a whole year is not a message.
LONGEST: Final = 20_000

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Deliverable:
    """A code of a message; ``sure``: no other link of the message could be meant."""

    code: CleanCode
    link: PostLink | None = None
    days: int | None = None
    handle: str = ""  # of the link, else the one that is named near the code; lower case, "" if none
    sure: bool = True


@dataclass(frozen=True, slots=True)
class Message:
    """What was found in a message, in its order.

    ``other_links`` stand beside no code, ``platforms`` are those of links to posts elsewhere, ``masked`` the endings
    of codes that are shown in part only (``""`` where none is shown).
    """

    deliverables: tuple[Deliverable, ...]
    other_links: tuple[PostLink, ...] = ()
    platforms: tuple[str, ...] = ()
    masked: tuple[str, ...] = ()


def read_message(text: str) -> Message:
    """The codes of ``text`` with what is said of each; repeated codes once.

    Reads chats with or without names and times, quoted mails, rows of sheets, lists; a code before or after its link,
    broken over lines or escaped as in an address; days in English, German, Spanish and French.
    """
    text = _plain(text[:LONGEST])
    links, handles, platforms, text = _links(text)
    codes, text = _codes(text)
    masked, text = _masked(text)
    if not links:
        links = [Found(*found.span(), _post_of(found[0])) for found in _POST_ID.finditer(text)]
    days, text = _days(text, codes)
    handles += _named_handles(text)
    layout = Layout(text)

    pairs = layout.aligned(codes, links)
    taken = {id(link) for link in pairs if link}
    spare = [link for link in links if id(link) not in taken]
    lengths = _lengths(layout, codes, days)
    deliverables: dict[str, Deliverable] = {}
    for code, link, length in zip(codes, pairs, lengths, strict=True):
        handle = link.value.handle if link else ""
        found = Deliverable(
            code.value,
            link.value if link else None,
            length,
            handle or layout.nearest_handle(code, handles),
            sure=link is None or not layout.rivals(code, link, spare),
        )
        deliverables.setdefault(code.value.value, found)
    named = {found.link for found in deliverables.values()}
    others = dict.fromkeys(link.value for link in spare if link.value not in named)
    return Message(
        tuple(deliverables.values()), tuple(others), tuple(dict.fromkeys(platforms)), tuple(masked)
    )


# --- Text ----------------------------------------------------------------------------------------------------------
_DROPPED: Final = dict.fromkeys(map(ord, INVISIBLE))
_QUOTING: Final = re.compile(r"^[ \t]*(?:>[ \t]?)+", re.MULTILINE)
_BROKEN_LINK: Final = re.compile(r"(/(?:video|photo)/)\s+(?=\d{15,20})", re.IGNORECASE)
_NEAR: Final = 80
_TAKEN: Final = "\ue000"  # stands where something was found, so that positions stay


def _plain(text: str) -> str:
    text = text.translate(_DROPPED).replace(_TAKEN, " ").replace("\r\n", "\n").replace("\r", "\n")
    text = text.replace("\u00a0", " ").replace("\u202f", " ").replace("＠", "@").replace("&amp;", "&")
    return _BROKEN_LINK.sub(r"\1", _QUOTING.sub("", text))


def _without(text: str, found: Sequence[Found[T]]) -> str:
    letters = list(text)
    for item in found:
        letters[item.start : item.end] = _TAKEN * (item.end - item.start)
    return "".join(letters)


def _before(text: str, found: re.Match[str]) -> str:
    """What stands right before something, as far as it can matter."""
    return text[max(found.start() - _NEAR, 0) : found.start()]


# --- Links ---------------------------------------------------------------------------------------------------------
_END: Final = r"[^\s<>|\"'“”„‘’«»()\[\]{},;#`*]"
_URL: Final = re.compile(
    rf"(?:https?://{_END}+|(?<![\w@./-])(?:[a-z0-9-]+\.)*tiktok\.com/{_END}+)", re.IGNORECASE | re.ASCII
)
_POST_ID: Final = re.compile(r"(?<![\w.+/=#%-])\d{15,20}(?![\w.+/=%-])", re.ASCII)


def _links(text: str) -> tuple[list[Found[PostLink]], list[Found[str]], list[str], str]:
    links: list[Found[PostLink]] = []
    handles: list[Found[str]] = []
    platforms: list[str] = []
    urls = []
    for found in _URL.finditer(text):
        url = found[0].rstrip(".!?:_~…")
        span = found.start(), found.start() + len(url)
        urls.append(Found(*span, url))
        try:
            links.append(Found(*span, parse_post_link(url)))
        except OtherPlatform as elsewhere:
            platforms.append(elsewhere.platform)
        except Refusal:
            with suppress(Refusal):
                handles.append(Found(*span, parse_handle(url)))
    return links, handles, platforms, _without(text, urls)


def _post_of(post_id: str) -> PostLink:
    """A post of which only the id is written."""
    return PostLink(LinkKind.VIDEO, "", post_id)


_HANDLE: Final = re.compile(r"(?<![\w@./+-])@([A-Za-z0-9_.]{2,24})(?![\w@])", re.ASCII)
_NOBODY: Final = frozenset({"all", "channel", "everyone", "here", "team"})


def _named_handles(text: str) -> list[Found[str]]:
    handles = []
    for found in _HANDLE.finditer(text):
        name = found[1].rstrip(".").lower()
        if name and name not in _NOBODY:
            handles.append(Found(*found.span(), name))
    return handles


# --- Codes ---------------------------------------------------------------------------------------------------------
_CHAR: Final = r"(?:[A-Za-z0-9+/]|%2[bBfF])"
_LAST: Final = r"(?:=|%3[dD])"
# TikTok's example, also where a mail or a chat broke it over lines. What was read is never read another way (the plus
# behind the numbers): prose with double blanks behind a "#" would be tried in more ways than there is time for.
_GAP: Final = r"[ \t]{0,8}+(?:\n[ \t]{0,8}+)?+"
_WHOLE: Final = re.compile(rf"(?:#|%23)[ \t]?(?:{_CHAR}{_GAP}){{63}}+{_LAST}", re.ASCII)
_TOKEN: Final = re.compile(rf"(?<![\w+/=%#@.])(?:#|%23)?(?:{_CHAR}|{_LAST}){{12,}}(?![\w+/=%@…*•])", re.ASCII)
_LABEL: Final = re.compile(
    r"(?:code|c[oó]digo|autorisierungscode)\W{0,3}(?:is|ist|lautet|es)?\W{0,4}\Z", re.IGNORECASE
)
_BREAKS: Final = re.compile(r"\s+")
_MOST_BREAKS: Final = 4
_LONG: Final = 32
_LONGEST_HASHTAG: Final = 48
_LABELLED: Final = 16


def _codes(text: str) -> tuple[list[Found[CleanCode]], str]:
    """All codes, in order, and the text without them."""
    whole = [
        found for found in _WHOLE.finditer(text) if len(_BREAKS.findall(found[0].strip())) <= _MOST_BREAKS
    ]
    codes = [Found(*found.span(), clean_code(found[0])) for found in whole]
    text = _without(text, codes)
    odd = [
        Found(*found.span(), clean_code(found[0]))
        for found in _TOKEN.finditer(text)
        if _is_code(found[0], labelled=_LABEL.search(_before(text, found)) is not None)
    ]
    text = _without(text, odd)
    if not codes and not odd and (alone := _alone(text)):
        odd, text = [alone], ""
    return sorted(codes + odd, key=lambda found: found.start), text


def _is_code(token: str, *, labelled: bool) -> bool:
    """Whether a word can be a code; neither a hashtag nor a discount code nor a number is."""
    if token.startswith(("#", "%23")):
        return len(token) > _LONGEST_HASHTAG or (
            len(token) >= _LABELLED and any(sign in token for sign in "+/=%")
        )
    return _is_mixed(token) and len(token) >= (_LABELLED if labelled else _LONG)


def _is_mixed(token: str) -> bool:
    return (
        any(letter.islower() for letter in token)
        and any(letter.isupper() for letter in token)
        and any(letter.isdigit() for letter in token)
    )


def _alone(text: str) -> Found[CleanCode] | None:
    """A text of one word is a code, however odd: whoever pastes a single word here means one."""
    word = text.strip()
    if not word or _TAKEN in word or "@" in word or len(word.split()) > 1 or _POST_ID.fullmatch(word):
        return None
    with suppress(Refusal):
        return Found(0, len(text), clean_code(word))
    return None


_MASKED: Final = re.compile(
    r"(?<![\w+/=#])(?:#[A-Za-z0-9+/]{4,}(?:…|\.{3,}|[*•]{3,})(?P<after>[A-Za-z0-9+/]{0,8}=?)"
    r"|(?<![….*•])(?:…|\.{3,}|[*•]{3,})(?P<ending>[A-Za-z0-9+/]{1,8}=))",
    re.ASCII,
)


def _masked(text: str) -> tuple[list[str], str]:
    found = [
        Found(*item.span(), (item["after"] or item["ending"] or "")[-4:]) for item in _MASKED.finditer(text)
    ]
    return [item.value for item in found], _without(text, found)


# --- Days ----------------------------------------------------------------------------------------------------------
_UNITS: Final = {
    1: "d|days?|t|tage?n?|días?|dias?|jours?",
    7: "wks?|weeks?|wochen?|semanas?|semaines?",
    30: "mos?|months?|monate?n?|mes|meses|mois",
    365: "yrs?|years?|jahre?n?|años?|ans?",
}
_LENGTH: Final = re.compile(
    r"(?<![\w.,:/+-])(?:(?P<number>\d{1,4})|(?P<one>an?|one|eine?n?|un)(?=[ ]))[ ]?-?[ ]?(?:"
    + "|".join(f"(?P<u{length}>{words})" for length, words in _UNITS.items())
    + r")(?!\w)",
    re.IGNORECASE,
)
# "posted 3 days ago", "in 5 days", "rights for 12 months" say nothing about the window of a code.
_BEFORE: Final = re.compile(
    r"\b(?:in|within|after|every|last|past|next|vor|innerhalb von|nach|hace|dentro de|en|il y a|dans)\s*\Z",
    re.IGNORECASE,
)
_OF_RIGHTS: Final = re.compile(
    r"right|usage|licen[cs]|exclusiv|nutzung|recht|derecho|droit|payment|invoice|net\b", re.IGNORECASE
)
_AFTER: Final = re.compile(
    r"\s*(?:ago|left|remaining|later|old|before|after|of usage|usage|übrig|später|restantes)\b", re.IGNORECASE
)
_CLAUSE: Final = re.compile(r"[.,;\n(]")
_CELL: Final = re.compile(r"(?:^|[\t|;])[ ]*(7|30|60|180|365)[ ]*(?=$|[\t|;])", re.MULTILINE)
_MOST_DAYS: Final = 3_650


def _days(text: str, codes: Sequence[Found[CleanCode]]) -> tuple[list[Found[int]], str]:
    found = []
    for item in _LENGTH.finditer(text):
        clause = _CLAUSE.split(_before(text, item))[-1]
        if _BEFORE.search(clause) or _OF_RIGHTS.search(clause) or _AFTER.match(text, item.end()):
            continue
        unit = next(length for length in _UNITS if item[f"u{length}"])
        if item["one"] and unit == 1:
            continue  # "a day" is no window
        number = int(item["number"] or 1)
        days = number // 12 * 365 + number % 12 * 30 if unit == 30 else number * unit
        if 1 <= days <= _MOST_DAYS:
            found.append(Found(*item.span(), days))
    # Cells of a sheet have no unit; only beside a code is such a number a window.
    for item in _CELL.finditer(text):
        start, end = text.rfind("\n", 0, item.start(1)) + 1, text.find("\n", item.end())
        if any(start <= code.start < (len(text) if end < 0 else end) for code in codes):
            found.append(Found(item.start(1), item.end(1), int(item[1])))
    found.sort(key=lambda item: item.start)
    return found, _without(text, found)


def _lengths(
    layout: Layout, codes: Sequence[Found[CleanCode]], days: Sequence[Found[int]]
) -> list[int | None]:
    """The window of each code: what the whole message says, else what stands beside it."""
    said = {item.value for item in days}
    if len(said) == 1:
        return [days[0].value] * len(codes)
    return [item.value if item else None for item in layout.aligned(codes, days)]
