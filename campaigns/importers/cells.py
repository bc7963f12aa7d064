"""Cells by field with the messages beside them: what every cleaner of a row uses."""

import re
from collections.abc import Callable
from datetime import UTC, date, datetime
from enum import StrEnum
from typing import Final, TypeVar
from zoneinfo import ZoneInfo

from campaigns.importers.columns import Field
from campaigns.importers.messages import Message, Problem
from sparktrack.core.cells import INVISIBLE, Cell, Refusal, cell_text
from sparktrack.core.dates import AmbiguousDate, BadDate, DateOrder, When, parse_date
from sparktrack.core.tabular import Header, Row
from sparktrack.tiktok.codes import ending

T = TypeVar("T")
EnumT = TypeVar("EnumT", bound=StrEnum)

# Words for nothing in cells that hold a date, a number, a link or a choice.
_NOTHING: Final = frozenset(
    "- -- --- – — ? ?? … n/a na n.a. none nil null tbd tba tbc #n/a #ref! #value! #name?".split()
)
# A code in a column where none belongs: 36 and more characters that codes are made of; with its # whatever it is glued
# to ("code:#…"), without it not as a part of a link.
_CODE: Final = re.compile(r"(?:#|%23)[A-Za-z0-9+/%=]{36,}|(?<![\w/.?&=@%+#-])(?!//)[A-Za-z0-9+/%=]{36,}")
_WHOLE_CODE: Final = re.compile(r"#?[A-Za-z0-9+/%=]{36,}")
_SHORTEST_CODE: Final = 36
_OFFICIAL_LENGTH: Final = 65  # "#" and 64 characters: a code however it is broken up
_UNSEEN: Final = dict.fromkeys(map(ord, INVISIBLE))
_CONTROL: Final = dict.fromkeys([*range(9), 11, 12, *range(14, 32), 127])
_BETWEEN_WORDS: Final = re.compile(r"[\W_]+")


def clean_text(cell: Cell) -> str:
    """The text of a cell without blanks at its ends, with one kind of line break, and with codes masked."""
    text = cell_text(cell)
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    if not text.isprintable():
        text = text.translate(_CONTROL)
    if len(text) < _SHORTEST_CODE:
        return text
    if not text.isascii() and (is_code_like(seen := text.translate(_UNSEEN)) or _CODE.search(seen)):
        text = seen  # a code with a zero-width character in it is a code all the same
    if is_code_like(text):
        return "…" + ending("".join(text.split()))
    return _CODE.sub(lambda found: "…" + ending(found[0]), text)


def is_code_like(cell: Cell) -> bool:
    """Whether a cell that should hold something else may be a code, perhaps with line breaks in it."""
    pieces = cell_text(cell).strip("\"'").split()
    # Words of a sentence are short; a code that chats and mails broke into lines is not.
    whole = "".join(pieces)
    long_enough = max(map(len, pieces), default=0) >= 20 or (
        whole[:1] == "#" and len(whole) == _OFFICIAL_LENGTH
    )
    return long_enough and _WHOLE_CODE.fullmatch(whole) is not None


def one_line(text: str) -> str:
    """``text`` with every run of white space as one space."""
    return " ".join(text.split())


def folded(text: str) -> str:
    """``Problem / Solution`` → ``problem_solution``: how words are compared with the members of an enum."""
    return _BETWEEN_WORDS.sub("_", text.casefold()).strip("_")


def as_choice(enum: type[EnumT], text: str) -> EnumT | None:
    """The member of ``enum`` that ``text`` names, however it is spelled; None for another word."""
    try:
        return enum(folded(text))
    except ValueError:
        return None


def moment(when: When, zone: str) -> tuple[date | None, datetime | None]:
    """A typed date, or the instant (UTC) where the cell says the time; a time without a zone is read in ``zone``."""
    if when.instant is not None:
        return None, when.instant
    if when.clock is not None:
        return None, datetime.combine(when.day, when.clock, ZoneInfo(zone)).astimezone(UTC)
    return when.day, None


def day_of(when: When, zone: str) -> date:
    """The calendar day of a cell in the IANA ``zone``."""
    return when.instant.astimezone(ZoneInfo(zone)).date() if when.instant is not None else when.day


class RowCells:
    """The cells of one row by field, and what there is to say about them."""

    def __init__(self, header: Header, columns: dict[str, str], row: Row, order: DateOrder | None) -> None:
        """``columns``: field → header, worked out once for all rows; ``order`` of numeric dates, None = unknown."""
        self.number = row.number
        self.messages: list[Message] = []
        self.notes: dict[str, str] = {}
        self._cells = header.record(row.cells)
        self._columns = columns
        self._order = order

    def say(self, field: Field, problem: Problem, text: str) -> None:
        """Put a message beside the cell of ``field``."""
        if is_code_like(self.raw(field)) and field is not Field.CODE:
            text = "This looks like a code, which does not belong here."
        self.messages.append(Message(self.number, self._columns.get(field, ""), problem, text))

    def column(self, field: Field) -> str:
        """The header over ``field`` on one line; the field's own name if there is none."""
        return one_line(self._columns.get(field, "")) or field

    def keep(self, field: Field, why: str) -> None:
        """The cell cannot be stored where it belongs: its text goes to the notes, with a warning."""
        self.notes[self.column(field)] = one_line(self.text(field))
        self.say(field, Problem.KEPT_AS_NOTE, f"{why} It is kept in the notes of the post.")

    def raw(self, field: Field) -> Cell:
        """The cell as it came; "" if there is none."""
        return self._cells.get(field, "")

    def text(self, field: Field) -> str:
        """The cell as text."""
        cell = self._cells.get(field, "")
        return clean_text(cell) if cell != "" else ""

    def given(self, field: Field) -> Cell | None:
        """The cell, or None if it is blank or says n/a, tbd and the like."""
        cell = self._cells.get(field, "")
        if cell == "":
            return None
        text = cell_text(cell)
        return None if not text or text.casefold() in _NOTHING else cell

    def short_text(self, field: Field, longest: int) -> str:
        """One line of at most ``longest`` characters; a longer one goes to the notes."""
        text = one_line(self.text(field))
        if len(text) <= longest:
            return text
        self.keep(field, f"This is longer than {longest} characters.")
        return ""

    def date(self, field: Field) -> When | None:
        """A date; None if there is none or it is refused, which is said."""
        cell = self.given(field)
        if cell is None:
            return None
        try:
            return parse_date(cell, self._order)
        except AmbiguousDate as error:
            self.say(field, Problem.AMBIGUOUS_DATE, error.message)
        except BadDate as error:
            self.say(field, Problem.BAD_DATE, error.message)
        return None

    def parsed(self, field: Field, parse: Callable[[Cell], T | None], what: str) -> T | None:
        """What ``parse`` makes of the cell; a cell that is no ``what`` (refused, or None) goes to the notes."""
        cell = self.given(field)
        if cell is None:
            return None
        try:
            value = parse(cell)
        except Refusal:
            value = None
        if value is None:
            self.keep(field, f"This is not {what}.")
        return value
