"""A new zone for a brand or an ad account: typed dates are read in it, instants and gaps follow (DOMAIN.md §4)."""

from datetime import datetime

from django.db.models import QuerySet

from authorizations.operations.gaps import coverage_change
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


def change_brand_zone(*, brand: Brand, zone: str, now: datetime, actor: Actor) -> Brand:
    """Read the typed dates of the brand's codes, rights and flights (of accounts without a zone) in ``zone``.

    Raises UnknownZoneError; WindowError or FlightError for a date that this zone skipped.
    """
    _check(zone)
    with coverage_change(brand) as touched:
        current = touched.brand
        if current.time_zone != zone:
            moved = rewrite_brand_instants(touched=touched, zone=zone)
            flights = Flight.objects.for_brand(brand)
            moved += rewrite_flight_instants(flights.filter(ad_account=None), zone)
            moved += rewrite_flight_instants(flights.filter(ad_account__time_zone=""), zone)
            change = Change(
                "brand.zone_changed",
                current,
                {"time_zone": current.time_zone},
                {"time_zone": zone, "rows_moved": moved},
            )
            current.time_zone = zone
            current.save(update_fields=["time_zone"])
            record_changes(brand, [change], now=now, actor=actor)
    return current


def change_account_zone(
    *, brand: Brand, ad_account: AdAccount, zone: str, now: datetime, actor: Actor
) -> AdAccount:
    """Read the dates of the account's flights in ``zone``; empty = the brand's. Returns the account as it is now.

    Raises UnknownZoneError, FlightError.
    """
    if zone:
        _check(zone)
    with coverage_change(brand) as touched:
        current = reread(AdAccount, brand, [ad_account])[ad_account.pk]
        if current.time_zone != zone:
            moved = rewrite_flight_instants(
                Flight.objects.for_brand(brand).filter(ad_account=current), zone or touched.brand.time_zone
            )
            change = Change(
                "ad_account.zone_changed",
                current,
                {"time_zone": current.time_zone},
                {"time_zone": zone, "rows_moved": moved},
            )
            current.time_zone = zone
            current.save(update_fields=["time_zone"])
            record_changes(brand, [change], now=now, actor=actor)
    return current


def _check(zone: str) -> None:
    if not is_zone(zone):
        raise UnknownZoneError(f"{zone} is no time zone: choose one such as Europe/Berlin.")


def rewrite_flight_instants(flights: QuerySet[Flight], zone: str) -> int:
    """Read the dates of these flights in the IANA ``zone``; returns how many moved. Raises FlightError."""
    moved = []
    for flight in flights.filter(starts_on__isnull=False):
        dates = flight_dates(flight.starts_on, flight.ends_on, zone)
        if (dates["starts_at"], dates["ends_at"]) != (flight.starts_at, flight.ends_at):
            flight.starts_at, flight.ends_at = dates["starts_at"], dates["ends_at"]
            moved.append(flight)
    Flight.objects.bulk_update(moved, ["starts_at", "ends_at"], batch_size=BATCH)
    return len(moved)
