"""Flights: planned, moved, launched, paused, resumed, ended, run anyway."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from brands.models import AdAccount, Brand, User
from brands.operations.audit import BATCH, Change, record_changes
from brands.operations.edits import Edit, edit_rows, locked, require_brand, reread
from campaigns.enums import SpendSource
from campaigns.models import Campaign, Flight
from posts.models import Post
from sparktrack.core.actors import Actor
from sparktrack.core.days import end_of_last_day, first_instant
from sparktrack.core.refusals import RefusedError

EDITABLE = frozenset(
    {
        "buyer",
        "daily_spend",
        "spend_source",
        "call_to_action",
        "landing_page",
        "ad_name",
        "tiktok_ad_ids",
    }
)


class FlightError(RefusedError):
    """The flight cannot be planned or changed like that; the message says why in the user's words."""


@dataclass(frozen=True, slots=True)
class FlightDraft:
    """A post planned in a campaign. Without ``starts_on`` it is not yet planned, without ``ends_on`` evergreen."""

    post: Post
    campaign: Campaign
    buyer: User | None = None
    ad_account: AdAccount | None = None
    starts_on: date | None = None
    ends_on: date | None = None
    daily_spend: Decimal | None = None
    spend_source: SpendSource | None = None
    call_to_action: str = ""
    landing_page: str = ""
    ad_name: str = ""


@dataclass(frozen=True, slots=True)
class Move:
    """New dates for a flight; ``ends_on`` is the last day."""

    flight: Flight
    starts_on: date | None
    ends_on: date | None


def plan_flights(*, brand: Brand, drafts: Sequence[FlightDraft], now: datetime, actor: Actor) -> list[Flight]:
    """Plan flights, one row a draft, in order; dates are read in the ad account's zone, else the brand's.

    Raises FlightError for an end without a start, an end before the start or a negative spend.
    """
    with locked(brand) as current:
        rows = [_new_row(current, draft, now) for draft in drafts]
        Flight.objects.bulk_create(rows, batch_size=BATCH)
        changes = [
            Change(
                "flight.planned",
                row,
                after={
                    "post": row.post_id,
                    "campaign": row.campaign_id,
                    "starts_on": row.starts_on,
                    "ends_on": row.ends_on,
                    "daily_spend": row.daily_spend,
                },
            )
            for row in rows
        ]
        record_changes(brand, changes, now=now, actor=actor)
    return rows


def move_flights(*, brand: Brand, moves: Sequence[Move], now: datetime, actor: Actor) -> list[Flight]:
    """Give flights new dates; returns those that changed. Raises FlightError for dates that make no flight."""
    by_id = {move.flight.pk: move for move in moves}

    def values(flight: Flight, current: Brand) -> dict[str, Any]:
        move = by_id[flight.pk]
        return _dates(move.starts_on, move.ends_on, current.zone_of(flight.ad_account))

    return _edit(brand, [move.flight for move in moves], values, action="flight.moved", now=now, actor=actor)


def edit_flights(*, brand: Brand, edits: Sequence[Edit[Flight]], now: datetime, actor: Actor) -> list[Flight]:
    """Change what a flight says besides its dates and state. Raises ValueError for a field not edited here."""
    by_id = {edit.row.pk: edit.values for edit in edits}

    def values(flight: Flight, _current: Brand) -> dict[str, Any]:
        unknown = set(by_id[flight.pk]) - EDITABLE
        if unknown:
            raise ValueError(f"Not edited here: {', '.join(sorted(unknown))}.")
        return dict(by_id[flight.pk])

    return _edit(brand, [edit.row for edit in edits], values, action="flight.edited", now=now, actor=actor)


def assign_ad_account(
    *, brand: Brand, flights: Sequence[Flight], ad_account: AdAccount | None, now: datetime, actor: Actor
) -> list[Flight]:
    """The flights run in this ad account; their dates are read in its zone."""
    require_brand(brand, ad_account)

    def values(flight: Flight, current: Brand) -> dict[str, Any]:
        return {
            "ad_account": ad_account,
            **_dates(flight.starts_on, flight.ends_on, current.zone_of(ad_account)),
        }

    return _edit(brand, flights, values, action="flight.account_assigned", now=now, actor=actor)


def launch_flights(*, brand: Brand, flights: Sequence[Flight], now: datetime, actor: Actor) -> list[Flight]:
    """The ads were switched on; a flight that was launched before keeps its first instant.

    Raises FlightError for a flight that is not planned yet or was ended.
    """

    def values(flight: Flight, _current: Brand) -> dict[str, Any]:
        if flight.starts_on is None:
            raise FlightError("This flight has no start date yet: plan it first.")
        _refuse_ended(flight)
        return {"launched_at": flight.launched_at or now}

    return _edit(brand, flights, values, action="flight.launched", now=now, actor=actor)


def pause_flights(*, brand: Brand, flights: Sequence[Flight], now: datetime, actor: Actor) -> list[Flight]:
    """The ads were paused in Ads Manager. Raises FlightError for a flight that was ended."""

    def values(flight: Flight, _current: Brand) -> dict[str, Any]:
        _refuse_ended(flight)
        return {"paused_at": flight.paused_at or now}

    return _edit(brand, flights, values, action="flight.paused", now=now, actor=actor)


def resume_flights(*, brand: Brand, flights: Sequence[Flight], now: datetime, actor: Actor) -> list[Flight]:
    """The ads run again. Raises FlightError for a flight that was ended."""

    def values(flight: Flight, _current: Brand) -> dict[str, Any]:
        _refuse_ended(flight)
        return {"paused_at": None}

    return _edit(brand, flights, values, action="flight.resumed", now=now, actor=actor)


def end_flights(*, brand: Brand, flights: Sequence[Flight], now: datetime, actor: Actor) -> list[Flight]:
    """The ads were switched off for good; a flight that was ended before keeps its first instant."""
    return _edit(
        brand,
        flights,
        lambda flight, _: {"ended_at": flight.ended_at or now},
        action="flight.ended",
        now=now,
        actor=actor,
    )


def run_flights_anyway(
    *, brand: Brand, flights: Sequence[Flight], reason: str, approver: User, now: datetime, actor: Actor
) -> list[Flight]:
    """Somebody takes responsibility for running in spite of a gap; the verdict stays as it is.

    Raises FlightError without a reason.
    """
    if not reason.strip():
        raise FlightError("Say why it may run anyway.")

    def values(_flight: Flight, _current: Brand) -> dict[str, Any]:
        return {"run_anyway_reason": reason.strip(), "run_anyway_by": approver, "run_anyway_at": now}

    return _edit(brand, flights, values, action="flight.run_anyway", now=now, actor=actor)


def _dates(starts_on: date | None, ends_on: date | None, zone: str) -> dict[str, Any]:
    if starts_on is None and ends_on is not None:
        raise FlightError("A flight with an end needs a start.")
    if starts_on is not None and ends_on is not None and ends_on < starts_on:
        raise FlightError("The flight ends before it starts.")
    return {
        "starts_on": starts_on,
        "ends_on": ends_on,
        "starts_at": first_instant(starts_on, zone) if starts_on else None,
        "ends_at": end_of_last_day(ends_on, zone) if ends_on else None,
    }


def _new_row(brand: Brand, draft: FlightDraft, now: datetime) -> Flight:
    require_brand(brand, draft.post, draft.campaign, draft.ad_account)
    if draft.daily_spend is not None and draft.daily_spend < 0:
        raise FlightError("The spend a day must not be negative.", field="daily_spend")
    return Flight(
        brand=brand,
        post=draft.post,
        campaign=draft.campaign,
        buyer=draft.buyer,
        ad_account=draft.ad_account,
        daily_spend=draft.daily_spend,
        spend_source=draft.spend_source or (SpendSource.TYPED if draft.daily_spend is not None else ""),
        call_to_action=draft.call_to_action,
        landing_page=draft.landing_page,
        ad_name=draft.ad_name,
        created_at=now,
        **_dates(draft.starts_on, draft.ends_on, brand.zone_of(draft.ad_account)),
    )


def _refuse_ended(flight: Flight) -> None:
    if flight.ended_at is not None:
        raise FlightError("This flight was ended: plan a new one.")


def _edit(
    brand: Brand,
    flights: Sequence[Flight],
    values: Callable[[Flight, Brand], dict[str, Any]],
    *,
    action: str,
    now: datetime,
    actor: Actor,
) -> list[Flight]:
    """Apply ``values(flight, brand)``, both as they are now, to each flight; returns the flights that changed."""
    with locked(brand) as current:
        rows = reread(Flight, brand, flights)
        return edit_rows(
            Flight,
            brand=brand,
            edits=[Edit(row, values(row, current)) for row in rows.values()],
            editable=EDITABLE | _STATE,
            action=action,
            now=now,
            actor=actor,
        )


_STATE = frozenset(
    {
        "ad_account",
        "starts_on",
        "ends_on",
        "starts_at",
        "ends_at",
        "launched_at",
        "paused_at",
        "ended_at",
        "run_anyway_reason",
        "run_anyway_by",
        "run_anyway_at",
    }
)
