"""The board's answer across all brands of one person: sums of each, and what is most urgent in any of them.

One statement classifies the flights of all brands (campaigns.sections_sql); the lines that are shown take two more.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from django.db import connection

from authorizations.rules import EVERGREEN_HORIZON
from brands.models import Brand
from campaigns.enums import Section, Sort
from campaigns.queries.board import MoneySum
from campaigns.queries.board_lines import lines_of_brands
from campaigns.queries.lines import BoardLine
from campaigns.sections import FAR, SOON, Place, adapted, instant
from campaigns.sections_sql import AT_RISK, DIALECTS, classified, keyed, measured

# Lines of each section on the page; the boards of the brands have the rest.
FIRST_LINES = 10


@dataclass(frozen=True, slots=True)
class Next:
    """What comes next in a brand: an ad stops (or needs its replacement applied), else must be paused."""

    at: datetime
    stops: bool


@dataclass(slots=True)
class BrandSum:
    """One brand: its flights that are not over by section, the money of their gaps by currency, what comes next.

    ``soon``: those that stop, or are to be paused, within 14 days.
    """

    brand: Brand
    counts: dict[Section, int] = field(default_factory=dict)
    soon: dict[Section, int] = field(default_factory=dict)
    at_risk: dict[str, Decimal] = field(default_factory=dict)
    unpermitted_a_day: dict[str, Decimal] = field(default_factory=dict)
    next: Next | None = None

    @property
    def flights(self) -> int:
        """All that are not over."""
        return sum(self.counts.values())

    @property
    def money(self) -> list[MoneySum]:
        """What the gaps would spend or lose, by currency."""
        return _sums(self.at_risk)

    def number(self, section: Section) -> int:
        """The flights of one section."""
        return self.counts.get(section, 0)


@dataclass(frozen=True, slots=True)
class Urgent:
    """The first flights of a section with the brand of each; ``count`` of all, ``elsewhere`` what is not shown."""

    section: Section
    lines: Sequence[tuple[Brand, BoardLine]]
    count: int
    elsewhere: Sequence[tuple[Brand, int]]


@dataclass(frozen=True, slots=True)
class AllBrands:
    """All brands of a person at ``now``, those in trouble first, and the urgent flights of all of them."""

    now: datetime
    brands: Sequence[BrandSum]
    urgent: Sequence[Urgent]

    def number(self, section: Section) -> int:
        """The flights of one section in all brands."""
        return sum(each.number(section) for each in self.brands)

    @property
    def unpermitted_a_day(self) -> list[MoneySum]:
        """What ads without rights spend a day, by currency."""
        return _sums(*(each.unpermitted_a_day for each in self.brands))

    @property
    def money(self) -> list[MoneySum]:
        """What the gaps of all brands would spend or lose, by currency."""
        return _sums(*(each.at_risk for each in self.brands))


def all_brands(brands: Sequence[Brand], *, now: datetime) -> AllBrands:
    """The answer for these brands; three queries, however many brands and flights there are."""
    sums = {brand.pk: BrandSum(brand) for brand in brands}
    places = _classify(sums, now=now) if brands else []
    lines = lines_of_brands(brands, places, now=now)
    urgent = []
    for section in AT_RISK:
        # A flight that was deleted since its place was found has no line.
        own = [place.flight_id for place in places if place.section is section]
        shown = [lines[flight] for flight in own if flight in lines]
        if shown:
            urgent.append(_urgent(section, shown, sums))
    ordered = sorted(sums.values(), key=_trouble)
    return AllBrands(now, ordered, urgent)


def _classify(sums: dict[UUID, BrandSum], *, now: datetime) -> list[Place]:
    """Fill in the sums, and find the first flights of each section."""
    words = DIALECTS[connection.vendor]
    names = {f"brand_{number}": pk for number, pk in enumerate(sums)}
    values = {
        **names,
        "now": now,
        "far": FAR,
        "horizon": now + EVERGREEN_HORIZON,
        "soon": now + SOON,
        "lines": FIRST_LINES,
    }
    sections = ", ".join(f"'{section.value}'" for section in AT_RISK)
    flights = classified(
        words,
        brand=f"IN ({', '.join(f'%({name})s' for name in names)})",
        of_brand="j.brand_id",
        currency="(SELECT b.currency FROM brands_brand b WHERE b.id = j.brand_id)",
    )
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            {flights}
            , measured AS ({measured(words, of_brand="c.brand_id")}),
            keyed AS ({keyed(words, Sort.URGENCY)}),
            numbered AS (
                SELECT k.*, ROW_NUMBER() OVER (PARTITION BY section ORDER BY sort_key, id) AS line
                  FROM keyed k
                 WHERE section IN ({sections})
            )
            SELECT brand_id, section, currency, COUNT(*) AS flights,
                   SUM(CASE WHEN stops_at < %(soon)s THEN 1 ELSE 0 END) AS soon,
                   SUM(daily_spend * {words.started_days}) AS at_risk,
                   SUM(daily_spend) AS a_day,
                   MIN(CASE WHEN stops_at > %(now)s THEN stops_at END) AS next_at,
                   NULL AS id, NULL AS sort_key, NULL AS apply_by
              FROM measured
             GROUP BY brand_id, section, currency
             UNION ALL
            SELECT NULL, section, NULL, NULL, NULL, NULL, NULL, NULL, id, sort_key, apply_by
              FROM numbered WHERE line <= %(lines)s
            """,  # noqa: S608 - texts of modules; all values are parameters
            {name: adapted(value) for name, value in values.items()},
        )
        rows = cursor.fetchall()
    places = []
    for brand, section, currency, count, soon, at_risk, a_day, next_at, pk, key, apply_by in rows:
        if pk is not None:
            places.append(Place(UUID(str(pk)), Section(section), key, instant(apply_by)))
            continue
        own, place = sums[UUID(str(brand))], Section(section)
        own.counts[place] = own.number(place) + count
        own.soon[place] = own.soon.get(place, 0) + soon
        _add(own.at_risk, currency, at_risk)
        if place is Section.WITHOUT_RIGHTS:
            _add(own.unpermitted_a_day, currency, a_day)
        at = instant(next_at)
        if place in _COMING and at is not None and (own.next is None or at < own.next.at):
            own.next = Next(at, stops=place is Section.STOPS)
    places.sort(key=lambda place: (AT_RISK.index(place.section), place.key, place.flight_id))
    return places


# What is blocked already, paused or covered stops at no instant to come.
_COMING = (Section.STOPS, Section.MUST_PAUSE)


def _urgent(section: Section, shown: list[tuple[Brand, BoardLine]], sums: dict[UUID, BrandSum]) -> Urgent:
    ids = [brand.pk for brand, _ in shown]
    rest = [(own.brand, own.number(section) - ids.count(pk)) for pk, own in sums.items()]
    return Urgent(
        section,
        shown,
        sum(own.number(section) for own in sums.values()),
        [(brand, number) for brand, number in rest if number > 0],
    )


def _trouble(own: BrandSum) -> tuple[object, ...]:
    """Orders brands: those that run without rights first, then the blocked ones, then by what comes next."""
    urgent = [-own.number(section) for section in (Section.WITHOUT_RIGHTS, Section.BLOCKED)]
    return *urgent, own.next.at if own.next else FAR, own.brand.name.lower(), own.brand.pk


def _add(sums: dict[str, Decimal], currency: str, amount: object) -> None:
    if amount:
        sums[currency] = sums.get(currency, Decimal(0)) + Decimal(str(amount)).quantize(Decimal("0.01"))


def _sums(*amounts: dict[str, Decimal]) -> list[MoneySum]:
    total: dict[str, Decimal] = {}
    for each in amounts:
        for currency, amount in each.items():
            total[currency] = total.get(currency, Decimal(0)) + amount
    return [MoneySum(currency, amount) for currency, amount in sorted(total.items())]
