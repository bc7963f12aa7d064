"""The page of a campaign: all its flights under one axis, what is urgent first."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Q, QuerySet

from brands.models import Brand
from campaigns.enums import FlightStatus, Section
from campaigns.models import Campaign, Flight
from campaigns.pictures import Kind, Lane, Timeline, Track, running, timeline
from campaigns.queries.board import MoneySum
from campaigns.queries.board_lines import shown_lines
from campaigns.queries.lines import BoardLine, stored_gaps
from campaigns.sections import FLIGHT_SECTIONS, Choice, Place, SectionSum, first_places
from campaigns.sections_sql import AT_RISK

# Flights that are drawn, and ended ones among them: those of the last weeks.
MOST_LINES = 60
MOST_ENDED = 20
RECENTLY = timedelta(days=60)

_FINE = (Section.COVERED, Section.RUNS_UNTIL)
_NOT_JUDGED = (Section.PAUSED, Section.UNPLANNED)


@dataclass(frozen=True, slots=True)
class CampaignFlight:
    """A flight of the campaign: its line, the section it stands in (None: it is over), and its strip on the axis."""

    line: BoardLine
    section: Section | None
    lane: Lane


@dataclass(frozen=True, slots=True)
class CampaignPage:
    """What the page shows at ``now``. ``judged`` counts flights that have dates, are not paused and not over.

    ``drawn`` are the most urgent of ``counts``; ``ended`` counts all that are over.
    """

    brand: Brand
    campaign: Campaign
    now: datetime
    drawn: Sequence[CampaignFlight]
    picture: Timeline
    counts: dict[Section, int]
    ended: int
    money: Sequence[MoneySum]

    @property
    def judged(self) -> int:
        """Flights that have a verdict."""
        return sum(count for section, count in self.counts.items() if section not in _NOT_JUDGED)

    @property
    def covered(self) -> int:
        """Those that may run to their end, or for more than 30 days."""
        return sum(self.counts.get(section, 0) for section in _FINE)

    @property
    def open(self) -> int:
        """All that are not over."""
        return sum(self.counts.values())

    @property
    def first(self) -> CampaignFlight | None:
        """The flight to speak about first: the most urgent of those that something keeps from running."""
        return next((each for each in self.drawn if each.section in AT_RISK), None)


def campaign_page(brand: Brand, campaign_id: UUID, *, now: datetime) -> CampaignPage:
    """A campaign of ``brand`` with its flights; at most seven queries. Raises Campaign.DoesNotExist."""
    campaign = Campaign.objects.for_brand(brand).select_related("buyer").get(pk=campaign_id)
    flights = Flight.objects.for_brand(brand).filter(campaign=campaign)
    standing = first_places(Choice(brand, flights=flights), now=now, lines=MOST_LINES)
    rank = {section: number for number, section in enumerate(FLIGHT_SECTIONS)}
    places = sorted(standing.places, key=lambda place: rank[place.section])[:MOST_LINES]
    over = over_at(flights, now)
    recent = over.filter(Q(ends_at__gt=now - RECENTLY) | Q(ended_at__gt=now - RECENTLY))
    ended = [
        Place(pk, Section.COVERED, 0, None)
        for pk in recent.order_by("-starts_at", "-pk").values_list("pk", flat=True)[:MOST_ENDED]
    ]
    lines, _ = shown_lines(brand, [*places, *ended], [], now=now)
    gaps = stored_gaps(brand, {line.post_id for line in lines.values()}, after=None)
    shown = [
        (lines[place.flight_id], section)
        for group, known in ((places, True), (ended, False))
        for place in group
        if place.flight_id in lines
        for section in (place.section if known else None,)
    ]
    tracks = [
        _track(line, running(gaps.get(line.post_id, ()), line.starts_at, line.ends_at, now))
        for line, _ in shown
    ]
    picture = timeline(tracks, now=now, zone=brand.time_zone)
    return CampaignPage(
        brand=brand,
        campaign=campaign,
        now=now,
        drawn=[
            CampaignFlight(line, section, lane)
            for (line, section), lane in zip(shown, picture.lanes, strict=True)
        ],
        picture=picture,
        counts=_counts(standing.sums),
        ended=over.count(),
        money=_money(standing.sums),
    )


def over_at(flights: QuerySet[Flight], now: datetime) -> QuerySet[Flight]:
    """Those whose last day has passed, or that somebody ended."""
    return flights.filter(Q(ends_at__lte=now) | Q(ended_at__lte=now))


def _track(line: BoardLine, allowed: Track) -> Track:
    """The strip of a flight: nothing without dates; grey ahead while it is paused, for it spends nothing then."""
    if line.starts_at is None:
        return Track("", ())
    if line.status is FlightStatus.PAUSED:
        ahead = (
            replace(each, kind=Kind.PLANNED) if each.kind is Kind.RUN else each for each in allowed.stretches
        )
        return Track("", tuple(ahead))
    return allowed


def _counts(sums: Sequence[SectionSum]) -> dict[Section, int]:
    counts = {
        section: sum(each.count for each in sums if each.section is section) for section in FLIGHT_SECTIONS
    }
    return {section: count for section, count in counts.items() if count}


def _money(sums: Sequence[SectionSum]) -> list[MoneySum]:
    by_currency: dict[str, MoneySum] = {}
    for each in sums:
        if each.section in AT_RISK and each.at_risk:
            before = by_currency.get(each.currency, MoneySum(each.currency, each.at_risk - each.at_risk))
            by_currency[each.currency] = MoneySum(each.currency, before.amount + each.at_risk)
    return [by_currency[currency] for currency in sorted(by_currency)]
