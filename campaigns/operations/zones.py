"""A new zone for a brand or an ad account: typed dates are read in it, instants and gaps follow (DOMAIN.md §4)."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from operator import attrgetter
from uuid import UUID

from django.db.models import QuerySet

from authorizations.operations.gaps import Touched, coverage_change
from authorizations.operations.rights import rewrite_right_instants
from authorizations.operations.zones import rewrite_brand_instants
from brands.models import AdAccount, Brand
from brands.operations.audit import BATCH, Change, record_changes
from brands.operations.edits import reread
from campaigns.models import Flight
from campaigns.operations.flights import flight_dates
from sparktrack.core.actors import Actor
from sparktrack.core.refusals import RefusedError
from sparktrack.core.zones import is_zone


class UnknownZoneError(RefusedError):
    """The text is no IANA time zone."""


@dataclass(frozen=True, slots=True)
class Moved:
    """How many rows have other instants when typed dates are read in another zone."""

    codes: int = 0
    rights: int = 0
    flights: int = 0

    @property
    def rows(self) -> int:
        """All of them."""
        return self.codes + self.rights + self.flights


class _OnlyLookedError(Exception):
    """Takes back what was written to see what would move."""


def preview_brand_zone(*, brand: Brand, zone: str) -> Moved:
    """What ``change_brand_zone`` would move; nothing stays written. Raises what it raises."""
    _check(zone)
    moved = Moved()
    try:
        with coverage_change(brand) as touched:
            moved = _move_all(touched, zone)
            raise _OnlyLookedError
    except _OnlyLookedError:
        return moved


def preview_account_zone(*, brand: Brand, ad_account: AdAccount, zone: str) -> Moved:
    """What ``change_account_zone`` would move; nothing stays written. Raises what it raises."""
    if zone:
        _check(zone)
    moved = Moved()
    try:
        with coverage_change(brand) as touched:
            moved = Moved(flights=_move_accounts(touched, {ad_account.pk: zone})[ad_account.pk])
            raise _OnlyLookedError
    except _OnlyLookedError:
        return moved


def change_brand_zone(*, brand: Brand, zone: str, now: datetime, actor: Actor) -> Brand:
    """Read the typed dates of the brand's codes, rights and flights (of accounts without a zone) in ``zone``.

    Raises UnknownZoneError; WindowError or FlightError for a date that this zone skipped.
    """
    _check(zone)
    with coverage_change(brand) as touched:
        current = touched.brand
        if current.time_zone != zone:
            moved = _move_all(touched, zone)
            change = Change(
                "brand.zone_changed",
                current,
                {"time_zone": current.time_zone},
                {"time_zone": zone, "rows_moved": moved.rows},
            )
            current.time_zone = zone
            current.save(update_fields=["time_zone"])
            record_changes(brand, [change], now=now, actor=actor)
    return current


def change_account_zone(
    *, brand: Brand, ad_account: AdAccount, zone: str, now: datetime, actor: Actor
) -> AdAccount:
    """``change_account_zones`` for one; returns the account as it is now."""
    (current,) = change_account_zones(brand=brand, zones=[(ad_account, zone)], now=now, actor=actor)
    return current


def change_account_zones(
    *, brand: Brand, zones: Sequence[tuple[AdAccount, str]], now: datetime, actor: Actor
) -> list[AdAccount]:
    """Read the dates of the flights of each account in the zone beside it; empty = the brand's.

    Returns the accounts, each named once, as they are now. Raises UnknownZoneError, FlightError.
    """
    for zone in {zone for _, zone in zones} - {""}:
        _check(zone)
    with coverage_change(brand) as touched:
        rows = reread(AdAccount, brand, [account for account, _ in zones])
        new = {account.pk: zone for account, zone in zones if rows[account.pk].time_zone != zone}
        moved = _move_accounts(touched, new)
        changes = []
        for pk, zone in new.items():
            row = rows[pk]
            before, row.time_zone = {"time_zone": row.time_zone}, zone
            after = {"time_zone": zone, "rows_moved": moved[pk]}
            changes.append(Change("ad_account.zone_changed", row, before, after))
        AdAccount.objects.bulk_update([rows[pk] for pk in new], ["time_zone"], batch_size=BATCH)
        record_changes(brand, changes, now=now, actor=actor)
    return [rows[account.pk] for account, _ in zones]


def _move_all(touched: Touched, zone: str) -> Moved:
    """Read the dates of codes, rights and flights of the brand (of accounts without a zone) in ``zone``."""
    rights = rewrite_right_instants(touched=touched, zone=zone)
    codes = rewrite_brand_instants(touched=touched, zone=zone)  # its rights have moved already
    flights = Flight.objects.for_brand(touched.brand)
    return Moved(
        codes,
        rights,
        rewrite_flight_instants(flights.filter(ad_account=None), zone)
        + rewrite_flight_instants(flights.filter(ad_account__time_zone=""), zone),
    )


def _move_accounts(touched: Touched, zones: Mapping[UUID, str]) -> Counter[UUID]:
    """Read the dates of the flights of these accounts in these zones; returns how many moved of each."""
    flights = Flight.objects.for_brand(touched.brand).filter(ad_account__in=zones)
    account = attrgetter("ad_account_id")
    moved = _rewritten(flights, lambda flight: zones[account(flight)] or touched.brand.time_zone)
    return Counter(map(account, moved))


def _check(zone: str) -> None:
    if not is_zone(zone):
        raise UnknownZoneError(f"{zone} is no time zone: choose one such as Europe/Berlin.")


def rewrite_flight_instants(flights: QuerySet[Flight], zone: str) -> int:
    """Read the dates of these flights in the IANA ``zone``; returns how many moved. Raises FlightError."""
    return len(_rewritten(flights, lambda _: zone))


def _rewritten(flights: QuerySet[Flight], zone_of: Callable[[Flight], str]) -> list[Flight]:
    moved = []
    for flight in flights.filter(starts_on__isnull=False):
        dates = flight_dates(flight.starts_on, flight.ends_on, zone_of(flight))
        if (dates["starts_at"], dates["ends_at"]) != (flight.starts_at, flight.ends_at):
            flight.starts_at, flight.ends_at = dates["starts_at"], dates["ends_at"]
            moved.append(flight)
    Flight.objects.bulk_update(moved, ["starts_at", "ends_at"], batch_size=BATCH)
    return moved
