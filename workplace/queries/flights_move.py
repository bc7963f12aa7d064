"""Moving many flights, looked at first: who loses coverage, who gains it, what to ask for."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from hashlib import blake2s
from uuid import UUID

from authorizations.enums import Verdict
from authorizations.rules import Gap
from brands.models import Brand
from campaigns.models import Flight
from campaigns.moves import Dates, Moved, Shift, moved_dates
from campaigns.operations.flights import flight_dates
from campaigns.queries.board import MoneySum
from campaigns.queries.lines import FlightDates, JudgedFlight, judged, stored_gaps
from campaigns.rules import flight_end
from sparktrack.core.days import local_date
from sparktrack.core.refusals import RefusedError

# Flights of one preview; more are moved in several goes.
MOST_MOVED = 200


class Change(StrEnum):
    """What a move does to a flight, what is worst first."""

    LOSES = "loses"
    LACKS = "lacks"
    GAINS = "gains"
    KEEPS = "keeps"
    STAYS = "stays"


@dataclass(frozen=True, slots=True)
class MoveLine:
    """A flight before and after; one that ``moved.why_not`` keeps in its place has the same verdict twice."""

    flight: Flight
    moved: Moved
    before: JudgedFlight
    after: JudgedFlight
    change: Change

    @property
    def seen(self) -> str:
        """What somebody saw of this line: it is another text if anything in it is other."""
        facts = (
            self.flight.starts_on,
            self.flight.ends_on,
            self.moved,
            self.change,
            self.after.uncovered_days,
        )
        return blake2s(repr(facts).encode(), digest_size=8).hexdigest()


def flights_to_move(
    brand: Brand, *, ids: Iterable[UUID] = (), campaign: UUID | None = None, now: datetime
) -> list[Flight]:
    """The flights with these ids, else those of a campaign that are not over; one query, MOST_MOVED + 1 at most."""
    flights = Flight.objects.for_brand(brand).select_related(
        "post__creator", "campaign", "ad_account", "buyer"
    )
    if campaign is not None:
        flights = flights.filter(campaign=campaign, ended_at=None).exclude(ends_at__lte=now)
    else:
        flights = flights.filter(pk__in=list(ids)[: MOST_MOVED + 1])
    return list(flights.order_by("starts_at", "pk")[: MOST_MOVED + 1])


def judged_as_they_are(brand: Brand, flights: Sequence[Flight], *, now: datetime) -> list[JudgedFlight]:
    """The verdicts of flights as they are planned; one query."""
    gaps = stored_gaps(brand, {flight.post_id for flight in flights}, after=now)
    return [
        _judged(brand, flight, FlightDates.of(flight), gaps.get(flight.post_id, []), now)
        for flight in flights
    ]


def move_preview(brand: Brand, flights: Sequence[Flight], shift: Shift, *, now: datetime) -> list[MoveLine]:
    """What ``shift`` would do to each of the flights, in their order; one query."""
    gaps = stored_gaps(brand, {flight.post_id for flight in flights}, after=now)
    lines = []
    for flight, moved in zip(
        flights, moved_dates([_dates(brand, each, now) for each in flights], shift), strict=True
    ):
        own = gaps.get(flight.post_id, [])
        dates = FlightDates.of(flight)
        before = after = _judged(brand, flight, dates, own, now)
        found = moved
        if not moved.why_not:
            try:
                instants = flight_dates(moved.starts_on, moved.ends_on, brand.zone_of(flight.ad_account))
            except RefusedError as refused:
                found = Moved(flight.starts_on, flight.ends_on, refused.message.rstrip("."))
            else:
                new = dates._replace(starts_at=instants["starts_at"], ends_at=instants["ends_at"])
                after = _judged(brand, flight, new, own, now)
        lines.append(MoveLine(flight, found, before, after, _change(found, before, after)))
    return lines


def at_risk(lines: Iterable[JudgedFlight]) -> list[MoneySum]:
    """What the gaps of flights would spend or lose, by currency."""
    sums: dict[str, Decimal] = {}
    for line in lines:
        if line.at_risk:
            sums[line.currency] = sums.get(line.currency, Decimal(0)) + line.at_risk
    return [MoneySum(currency, amount) for currency, amount in sorted(sums.items())]


def _judged(
    brand: Brand, flight: Flight, dates: FlightDates, gaps: Sequence[Gap], now: datetime
) -> JudgedFlight:
    account = flight.ad_account
    return JudgedFlight(
        **judged(dates, gaps, zone=brand.zone_of(account), currency=brand.currency_of(account), now=now)
    )


def _dates(brand: Brand, flight: Flight, now: datetime) -> Dates:
    end = flight_end(flight.ends_at, flight.ended_at)
    has_begun = flight.starts_at is not None and flight.starts_at <= now
    return Dates(
        starts_on=flight.starts_on,
        ends_on=flight.ends_on,
        begun=has_begun or flight.launched_at is not None,
        over=end is not None and end <= now,
        today=local_date(now, brand.zone_of(flight.ad_account)),
    )


def _change(moved: Moved, before: JudgedFlight, after: JudgedFlight) -> Change:
    if moved.why_not:
        return Change.STAYS
    was, will = _lack(before), _lack(after)
    if will > was:
        return Change.LOSES
    if will < was:
        return Change.GAINS
    return Change.LACKS if will[0] else Change.KEEPS


def _lack(line: JudgedFlight) -> tuple[bool, int]:
    """How much a flight lacks: nothing, or so many days."""
    covered = line.coverage is None or line.coverage.verdict in {Verdict.COVERED, Verdict.ENDED}
    return not covered, line.uncovered_days
