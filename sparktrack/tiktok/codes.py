"""Spark codes out of whatever people paste (DOMAIN.md §8). A code is a secret: no message and no repr holds one."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

from sparktrack.core.cells import INVISIBLE, Cell, Refusal, cell_text


class NoCode(Refusal):
    """Nothing is left of the text, or it is a word for nothing."""


class MaskedCode(Refusal):
    """The text is a masked code; ``ending`` is what it shows (at most four characters, perhaps none)."""

    def __init__(self, message: str, ending: str) -> None:
        super().__init__(message)
        self.ending = ending


@dataclass(frozen=True, slots=True)
class CleanCode:
    """A code as TikTok takes it."""

    value: str = field(repr=False)
    odd: bool  # does not look like TikTok's official example: worth a warning, never a refusal

    @property
    def ending(self) -> str:
        """The part that may be shown."""
        return ending(self.value)


# TikTok's example: "#" and 64 base64 characters, the last of them "=".
_OFFICIAL: Final = re.compile(r"#[A-Za-z0-9+/]{63}=", re.ASCII)
_QUOTES: Final = "\"'`´“”„‟‘’‚‛«»‹›′″＂＇"
_DROPPED: Final = dict.fromkeys(map(ord, INVISIBLE + _QUOTES)) | dict.fromkeys([*range(32), *range(127, 160)])
_ESCAPES: Final = {"%2b": "+", "%2f": "/", "%3d": "=", "%23": "#"}
_ESCAPE: Final = re.compile("%2b|%2f|%3d|%23", re.IGNORECASE)
_LETTERS: Final = re.compile(rf"{_ESCAPE.pattern}|[\s\S]", re.IGNORECASE)
_QUOTING: Final = re.compile(r"(?:^|(?<=\r))[ \t]*(?:>[ \t]?)+", re.MULTILINE)
_MARK: Final = "\0"  # stands where a line is quoted; no code has it
_NOTHING: Final = frozenset(
    "- -- --- – — ? ?? … .. ... n/a na none null nil tbd tba #n/a #ref! #value! #name? #div/0! #null! #num!".split()
)
_ENDING_IN_WORDS: Final = re.compile(r"(?:spark )?code ending (?:in |with )?[…. ]*(\S{0,8})", re.IGNORECASE)
_MASKED: Final = re.compile(
    r"#?[A-Za-z0-9+/=]*(?:…|\.{2,}|[*•●∙·]{2,})[….*•●∙·]*(?P<dots>[A-Za-z0-9+/=]{0,8})|#?[xX]{4,}(?P<x>[A-Za-z0-9+/=]{1,8})",
    re.ASCII,
)


def clean_code(cell: Cell) -> CleanCode:
    """The code without spaces, invisible characters, quotes and line breaks, and with ``%2B %2F %3D %23`` undone.

    Case and all other characters stay. Raises MaskedCode for ``…k2Y=`` and the like, NoCode if nothing is left or
    the cell holds a word for nothing (``n/a``, ``-``, ``#REF!``).
    """
    text = cell_text(cell)
    value = _ESCAPE.sub(lambda found: _ESCAPES[found[0].lower()], _compact(text))
    if not value or value.casefold() in _NOTHING:
        raise NoCode("There is no code.")
    shown = masked_ending(text)
    if shown is not None:
        raise MaskedCode("This code is masked; the whole code is needed.", shown)
    return CleanCode(value, odd=not _OFFICIAL.fullmatch(value))


def masked_ending(cell: Cell) -> str | None:
    """The ending that a masked code shows (``""`` if none), or None if the text is not a masked code.

    Masked are ``…k2Y=``, ``...k2Y=``, ``***k2Y=``, ``code ending k2Y=``, ``#abc…k2Y=``.
    """
    text = cell_text(cell)
    words = _ENDING_IN_WORDS.fullmatch(text)
    if words:
        return words[1][-4:]
    found = _MASKED.fullmatch(_compact(text))
    return (found["dots"] or found["x"] or "")[-4:] if found else None


def ending(code: str) -> str:
    """The last four characters of a code, of a very short one at most half: what lists, mails and logs may show."""
    return code[len(code) - min(4, len(code) // 2) :]


def mask(code: str) -> str:
    """``…k2Y=``: a code as exports hold it; ``masked_ending`` reads it back."""
    return "…" + ending(code)


def stretches_of(text: str, codes: Iterable[str]) -> list[list[tuple[int, int]]]:
    """Where in a message each of the codes that were read out of it stands, first and behind last character.

    Several stretches where marks of quoting (``>``) stand inside: joined and cleaned they are the code. Empty if it
    cannot be told.
    """
    text = _QUOTING.sub(lambda found: _MARK * len(found[0]), text)
    kept = [
        found
        for found in _LETTERS.finditer(text)
        if ord(found[0][0]) not in _DROPPED and not found[0].isspace()
    ]
    compact = "".join(_ESCAPES.get(found[0].lower(), found[0]) for found in kept)
    places = []
    for code in codes:
        first = compact.find(code)
        stretches: list[tuple[int, int]] = []
        for letter in kept[first : first + len(code)] if first >= 0 else ():
            if stretches and _MARK not in text[stretches[-1][1] : letter.start()]:
                stretches[-1] = stretches[-1][0], letter.end()
            else:
                stretches.append(letter.span())
        places.append(stretches)
    return places


def _compact(text: str) -> str:
    return "".join(text.translate(_DROPPED).split())
