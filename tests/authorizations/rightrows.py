"""Rights as they are stored."""

from datetime import UTC, date, datetime

from authorizations.models import UsageRight

NOVEMBER = date(2026, 11, 1)
LAST = date(2026, 11, 30)


def midnight(day):
    """In New York after daylight saving ended."""
    return datetime(day.year, day.month, day.day, 5, tzinfo=UTC)


def stored(right):
    return UsageRight.objects.get(pk=right.pk)


def state(right):
    return UsageRight.objects.filter(pk=right.pk).values().get()
