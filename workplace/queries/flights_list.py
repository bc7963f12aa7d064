"""Flights and campaigns as their lists show them."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from django.db.models import (
    Case,
    Count,
    DateTimeField,
    DurationField,
    ExpressionWrapper,
    F,
    OuterRef,
    Q,
    QuerySet,
    SmallIntegerField,
    Subquery,
    Value,
    When,
)
from django.db.models.functions import Coalesce, Least

from brands.models import AdAccount, Brand
from campaigns.enums import FlightStatus, Section
from campaigns.models import Campaign, Flight
from campaigns.queries.board import MoneySum
from campaigns.queries.board_lines import shown_lines
from campaigns.queries.lines import BoardLine, FlightLine, flight_lines, stored_gaps
from campaigns.sections import FAR, FLIGHT_SECTIONS, Choice, first_places
from campaigns.sections_sql import AT_RISK
from workplace.queries.flights_move import at_risk

# Flights at risk that the sums of a page of campaigns are made of; beyond them a sum is "at least".
MOST_JUDGED = 500


@dataclass(frozen=True, slots=True)
class FlightRow:
    """A flight of a list with its verdict; ``section``: its place on the board, None if it is over."""

    line: FlightLine
    section: Section | None

    @property
    def flight(self) -> Flight:
        """The flight itself."""
        return self.line.flight

    @property
    def pk(self) -> UUID:
        """The id of the flight."""
        return self.flight.pk

    @property
    def name(self) -> str:
        """What it is called where it is picked."""
        return f"{self.flight.post} in {self.flight.campaign}"


@dataclass(frozen=True, slots=True)
class CampaignRow:
    """A campaign of a list: flights that are not over, those at risk, their money, what happens first.

    ``is_bound``: there are more at risk than were looked at.
    """

    campaign: Campaign
    open: int
    at_risk: int
    money: Sequence[MoneySum]
    first: BoardLine | None
    is_bound: bool

    @property
    def pk(self) -> UUID:
        """The id of the campaign."""
        return self.campaign.pk

    @property
    def name(self) -> str:
        """What it is called."""
        return self.campaign.name


def flights_of(brand: Brand, now: datetime) -> QuerySet[Flight]:
    """The flights of ``brand`` with what they are ordered by: ``first_at`` and ``over_at``, far off if there is none.

    ``next_rank`` and ``next_at`` put first what happens next: those that run by their end, those to come by their first
    day, paused ones by their end, those without dates as they were made, at last the ended ones, the latest first.
    They can be filtered by ``state_now`` (``state_at``). None of that is selected: a list has one order at a time.
    """
    flights: QuerySet[Flight] = Flight.objects.for_brand(brand)
    named = flights.select_related("post__creator", "campaign", "buyer", "ad_account")
    found: QuerySet[Flight] = named.alias(state_now=state_at(now)).alias(
        first_at=Coalesce(F("starts_at"), Value(FAR), output_field=DateTimeField()),
        over_at=Coalesce(F("ends_at"), Value(FAR), output_field=DateTimeField()),
        next_rank=Case(
            *(When(state_now=state.value, then=Value(rank)) for rank, state in enumerate(_NEXT)),
            output_field=SmallIntegerField(),
        ),
        next_at=_next_at(),
    )
    return found


def state_at(now: datetime) -> Case:
    """The state of a flight, as ``campaigns.rules.flight_status``; a pause counts from the instant it was noted."""
    return Case(
        When(Q(ended_at__lte=now) | Q(ends_at__lte=now), then=Value(FlightStatus.ENDED.value)),
        When(starts_at=None, then=Value(FlightStatus.UNPLANNED.value)),
        When(paused_at__lte=now, then=Value(FlightStatus.PAUSED.value)),
        When(Q(starts_at__lte=now) | Q(launched_at__lte=now), then=Value(FlightStatus.LIVE.value)),
        default=Value(FlightStatus.PLANNED.value),
    )


_NEXT = (
    FlightStatus.LIVE,
    FlightStatus.PLANNED,
    FlightStatus.PAUSED,
    FlightStatus.UNPLANNED,
    FlightStatus.ENDED,
)
# Nobody plans as late. What ended stands as far behind it as it lies before, so that the latest comes first.
_MIRROR = datetime(4000, 1, 1, tzinfo=UTC)


def _next_at() -> Case:
    """The instant by which a flight stands among those of its state."""
    over = Least(
        Coalesce(F("ended_at"), Value(FAR), output_field=DateTimeField()),
        Coalesce(F("ends_at"), Value(FAR), output_field=DateTimeField()),
    )
    before = ExpressionWrapper(Value(_MIRROR) - over, output_field=DurationField())
    mirrored = ExpressionWrapper(Value(_MIRROR) + before, output_field=DateTimeField())
    return Case(
        When(state_now=FlightStatus.PLANNED.value, then=F("starts_at")),
        When(state_now=FlightStatus.UNPLANNED.value, then=F("created_at")),
        When(state_now=FlightStatus.ENDED.value, then=mirrored),
        default=over,
        output_field=DateTimeField(),
    )


def flight_rows(brand: Brand, flights: Sequence[Any], now: datetime) -> list[FlightRow]:
    """These flights of ``flights_of`` with their verdicts, as the board gives them; two queries."""
    ids = [flight.pk for flight in flights]
    if not ids:
        return []
    chosen = Choice(brand, flights=Flight.objects.for_brand(brand).filter(pk__in=ids))
    places = {place.flight_id: place for place in first_places(chosen, now=now, lines=len(ids)).places}
    lines = flight_lines(
        brand, flights, stored_gaps(brand, {flight.post_id for flight in flights}, after=now), now=now
    )
    return [
        FlightRow(replace(line, apply_by=place.apply_by) if place else line, place.section if place else None)
        for line in lines
        for place in (places.get(line.flight.pk),)
    ]


def campaigns_of(brand: Brand, now: datetime) -> QuerySet[Campaign]:
    """The campaigns of ``brand``, each with ``open``: how many of its flights are not over."""
    own = _open(brand, now).filter(campaign=OuterRef("pk")).order_by()
    number = own.values("campaign").annotate(number=Count("pk")).values("number")
    campaigns: QuerySet[Campaign] = Campaign.objects.for_brand(brand)
    return campaigns.select_related("buyer").annotate(open=Coalesce(Subquery(number), 0))


def campaign_rows(brand: Brand, campaigns: Sequence[Any], now: datetime) -> list[CampaignRow]:
    """These campaigns of ``campaigns_of`` with their flights, as the board judges them; three queries."""
    if not campaigns:
        return []
    flights = _open(brand, now).filter(campaign__in=[campaign.pk for campaign in campaigns])
    standing = first_places(Choice(brand, flights=flights), now=now, lines=MOST_JUDGED)
    places = [place for place in standing.places if place.section in AT_RISK]
    places.sort(key=lambda place: FLIGHT_SECTIONS.index(place.section))
    found, _ = shown_lines(brand, places, [], now=now)
    # A name is that of one campaign only.
    by_name: dict[str, list[BoardLine]] = {}
    for place in places:
        if line := found.get(place.flight_id):
            by_name.setdefault(line.campaign, []).append(line)
    is_bound = any(sum(each.section is section for each in places) >= MOST_JUDGED for section in AT_RISK)
    return [
        CampaignRow(
            campaign=campaign,
            open=campaign.open,
            at_risk=len(lines),
            money=at_risk(lines),
            first=lines[0] if lines else None,
            is_bound=is_bound,
        )
        for campaign in campaigns
        for lines in (by_name.get(campaign.name, []),)
    ]


def currencies_of(brand: Brand) -> list[str]:
    """The currencies in which ``brand`` spends: its own first, then those of its ad accounts; one query."""
    accounts = AdAccount.objects.for_brand(brand).exclude(currency__in=("", brand.currency)).order_by()
    return [brand.currency, *sorted(accounts.values_list("currency", flat=True).distinct())]


def _open(brand: Brand, now: datetime) -> QuerySet[Flight]:
    """The flights of ``brand`` that are not over."""
    flights: QuerySet[Flight] = Flight.objects.for_brand(brand)
    return flights.filter(Q(ends_at=None) | Q(ends_at__gt=now), Q(ended_at=None) | Q(ended_at__gt=now))
