"""Pages by key: a list goes on behind the last row that was shown, however far that is down."""

import base64
import binascii
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet

from brands.operations.audit import plain
from brands.rules import Action

# A title of 200 characters of four bytes, escaped and in base64, fits; what is nested deeply does not.
_LONGEST = 4_000
# No number of ours is as large, or as long.
_MUCH = Decimal(10) ** 18
_DIGITS = 40


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
    """An order of rows. ``field``: a column, or an annotation of the rows, that is never null.

    Rows with the same value follow their ids in the same direction. ``parse`` makes a value of the text in an address.
    ``needs``: the leave without which nobody may order by it.
    """

    key: str
    label: str
    field: str
    descending: bool = False
    parse: Callable[[str], Any] = as_text
    needs: Action = Action.VIEW

    def ordered(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        """The rows in this order."""
        sign = "-" if self.descending else ""
        return rows.order_by(f"{sign}{self.field}", f"{sign}pk")

    def behind(self, rows: QuerySet[Any], cursor: str) -> QuerySet[Any]:
        """The rows after the place that ``cursor`` names. Raises BadCursorError."""
        value, pk = self._place(cursor)
        further = "lt" if self.descending else "gt"
        return rows.filter(
            Q(**{f"{self.field}__{further}": value}) | Q(**{self.field: value, f"pk__{further}": pk})
        )

    def cursor(self, row: Any) -> str:
        """The place right behind ``row``."""
        value: Any = row
        for name in self.field.split("__"):
            value = getattr(value, name)
        words = json.dumps([self.key, str(plain(value)), str(row.pk)], separators=(",", ":"))
        return base64.urlsafe_b64encode(words.encode()).decode().rstrip("=")

    def _place(self, cursor: str) -> tuple[Any, UUID]:
        if len(cursor) > _LONGEST:
            raise BadCursorError
        try:
            words = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
            key, value, pk = json.loads(words)
            if key != self.key or not isinstance(value, str):
                raise BadCursorError
            return UUID(value) if self.field == "pk" else self.parse(value), UUID(pk)
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
    return found


def as_day(text: str) -> date:
    """A day of an address."""
    return date.fromisoformat(text)


def as_number(text: str) -> Decimal:
    """A number of an address."""
    number = Decimal(text)
    if not number.is_finite() or abs(number) >= _MUCH or len(text) > _DIGITS:
        raise ValueError(text)
    return number
