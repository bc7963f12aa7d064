"""Querysets of flights."""

from brands.querysets import BrandOwnedQuerySet


class FlightQuerySet(BrandOwnedQuerySet):
    """Flights of a brand."""
