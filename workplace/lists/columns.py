"""The columns of a list: what each draws, and what it says in a sheet."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from html import unescape
from typing import Any, Generic, TypeAlias, TypeVar

from django.utils.html import strip_tags
from django.utils.safestring import SafeString

from brands.models import Brand
from brands.rules import Action
from sparktrack.core.tabular import Value
from sparktrack.core.wording import TimeWords

LineT = TypeVar("LineT")


@dataclass(frozen=True, slots=True)
class Look:
    """Who looks, where and when: what drawing a cell needs. ``zone`` is that of the reader's clock."""

    brand: Brand
    allowed: frozenset[Action]
    now: datetime
    zone: str

    def times(self, zone: str = "") -> TimeWords:
        """Words for instants; days in ``zone`` (that of an ad account), else in the brand's."""
        return TimeWords(
            now=self.now,
            zone=zone or self.brand.time_zone,
            viewer_zone=self.zone,
            contract_zone=self.brand.time_zone,
        )


# The head of a column of a sheet, and what stands below it: numbers, days and instants as what they are.
Cell: TypeAlias = tuple[str, Callable[[LineT, Look], Value]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Column(Generic[LineT]):
    """A column. ``draw`` gives the cell; a plain text is escaped, markup must come from ``format_html``.

    ``text`` is the cell of a sheet; without it the words of the drawn cell. ``cells``: what stands in a sheet instead,
    where one cell of the page says several things (an amount and its currency, a first and a last day). ``usual``:
    shown unless the reader chose others. ``number``: to the right. ``sort``: the order that its head offers. ``needs``:
    without this leave nobody sees it, neither on the page nor in a sheet. ``lead``: the name of the row, always shown,
    first, a heading.
    """

    key: str
    label: str
    draw: Callable[[LineT, Look], SafeString | str]
    text: Callable[[LineT, Look], Value] | None = None
    cells: Callable[[Look], Sequence[Cell[LineT]]] | None = None
    usual: bool = True
    number: bool = False
    sort: str = ""
    needs: Action = Action.VIEW
    lead: bool = False

    def in_sheet(self, look: Look) -> Sequence[Cell[LineT]]:
        """The columns of a sheet that this one becomes."""
        return self.cells(look) if self.cells else [(self.label, self.plain)]

    def plain(self, line: LineT, look: Look) -> Value:
        """The cell of a sheet."""
        if self.text is not None:
            return self.text(line, look)
        drawn = self.draw(line, look)
        if not isinstance(drawn, SafeString):
            return drawn
        return " ".join(unescape(strip_tags(drawn.replace("<", " <"))).split())


def sheet_cells(columns: Sequence[Column[LineT]], look: Look) -> dict[str, Callable[[LineT, Look], Value]]:
    """The columns of a sheet by their heads; what two columns of the page say alike, as the currency, stands once."""
    found: dict[str, Callable[[LineT, Look], Value]] = {}
    for column in columns:
        for head, value in column.in_sheet(look):
            found.setdefault(head, value)
    return found


def shown_columns(
    columns: Sequence[Column[Any]], chosen: Sequence[str], allowed: Collection[Action]
) -> list[Column[Any]]:
    """The columns that a reader with these leaves sees: the chosen ones, else the usual ones; leading ones always."""
    visible = [column for column in columns if column.needs in allowed]
    wanted = [column for column in visible if column.lead or column.key in chosen]
    if any(not column.lead for column in wanted):
        return wanted
    return [column for column in visible if column.lead or column.usual]
