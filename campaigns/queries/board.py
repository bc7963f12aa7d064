"""The board: every flight that is not over, by what is most urgent, and the posts outside any flight."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet

from brands.models import Brand
from campaigns.enums import Section, Sort
from campaigns.models import Flight
from campaigns.queries.board_lines import first_posts, shown_lines
from campaigns.queries.lines import BoardLine, IdleLine
from campaigns.sections import (
    FLIGHT_SECTIONS,
    Choice,
    Place,
    SectionSum,
    first_places,
    places_after,
)
from campaigns.sections_sql import AT_RISK
from posts.models import Post
from posts.querysets import PostQuerySet

# Lines of a section on the whole board, and on its own page.
FIRST_LINES = 8
PAGE_LINES = 50
# Posts outside flights are counted up to here: the board need not know whether there are 3,000 or 300,000.
MOST_COUNTED = 1000


@dataclass(frozen=True, slots=True)
class MoneySum:
    """An amount in one currency."""

    currency: str
    amount: Decimal


@dataclass(frozen=True, slots=True)
class BoardSection:
    """A section of the board: its first lines, how many there are, the money of their gaps.

    ``count_is_bound``: there are at least ``count``. ``next_cursor`` continues behind the last line, None at the end.
    """

    section: Section
    lines: Sequence[BoardLine | IdleLine]
    count: int
    money: Sequence[MoneySum]
    count_is_bound: bool = False
    next_cursor: str | None = None


@dataclass(frozen=True, slots=True)
class BoardSums:
    """The headline: running ads that are blocked, running without rights, stopping or to be paused within 14 days."""

    blocked: int
    without_rights: int
    stopping_soon: int
    must_pause_soon: int
    covered: int
    a_day: Sequence[MoneySum]
    without_permission: Sequence[MoneySum]


@dataclass(frozen=True, slots=True)
class SectionCount:
    """How many lines a section has; ``is_bound`` where there are at least so many."""

    section: Section
    count: int
    is_bound: bool = False


@dataclass(frozen=True, slots=True)
class Board:
    """What the board shows at ``now``: some sections, and the counts of all that have lines."""

    brand: Brand
    now: datetime
    sections: Sequence[BoardSection]
    counts: Sequence[SectionCount]
    sums: BoardSums


class BadCursorError(Exception):
    """The text is no place in a list."""

    def __init__(self) -> None:
        super().__init__("This page does not exist any more: start again from the top.")


# Keys are 64-bit integers in the database.
_KEYS = 2**63
_BY_NAME = (Sort.CREATOR, Sort.CAMPAIGN)
_LONGEST_NAME = 200


@dataclass(frozen=True, slots=True)
class Cursor:
    """A place in a section: behind the line with this key and id. Sorted by a name, the key is that name."""

    key: int | str
    pk: UUID

    def __str__(self) -> str:
        return f"{self.key}~{self.pk.hex}"

    @classmethod
    def parse(cls, text: str, *, sort: Sort = Sort.URGENCY) -> "Cursor":
        """The place that ``str`` wrote for this ``sort``. Raises BadCursorError."""
        key, _, pk = text.rpartition("~")
        if sort in _BY_NAME and ("\0" in key or len(key) > _LONGEST_NAME):
            raise BadCursorError
        try:
            place = cls(key if sort in _BY_NAME else int(key[:20]), UUID(hex=pk))
        except ValueError:
            raise BadCursorError from None
        if isinstance(place.key, int) and not -_KEYS <= place.key < _KEYS:
            raise BadCursorError
        return place


def board(choice: Choice, posts: QuerySet[Post] | None, *, now: datetime, sort: Sort = Sort.URGENCY) -> Board:
    """The whole board with the first lines of every section; ``posts`` None = no inventory. Five queries."""
    standing = first_places(choice, now=now, lines=FIRST_LINES + 1, sort=sort)
    sums = standing.sums
    by_section: dict[Section, list[Place]] = {}
    for place in standing.places:
        by_section.setdefault(place.section, []).append(place)
    shown = [place for places in by_section.values() for place in places[:FIRST_LINES]]
    rows = [] if posts is None else first_posts(choice.brand, posts, lines=FIRST_LINES + 1, after=None)
    lines, idle = shown_lines(choice.brand, shown, rows, now=now)
    sections = [
        _section(section, _found(lines, places[:FIRST_LINES]), sums, places, FIRST_LINES)
        for section in FLIGHT_SECTIONS
        if (places := by_section.get(section))
    ]
    if posts is not None and idle:
        sections.append(_inventory(posts, idle, FIRST_LINES))
    return Board(choice.brand, now, sections, _counts(sums, sections), _board_sums(sums))


def section_board(
    choice: Choice,
    *,
    section: Section,
    after: Cursor | None,
    now: datetime,
    sort: Sort = Sort.URGENCY,
    limit: int | None = None,
) -> Board:
    """One section of flights, a page of it behind ``after``; the headline is that of the whole board. Three queries.

    ``limit``: of the lines, usually PAGE_LINES.
    """
    most = limit or PAGE_LINES
    standing = places_after(
        choice,
        section=section,
        now=now,
        lines=most + 1,
        after=(after.key, after.pk) if after else None,
        sort=sort,
    )
    sums, places = standing.sums, standing.places
    lines, _ = shown_lines(choice.brand, places[:most], [], now=now)
    shown = _found(lines, places[:most])
    sections = [_section(section, shown, sums, places, most)] if shown else []
    return Board(choice.brand, now, sections, _counts(sums, sections), _board_sums(sums))


def inventory_board(choice: Choice, posts: QuerySet[Post], *, after: Cursor | None, now: datetime) -> Board:
    """The posts outside any flight, newest first, a page of them behind ``after``. Four queries."""
    sums = first_places(choice, now=now, lines=0).sums
    rows = first_posts(choice.brand, posts, lines=PAGE_LINES + 1, after=after.pk if after else None)
    _, idle = shown_lines(choice.brand, [], rows, now=now)
    sections = [_inventory(posts, idle, PAGE_LINES)] if idle else []
    return Board(choice.brand, now, sections, _counts(sums, sections), _board_sums(sums))


def idle_posts(brand: Brand, *, now: datetime) -> PostQuerySet:
    """The posts of a brand that no flight that is not over uses."""
    flying = Flight.objects.for_brand(brand).filter(
        Q(post=OuterRef("pk")),
        Q(ends_at__isnull=True) | Q(ends_at__gt=now),
        Q(ended_at__isnull=True) | Q(ended_at__gt=now),
    )
    return Post.objects.for_brand(brand).filter(~Exists(flying))


def _found(lines: Mapping[UUID, BoardLine], places: Sequence[Place]) -> list[BoardLine]:
    """The lines of these places; a flight that was deleted since its place was found has none."""
    return [line for place in places if (line := lines.get(place.flight_id))]


def _section(
    section: Section,
    lines: Sequence[BoardLine],
    sums: Sequence[SectionSum],
    places: Sequence[Place],
    limit: int,
) -> BoardSection:
    own = [item for item in sums if item.section is section]
    last = places[limit - 1] if len(places) > limit else None
    return BoardSection(
        section=section,
        lines=lines,
        count=sum(item.count for item in own),
        money=_money((item.currency, item.at_risk) for item in own),
        next_cursor=str(Cursor(last.key, last.flight_id)) if last else None,
    )


def _inventory(posts: QuerySet[Post], lines: Sequence[IdleLine], limit: int) -> BoardSection:
    count = posts.order_by()[: MOST_COUNTED + 1].count()
    shown = lines[:limit]
    return BoardSection(
        section=Section.INVENTORY,
        lines=shown,
        count=min(count, MOST_COUNTED),
        money=(),
        count_is_bound=count > MOST_COUNTED,
        next_cursor=str(Cursor(0, shown[-1].post_id)) if len(lines) > limit else None,
    )


def _counts(sums: Sequence[SectionSum], shown: Sequence[BoardSection]) -> list[SectionCount]:
    counts = [
        SectionCount(section, count)
        for section in FLIGHT_SECTIONS
        if (count := sum(item.count for item in sums if item.section is section))
    ]
    inventory = next((item for item in shown if item.section is Section.INVENTORY), None)
    if inventory is not None:
        counts.append(SectionCount(Section.INVENTORY, inventory.count, inventory.count_is_bound))
    return counts


def _board_sums(sums: Sequence[SectionSum]) -> BoardSums:
    def total(section: Section, name: str = "count") -> int:
        return sum(getattr(item, name) for item in sums if item.section is section)

    return BoardSums(
        blocked=total(Section.BLOCKED),
        without_rights=total(Section.WITHOUT_RIGHTS),
        stopping_soon=total(Section.STOPS, "soon"),
        must_pause_soon=total(Section.MUST_PAUSE, "soon"),
        covered=total(Section.COVERED) + total(Section.RUNS_UNTIL),
        a_day=_money((item.currency, item.a_day) for item in sums if item.section in AT_RISK),
        without_permission=_money(
            (item.currency, item.a_day) for item in sums if item.section is Section.WITHOUT_RIGHTS
        ),
    )


def _money(amounts: Iterable[tuple[str, Decimal]]) -> list[MoneySum]:
    by_currency: dict[str, Decimal] = {}
    for currency, amount in amounts:
        by_currency[currency] = by_currency.get(currency, Decimal(0)) + amount
    return [MoneySum(currency, amount) for currency, amount in sorted(by_currency.items()) if amount]
