"""What a list is, and one page of it."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, Protocol, TypeVar
from uuid import UUID

from django import forms
from django.db.models import QuerySet
from django.http import HttpResponse

from brands.access import BrandRequest
from brands.models import Brand
from brands.rules import Action
from workplace.enums import Place
from workplace.lists.columns import Column
from workplace.lists.filters import ListFilter
from workplace.lists.keys import Sort

# Lines of a page; how far is counted; rows that one click may change.
PER_PAGE = 50
COUNTED = 10_000
MOST_CHANGED = 2_000


class Line(Protocol):
    """A line of a list: a row with all that belongs to it."""

    @property
    def pk(self) -> UUID:
        """The id of its row."""

    @property
    def name(self) -> str:
        """What it is called where it is picked."""


LineT = TypeVar("LineT", bound=Line)


class BulkForm(forms.Form):
    """What a change of many rows needs to know."""

    def __init__(self, *args: Any, brand: Brand, **kwargs: Any) -> None:
        """``brand``: whose people, campaigns … can be chosen."""
        self.brand = brand
        super().__init__(*args, **kwargs)


@dataclass(frozen=True, slots=True, kw_only=True)
class BulkAction:
    """Something done to all chosen rows at once.

    ``act`` gets the request, the rows and what ``form`` asked for; it calls one operation and says what was done
    (``workplace.undoing.say_done``), then None shows the list again. It may return a page of its own instead, such as a
    preview. What it refuses (RefusedError) is said above the list, and the rows stay chosen.
    """

    key: str
    label: str
    needs: Action
    act: Callable[[BrandRequest, Sequence[Any], Mapping[str, Any]], HttpResponse | None]
    form: type[BulkForm] | None = None
    danger: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Shelf:
    """Rows that can be narrowed and ordered: what a list shows, and what a script reads.

    ``rows``: all that may be shown of a brand, with what ordering needs. The first sort is the usual one.
    """

    rows: Callable[[Brand, datetime], QuerySet[Any]]
    sorts: tuple[Sort, ...]
    filters: type[ListFilter]

    def filter_for(
        self, data: Any, brand: Brand, now: datetime, allowed: Collection[Action], *, script: bool = False
    ) -> ListFilter:
        """The filters as ``data`` (a query string) sets them, of those that a reader with these leaves may use.

        ``script``: also those that only scripts have.
        """
        sorts = tuple(sort for sort in self.sorts if sort.needs in allowed)
        filters = self.filters(data, self.rows(brand, now), brand=brand, sorts=sorts)
        filters.now = now
        filters.keep_to(allowed, script=script)
        return filters

    def sort_of(self, filters: ListFilter) -> Sort:
        """The order that was asked for. Call it for valid filters."""
        wanted = filters.form.cleaned_data["sort"]
        return next((sort for sort in self.sorts if sort.key == wanted), self.sorts[0])


@dataclass(frozen=True, slots=True, kw_only=True)
class ListPage(Shelf, Generic[LineT]):
    """A list. ``route``: the name of its address, which takes the slug; ``noun``: what its rows are, one of them.

    ``lines``: the rows of one page with all that belongs to them, in a number of queries that does not depend on how
    many they are.
    """

    place: Place
    route: str
    title: str
    noun: str
    columns: tuple[Column[LineT], ...]
    lines: Callable[[Brand, Sequence[Any], datetime], Sequence[LineT]]
    empty: str  # the template that says the next step while there is nothing to list
    bulk: tuple[BulkAction, ...] = ()
    template: str = "workplace/lists/list.html"


@dataclass(frozen=True, slots=True)
class Listed(Generic[LineT]):
    """A page of a list; ``count`` stops at COUNTED, ``next_cursor`` is empty on the last page."""

    lines: Sequence[LineT]
    count: int
    next_cursor: str

    @property
    def count_is_bound(self) -> bool:
        """Whether there are more than were counted."""
        return self.count > COUNTED


def listed(
    page: ListPage[LineT], filters: ListFilter, *, after: str, brand: Brand, now: datetime
) -> Listed[LineT]:
    """The page behind the cursor ``after`` (empty: the first). Raises BadCursorError. Call it for valid filters."""
    sort = page.sort_of(filters)
    rows = filters.qs
    count = rows.order_by()[: COUNTED + 1].count()
    ordered = sort.ordered(sort.behind(rows, after) if after else rows)
    found = list(ordered[: PER_PAGE + 1])
    more = len(found) > PER_PAGE
    shown = found[:PER_PAGE]
    return Listed(page.lines(brand, shown, now), count, sort.cursor(shown[-1]) if more else "")
