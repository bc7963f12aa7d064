"""Flights: planned, moved, launched, paused, resumed, ended, reopened, run anyway."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, TypeAlias, TypeVar
from uuid import UUID

from authorizations.windows import refuse_odd_year
from brands.models import AdAccount, Brand, Invitation, Membership, User
from brands.operations.audit import Change, record_changes
from brands.operations.edits import (
    Edit,
    edit_rows,
    locked,
    refuse_others,
    require_brand,
    require_members,
    reread,
)
from brands.rules import Action, may
from campaigns.enums import SpendSource
from campaigns.models import Campaign, Flight
from posts.models import Post
from sparktrack.core.actors import Actor
from sparktrack.core.bulk import insert
from sparktrack.core.days import end_of_last_day, first_instant
from sparktrack.core.refusals import RefusedError

ItemT = TypeVar("ItemT")
# The IANA zone of an ad account by its id; None = no account.
Zones: TypeAlias = Callable[[UUID | None], str]

EDITABLE = frozenset(
    {
        "campaign",
        "buyer",
        "buyer_invited",
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
    buyer_invited: Invitation | None = None


@dataclass(frozen=True, slots=True)
class Move:
    """New dates for a flight; ``ends_on`` is the last day."""

    flight: Flight
    starts_on: date | None
    ends_on: date | None


def plan_flights(*, brand: Brand, drafts: Sequence[FlightDraft], now: datetime, actor: Actor) -> list[Flight]:
    """Plan flights, one row a draft, in order; dates are read in the ad account's zone, else the brand's.

    Raises FlightError for an end without a start, an end before the start or a negative spend, NotAMemberError for a
    buyer from outside.
    """
    with locked(brand) as current:
        require_members(brand, [draft.buyer for draft in drafts], field="buyer")
        zone_of = _zones(current)
        rows = [_new_row(current, draft, zone_of, now) for draft in drafts]
        insert(rows)
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
    """Give flights new dates; returns those that changed.

    Raises FlightError for dates that make no flight, or for taking the dates of one that was launched.
    """

    def values(flight: Flight, move: Move, zone_of: Zones) -> dict[str, Any]:
        if move.starts_on is None and flight.launched_at is not None:
            raise FlightError(
                "This flight was launched: end it instead of taking its dates.", field="starts_on"
            )
        return flight_dates(move.starts_on, move.ends_on, zone_of(flight.ad_account_id))

    items = [(move.flight, move) for move in moves]
    return _edit(brand, items, values, action="flight.moved", now=now, actor=actor)


def edit_flights(*, brand: Brand, edits: Sequence[Edit[Flight]], now: datetime, actor: Actor) -> list[Flight]:
    """Change what a flight says besides its dates and state. A spend whose source is not said was typed.

    Raises FlightError for a negative spend, NotAMemberError for a buyer from outside, ValueError for a field that is
    not edited here.
    """
    for edit in edits:
        refuse_others(edit.values, EDITABLE)
        _refuse_negative(edit.values.get("daily_spend"))
    require_members(brand, [edit.values.get("buyer") for edit in edits], field="buyer")

    def values(flight: Flight, new: Mapping[str, Any], _zone_of: Zones) -> dict[str, Any]:
        found = dict(new)
        if "daily_spend" in new and new["daily_spend"] != flight.daily_spend:
            found = {"spend_source": _source(new["daily_spend"], None), **found}
        if new.get("buyer") is not None:
            found["buyer_invited"] = None  # nobody is waited for any more
        return found

    items = [(edit.row, edit.values) for edit in edits]
    return _edit(brand, items, values, action="flight.edited", now=now, actor=actor)


def assign_ad_account(
    *, brand: Brand, flights: Sequence[Flight], ad_account: AdAccount | None, now: datetime, actor: Actor
) -> list[Flight]:
    """The flights run in this ad account (None: in none yet); their dates are read in its zone."""
    accounts = [(flight, ad_account) for flight in flights]
    return assign_ad_accounts(brand=brand, accounts=accounts, now=now, actor=actor)


def assign_ad_accounts(
    *, brand: Brand, accounts: Sequence[tuple[Flight, AdAccount | None]], now: datetime, actor: Actor
) -> list[Flight]:
    """Each flight runs in the ad account beside it; returns the flights that changed."""
    require_brand(brand, *(account for _, account in accounts))

    def values(flight: Flight, account: AdAccount | None, zone_of: Zones) -> dict[str, Any]:
        zone = zone_of(account.pk if account else None)
        return {"ad_account": account, **flight_dates(flight.starts_on, flight.ends_on, zone)}

    return _edit(brand, accounts, values, action="flight.account_assigned", now=now, actor=actor)


def launch_flights(*, brand: Brand, flights: Sequence[Flight], now: datetime, actor: Actor) -> list[Flight]:
    """The ads were switched on; a flight that was launched before keeps its first instant.

    Raises FlightError for a flight that is not planned yet or was ended.
    """

    def values(flight: Flight, at: datetime, _zone_of: Zones) -> dict[str, Any]:
        if flight.starts_on is None:
            raise FlightError("This flight has no start date yet: plan it first.")
        _refuse_ended(flight)
        return {"launched_at": flight.launched_at or at}

    return _set(brand, flights, values, action="flight.launched", now=now, actor=actor)


def pause_flights(*, brand: Brand, flights: Sequence[Flight], now: datetime, actor: Actor) -> list[Flight]:
    """The ads were paused in Ads Manager. Raises FlightError for a flight that was ended."""

    def values(flight: Flight, at: datetime, _zone_of: Zones) -> dict[str, Any]:
        _refuse_ended(flight)
        return {"paused_at": flight.paused_at or at}

    return _set(brand, flights, values, action="flight.paused", now=now, actor=actor)


def resume_flights(*, brand: Brand, flights: Sequence[Flight], now: datetime, actor: Actor) -> list[Flight]:
    """The ads run again. Raises FlightError for a flight that was ended."""

    def values(flight: Flight, _at: datetime, _zone_of: Zones) -> dict[str, Any]:
        _refuse_ended(flight)
        return {"paused_at": None}

    return _set(brand, flights, values, action="flight.resumed", now=now, actor=actor)


def end_flights(*, brand: Brand, flights: Sequence[Flight], now: datetime, actor: Actor) -> list[Flight]:
    """The ads were switched off for good; a flight that was ended before keeps its first instant."""

    def values(flight: Flight, at: datetime, _zone_of: Zones) -> dict[str, Any]:
        return {"ended_at": flight.ended_at or at}

    return _set(brand, flights, values, action="flight.ended", now=now, actor=actor)


def reopen_flights(*, brand: Brand, flights: Sequence[Flight], now: datetime, actor: Actor) -> list[Flight]:
    """Flights that somebody ended go on as planned; one whose last day has passed stays over until it is moved."""

    def values(_flight: Flight, _at: datetime, _zone_of: Zones) -> dict[str, Any]:
        return {"ended_at": None}

    return _set(brand, flights, values, action="flight.reopened", now=now, actor=actor)


def put_back_states(
    *,
    brand: Brand,
    states: Sequence[tuple[Flight, Mapping[str, datetime | None]]],
    now: datetime,
    actor: Actor,
) -> list[Flight]:
    """Flights are launched, paused or ended since the instants they were before, or not at all: what an undo writes.

    ``states``: ``launched_at``, ``paused_at`` and ``ended_at`` (UTC) of each. Raises ValueError for another field.
    """
    for _, state in states:
        refuse_others(state, frozenset({"launched_at", "paused_at", "ended_at"}))

    def values(_flight: Flight, state: Mapping[str, datetime | None], _zone_of: Zones) -> dict[str, Any]:
        return dict(state)

    return _edit(brand, states, values, action="flight.put_back", now=now, actor=actor)


def run_flights_anyway(
    *, brand: Brand, flights: Sequence[Flight], reason: str, approver: User, now: datetime, actor: Actor
) -> list[Flight]:
    """Somebody takes responsibility for running in spite of a gap; the verdict stays as it is.

    Raises FlightError without a reason, for one of more than 500 characters, or for an approver whose role in the
    brand may not take that responsibility.
    """
    said = reason.strip()
    if not said:
        raise FlightError("Say why it may run anyway.", field="run_anyway_reason")
    if len(said) > _LONGEST_REASON:
        raise FlightError(f"Say it in {_LONGEST_REASON} characters.", field="run_anyway_reason")
    _refuse_approver_without_leave(brand, approver)

    def values(_flight: Flight, at: datetime, _zone_of: Zones) -> dict[str, Any]:
        return {"run_anyway_reason": said, "run_anyway_by": approver, "run_anyway_at": at}

    return _set(brand, flights, values, action="flight.run_anyway", now=now, actor=actor)


def flight_dates(starts_on: date | None, ends_on: date | None, zone: str) -> dict[str, Any]:
    """The dates of a flight and the instants beside them, read in the IANA ``zone``. Raises FlightError."""
    if starts_on is None and ends_on is not None:
        raise FlightError("A flight with an end needs a start.", field="starts_on")
    if starts_on is not None and ends_on is not None and ends_on < starts_on:
        raise FlightError("The flight ends before it starts.", field="ends_on")
    refuse_odd_year(starts_on, ends_on)
    starts_at = first_instant(starts_on, zone) if starts_on else None
    ends_at = end_of_last_day(ends_on, zone) if ends_on else None
    if starts_at is not None and ends_at is not None and ends_at <= starts_at:
        raise FlightError(f"There was no {starts_on} in {zone}: clocks skipped that day.", field="starts_on")
    return {"starts_on": starts_on, "ends_on": ends_on, "starts_at": starts_at, "ends_at": ends_at}


def _source(spend: Decimal | None, stated: SpendSource | None) -> str:
    return stated or (SpendSource.TYPED if spend is not None else "")


def _refuse_approver_without_leave(brand: Brand, approver: User) -> None:
    """Whoever may use the Django admin for everything may also approve there."""
    role = Membership.objects.for_brand(brand).filter(user=approver).values_list("role", flat=True).first()
    if not approver.is_superuser and (role is None or not may(role, Action.RUN_ANYWAY)):
        raise FlightError(f"{approver} may not approve that here.", field="run_anyway_by")


def _refuse_negative(spend: Decimal | None) -> None:
    if spend is not None and spend < 0:
        raise FlightError("The spend a day must not be negative.", field="daily_spend")


def _new_row(brand: Brand, draft: FlightDraft, zone_of: Zones, now: datetime) -> Flight:
    require_brand(brand, draft.post, draft.campaign, draft.ad_account, draft.buyer_invited)
    _refuse_negative(draft.daily_spend)
    return Flight(
        brand=brand,
        post=draft.post,
        campaign=draft.campaign,
        buyer=draft.buyer,
        buyer_invited=draft.buyer_invited,
        ad_account=draft.ad_account,
        daily_spend=draft.daily_spend,
        spend_source=_source(draft.daily_spend, draft.spend_source),
        call_to_action=draft.call_to_action,
        landing_page=draft.landing_page,
        ad_name=draft.ad_name,
        created_at=now,
        **flight_dates(
            draft.starts_on, draft.ends_on, zone_of(draft.ad_account.pk if draft.ad_account else None)
        ),
    )


def _refuse_ended(flight: Flight) -> None:
    if flight.ended_at is not None:
        raise FlightError("This flight was ended: plan a new one.")


def _edit(
    brand: Brand,
    items: Sequence[tuple[Flight, ItemT]],
    values: Callable[[Flight, ItemT, Zones], dict[str, Any]],
    *,
    action: str,
    now: datetime,
    actor: Actor,
) -> list[Flight]:
    """Apply ``values(flight as it is now, item, zones)`` one after the other; returns the flights that changed."""
    with locked(brand) as current:
        rows = reread(Flight, brand, [flight for flight, _ in items])
        zone_of = _zones(current)
        return edit_rows(
            Flight,
            brand=brand,
            edits=(Edit(row := rows[flight.pk], values(row, item, zone_of)) for flight, item in items),
            editable=EDITABLE | _STATE,
            action=action,
            now=now,
            actor=actor,
        )


def _set(
    brand: Brand,
    flights: Sequence[Flight],
    values: Callable[[Flight, datetime, Zones], dict[str, Any]],
    *,
    action: str,
    now: datetime,
    actor: Actor,
) -> list[Flight]:
    """Apply ``values(flight as it is now, now, zones)`` to each flight."""
    return _edit(brand, [(flight, now) for flight in flights], values, action=action, now=now, actor=actor)


def _zones(brand: Brand) -> Zones:
    """The zone of each ad account of ``brand`` by its id (None = no account), as it is under the lock."""
    own = dict(AdAccount.objects.for_brand(brand).values_list("pk", "time_zone"))
    return lambda account: (own[account] if account else "") or brand.time_zone


_LONGEST_REASON = 500
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
