"""One cell of a sheet or one field of a form: text out of it, numbers and yes or no from it."""

import re
from datetime import date, datetime, time, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Final

from sparktrack.core.refusals import RefusedError

# What a reader hands out: text as typed, whole numbers as int, real date cells as date or datetime, blank as "".
Cell = str | int | float | bool | date | datetime | time | timedelta

# Zero-width characters, direction marks, soft hyphen, byte order mark: pasted along, seen by nobody.
INVISIBLE: Final = (
    "\u00ad\u034f\u061c\u180e\u200b\u200c\u200d\u200e\u200f\u202a\u202b\u202c\u202d\u202e"
    "\u2060\u2061\u2062\u2063\u2064\u2066\u2067\u2068\u2069\ufeff"
)
_SPACES: Final = (
    " \t\n\r\v\f\x1c\x1d\x1e\x1f\x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a"
    "\u2028\u2029\u202f\u205f\u3000"
)
_BLANKS: Final = _SPACES + INVISIBLE
_UNSEEN: Final = dict.fromkeys(map(ord, INVISIBLE))
_CODE_LIKE: Final = re.compile(r"#?[A-Za-z0-9+/%=]{36,}")
_ROUNDED_ID: Final = re.compile(r"\d([.,]\d+)?[Ee]\+?(1[4-9]|20)")
_SHOWN_LENGTH: Final = 60


class Refusal(RefusedError):  # noqa: N818 - named by what was refused: BadDate, UnusableFile, …
    """Something a person gave cannot be used: the base of BadDate, UnusableFile, …"""


class BadNumber(Refusal):
    """The cell holds no amount of money or no count."""


def cell_text(cell: Cell) -> str:
    """The cell as text, without blanks and invisible characters at its ends; whole numbers without ``.0``."""
    if isinstance(cell, str):
        return cell.strip(_BLANKS)
    if isinstance(cell, bool):
        return "TRUE" if cell else "FALSE"
    if isinstance(cell, datetime):
        return cell.isoformat(sep=" ")
    if isinstance(cell, float) and cell.is_integer() and not has_lost_digits(cell):
        return str(int(cell))
    return str(cell)


def is_blank(cell: Cell) -> bool:
    """True for a cell without anything a person can see."""
    return isinstance(cell, str) and (not cell or not cell.strip(_BLANKS))


def masked(text: str) -> str:
    """``text`` with anything that could be a code cut down to its ending, also one with unseen characters in it."""
    if not text.isascii() and _CODE_LIKE.search(seen := text.translate(_UNSEEN)):
        text = seen
    return _CODE_LIKE.sub(lambda found: "…" + found[0][-4:], text)


def quoted(cell: Cell) -> str:
    """The cell in quotation marks, for a message: shortened, and anything that could be a code masked."""
    text = masked(cell_text(cell))
    return f"“{text if len(text) <= _SHOWN_LENGTH else text[: _SHOWN_LENGTH - 1] + '…'}”"


def has_lost_digits(cell: Cell) -> bool:
    """True if a spreadsheet kept a long id (a TikTok post id) as a number and rounded it.

    Spreadsheets keep 15 digits of a number; a post id has 19. The rest is gone for good: ask for the link instead.
    """
    if isinstance(cell, float | int) and not isinstance(cell, bool):
        return abs(cell) >= 10**15
    return isinstance(cell, str) and _ROUNDED_ID.fullmatch(cell_text(cell)) is not None


# --- numbers -------------------------------------------------------------------------------------------------------

_CURRENCY: Final = re.compile(
    r"us\$|ca\$|c\$|au\$|a\$|nz\$|r\$|hk\$|s\$|[$€£¥₹₩₽₺₴₪₫฿]|\b(usd|eur|gbp|cad|aud|nzd|chf|sek|nok|dkk|pln|czk|jpy|cny|inr|"
    r"brl|mxn|zar|aed|sgd|hkd|krw|try|thb)\b|\bzł\b|\bkr\b",
    re.IGNORECASE,
)
_PER_DAY: Final = re.compile(r"\s*(/|per|a|each)\s*(day|d)$|\s*daily$", re.IGNORECASE)
_NUMBER: Final = re.compile(
    r"(?P<whole>[1-9]\d{0,2}(?P<group>[ '.,])\d{3}(?:(?P=group)\d{3})*|\d+)(?:(?P<mark>[.,])(?P<rest>\d+))?",
    re.ASCII,
)
_SPACES_AND_APOSTROPHES: Final = str.maketrans({"\u00a0": " ", "\u2009": " ", "\u202f": " ", "’": "'"})
_SHORT_COUNT: Final = re.compile(r"(\d{1,6}(?:\.\d{1,6})?) ?([km])", re.ASCII | re.IGNORECASE)
_CENT: Final = Decimal("0.01")
_MOST_MONEY: Final = Decimal(10) ** 9
_MOST_COUNT: Final = 10**13


def parse_money(cell: Cell) -> Decimal:
    """An amount with two decimals: ``200``, ``$1,200.50``, ``1.200,50 €``, ``1 200 USD per day``.

    The currency is not judged. A single separator before exactly three digits groups thousands (``1.200`` is twelve
    hundred): money has two decimals. Raises BadNumber, also for negative amounts and from a thousand million on.
    """
    text = _PER_DAY.sub("", cell_text(cell))
    amount = _number(cell, _CURRENCY.sub("", text).strip(_BLANKS))
    if amount is None:
        raise BadNumber(f"{quoted(cell)} is not an amount of money.")
    if amount >= _MOST_MONEY:
        raise BadNumber(f"{quoted(cell)} is more money than can be meant.")
    return amount.quantize(_CENT, ROUND_HALF_UP)


def parse_count(cell: Cell) -> int:
    """A number of views, likes, comments: ``12345``, ``12,345``, ``12.3k``, ``1.2M``. Raises BadNumber."""
    text = cell_text(cell)
    short = _SHORT_COUNT.fullmatch(text)
    if short:
        number: Decimal | None = Decimal(short[1]) * {"k": 1_000, "m": 1_000_000}[short[2].casefold()]
    else:
        number = _number(cell, text)
    if number is None or number >= _MOST_COUNT or number != int(number):
        raise BadNumber(f"{quoted(cell)} is not a count.")
    return int(number)


def _number(cell: Cell, text: str) -> Decimal | None:
    """What ``text``, taken from ``cell``, says; None if that is no number from 0 up."""
    if isinstance(cell, int | float) and not isinstance(cell, bool):
        number = Decimal(str(cell))
        return number if number.is_finite() and number >= 0 else None
    found = _NUMBER.fullmatch(text.translate(_SPACES_AND_APOSTROPHES)) if isinstance(cell, str) else None
    if not found or len(text) > 30 or (found["group"] and found["group"] == found["mark"]):
        return None
    whole = found["whole"].replace(found["group"], "") if found["group"] else found["whole"]
    return Decimal(f"{whole}.{found['rest'] or 0}")


# --- yes and no ----------------------------------------------------------------------------------------------------

_YES: Final = frozenset("yes y true t 1 x ✓ ✔ ✅ ok on si sí oui ja".split())
_NO: Final = frozenset("no n false f 0 ✗ ✘ ❌ off nein non".split())
_NEGATIONS: Final = frozenset("no not non without excluding excl unpaid never".split())
_PAID_WORDS: Final = frozenset(
    "paid unpaid ad ads advertising amplification boost boosting boosted spark whitelisting allowlisting".split()
)
_ORGANIC_WORDS: Final = frozenset({"organic", "organically"})
_GRANTED: Final = frozenset("approved allowed granted included both".split())
_FILLERS: Final = _GRANTED | frozenset("and plus only social media usage use rights ok yes".split())
_WORD: Final = re.compile(r"[^\W_]+|[✓✔✅✗✘❌]")


def parse_yes_no(cell: Cell) -> bool | None:
    """True, False, or None for a word that says neither.

    Knows yes, no, true, false, 1, 0 and the words of a rights column: ``Organic only`` is no, ``Organic + paid
    social`` is yes, ``no paid ads`` is no. A phrase with any unknown word (``paid, tbd``) says neither.
    """
    if isinstance(cell, bool):
        return cell
    words = _WORD.findall(cell_text(cell).casefold())
    if len(words) == 1 and words[0] in _YES:
        return True
    if len(words) == 1 and words[0] in _NO:
        return False
    return _paid_phrase(frozenset(words))


def _paid_phrase(words: frozenset[str]) -> bool | None:
    if not words or words - (_NEGATIONS | _PAID_WORDS | _ORGANIC_WORDS | _FILLERS):
        return None
    if words & _NEGATIONS:
        return False
    if words & (_PAID_WORDS | _GRANTED):
        return True
    return False if words & _ORGANIC_WORDS else None
