"""Pages by key: a list goes on behind the last row that was shown, however far that is down."""

import base64
import binascii
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db.models import F, Q, QuerySet

from brands.operations.audit import plain
from brands.rules import Action
from workplace.lists.folding import Folded, folded

# A title of 200 characters of four bytes, escaped and in base64, fits; what is nested deeply does not.
_LONGEST = 4_000
# No number of ours is as large, or as long.
_MUCH = Decimal(10) ** 18
_DIGITS = 40
_MOST_RANKS = 100


class BadCursorError(ValueError):
    """The address names a place in the list that nobody can find."""

    def __init__(self) -> None:
        super().__init__("This page of the list cannot be found. Begin at the first one.")


def as_text(text: str) -> str:
    """A text of an address, if a database can hold it."""
    if "\0" in text:
        raise ValueError(text)
    text.encode()
    return text


@dataclass(frozen=True, slots=True, kw_only=True)
class Sort:
    """An order of rows. ``field``: a column, or an annotation or alias of the rows, that is never null.

    Rows with the same value follow their ids in the same direction. ``rank``: one too, a whole number, that goes before
    ``field``. ``folded``: a text from A to Z, as ``workplace.lists.folding`` orders it on both databases.
    ``parse`` makes a value of the text in an address. ``needs``: the leave without which nobody may order by it.
    """

    key: str
    label: str
    field: str
    descending: bool = False
    rank: str = ""
    folded: bool = False
    parse: Callable[[str], Any] = as_text
    needs: Action = Action.VIEW

    def ordered(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        """The rows in this order."""
        sign = "-" if self.descending else ""
        rows, key = self._keyed(self._promoted(rows))
        return rows.order_by(*(f"{sign}{name}" for name in (self.rank, key, "pk") if name))

    def behind(self, rows: QuerySet[Any], cursor: str) -> QuerySet[Any]:
        """The rows after the place that ``cursor`` names. Raises BadCursorError."""
        rank, value, pk = self._place(cursor)
        further = "lt" if self.descending else "gt"
        rows, key = self._keyed(rows)
        later = Q(**{f"pk__{further}": pk})
        # A range, and what of it is not behind: a database seeks the range in an index, and no OR of two ranges.
        for name, place in ((key, value), (self.rank, rank)):
            if name not in {"pk", ""}:
                beyond = Q(**{f"{name}__{further}": place})
                later = Q(**{f"{name}__{further}e": place}) & (beyond | later)
        return rows.filter(later)

    def cursor(self, row: Any) -> str:
        """The place right behind ``row``."""
        value: Any = row
        for name in self.field.split("__"):
            value = getattr(value, name)
        value = folded(value) if self.folded else str(plain(value))
        place = [self.key, value, str(row.pk), *([getattr(row, self.rank)] if self.rank else [])]
        words = json.dumps(place, separators=(",", ":"))
        return base64.urlsafe_b64encode(words.encode()).decode().rstrip("=")

    def _promoted(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        """With the aliases that ``cursor`` reads: a list offers many orders, and each row is read for one."""
        aliases = rows.query.annotations.keys() - rows.query.annotation_select.keys()
        read: QuerySet[Any] = rows.annotate(
            **{name: F(name) for name in (self.field, self.rank) if name in aliases}
        )
        return read

    def _keyed(self, rows: QuerySet[Any]) -> tuple[QuerySet[Any], str]:
        """The rows with what they are ordered by, and its name."""
        if not self.folded:
            return rows, self.field
        return rows.alias(folded_key=Folded(self.field)), "folded_key"

    def _place(self, cursor: str) -> tuple[int, Any, UUID]:
        if len(cursor) > _LONGEST:
            raise BadCursorError
        try:
            words = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
            key, value, pk, *ranks = json.loads(words)
            if key != self.key or not isinstance(value, str) or len(ranks) != bool(self.rank):
                raise BadCursorError
            rank = int(ranks[0]) if ranks else 0
            if abs(rank) > _MOST_RANKS:
                raise BadCursorError
            return rank, UUID(value) if self.field == "pk" else self.parse(value), UUID(pk)
        except (
            ValueError,
            TypeError,
            ArithmeticError,
            AttributeError,
            RecursionError,
            binascii.Error,
        ) as error:
            raise BadCursorError from error


def as_instant(text: str) -> datetime:
    """An instant of an address, with its zone."""
    found = datetime.fromisoformat(text)
    if found.tzinfo is None:
        raise ValueError(text)
    return found.astimezone(UTC)  # OverflowError: no database has instants before the year 1


def as_day(text: str) -> date:
    """A day of an address."""
    return date.fromisoformat(text)


def as_number(text: str) -> Decimal:
    """A number of an address."""
    number = Decimal(text)
    if not number.is_finite() or abs(number) >= _MUCH or len(text) > _DIGITS:
        raise ValueError(text)
    return number
