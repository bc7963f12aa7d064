"""Flights as they are stored."""

from datetime import date

from campaigns.models import Flight

FIRST, LAST = date(2026, 12, 1), date(2026, 12, 20)


def stored(flight):
    return Flight.objects.get(pk=flight.pk)


def state(flight):
    return Flight.objects.filter(pk=flight.pk).values().get()
