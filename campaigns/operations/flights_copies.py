"""Flights like others, and copies that nobody needs after all."""

from collections.abc import Sequence
from datetime import date, datetime

from brands.models import Brand
from brands.operations.audit import Change, record_changes
from brands.operations.edits import locked, reread
from campaigns.enums import SpendSource
from campaigns.models import Flight
from campaigns.operations.flights import FlightDraft, FlightError, plan_flights
from sparktrack.core.actors import Actor


def duplicate_flights(
    *, brand: Brand, flights: Sequence[Flight], starts_on: date | None, now: datetime, actor: Actor
) -> list[Flight]:
    """Plan each of these flights once more, with its post, campaign, buyer, account, money and texts; not its ad name.

    ``starts_on``: the first day of all copies, each as long as its flight; None: the days of the flight. What was done
    with a flight (launched, paused, ended) is not copied. Raises FlightError, NotAMemberError as ``plan_flights``.
    """
    with locked(brand):
        rows = reread(
            Flight,
            brand,
            flights,
            related=("post__creator", "campaign", "ad_account", "buyer", "buyer_invited"),
        )
        drafts = [_like(rows[flight.pk], starts_on) for flight in flights]
        return plan_flights(brand=brand, drafts=drafts, now=now, actor=actor)


def take_back_flights(*, brand: Brand, flights: Sequence[Flight], now: datetime, actor: Actor) -> None:
    """Flights that were planned by mistake are gone, with what alerts found in them.

    Raises FlightError for one that was launched.
    """
    with locked(brand):
        rows = list(reread(Flight, brand, flights, related=("post", "campaign")).values())
        if any(row.launched_at is not None for row in rows):
            raise FlightError("A flight was launched since: end it instead.")
        record_changes(brand, [Change("flight.taken_back", row) for row in rows], now=now, actor=actor)
        Flight.objects.for_brand(brand).filter(pk__in=[row.pk for row in rows]).delete()


def _like(flight: Flight, starts_on: date | None) -> FlightDraft:
    first, last = flight.starts_on, flight.ends_on
    if starts_on is not None:
        try:
            last = starts_on + (last - first) if first and last else None
        except OverflowError:
            raise FlightError("No flight lies so far ahead.", field="starts_on") from None
        first = starts_on
    return FlightDraft(
        flight.post,
        flight.campaign,
        buyer=flight.buyer,
        buyer_invited=flight.buyer_invited,
        ad_account=flight.ad_account,
        starts_on=first,
        ends_on=last,
        daily_spend=flight.daily_spend,
        spend_source=SpendSource(flight.spend_source) if flight.spend_source else None,
        call_to_action=flight.call_to_action,
        landing_page=flight.landing_page,
    )
