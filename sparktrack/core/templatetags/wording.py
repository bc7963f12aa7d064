"""``{% load wording %}``: the one way to show a time, a day, a stretch and money.

The tags take ``now`` from the context: the view that read the clock puts it there.
"""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django import template
from django.template.context import Context
from django.utils.html import format_html

from sparktrack.core import wording
from sparktrack.core.days import last_full_day, local_date

register = template.Library()


@register.simple_tag(takes_context=True)
def instant(context: Context, value: datetime, zone: str) -> str:
    """``{% instant code.expires_at zone %}``: the clock time in ``zone``, UTC on hover."""
    return time_element(value, zone, _now(context))


def time_element(value: datetime, zone: str, now: datetime) -> str:
    """An instant as ``<time>`` on the wall clock of ``zone``, with UTC as its title."""
    return format_html(
        '<time datetime="{}" title="{}">{}</time>',
        f"{value.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}",
        wording.utc_clock(value),
        wording.clock(value, zone, now=now),
    )


@register.simple_tag(takes_context=True)
def last_day(context: Context, end: datetime, zone: str) -> str:
    """``{% last_day right.ends_at zone %}``: the last full day before an exclusive end, in the account's zone."""
    return day_element(last_full_day(end, zone), wording.local_year(_now(context), zone))


@register.simple_tag(takes_context=True)
def day(context: Context, value: date, zone: str = "UTC") -> str:
    """``{% day flight.starts_on %}``: a typed date; the year only if it is another one than now."""
    return day_element(value, wording.local_year(_now(context), zone))


def day_element(value: date, year: int | None) -> str:
    """A day as ``<time>``, its year named where it is not ``year``."""
    return format_html('<time datetime="{}">{}</time>', value.isoformat(), wording.weekday(value, year=year))


@register.simple_tag(takes_context=True)
def lasts_until(context: Context, end: datetime, account_zone: str) -> str:
    """``{% lasts_until code.ends_at brand.time_zone %}``: an end in the reader's ``zone`` with its last full day.

    An end that came from a date shows that day only.
    """
    now, zone = _now(context), context["zone"]
    last = day_element(last_full_day(end, account_zone), wording.local_year(now, account_zone))
    if wording.TimeWords(now=now, zone=account_zone, viewer_zone=zone).begins_a_day(end):
        return last
    return format_html("{} (last full day {})", time_element(end, zone, now), last)


@register.simple_tag(takes_context=True)
def begins(context: Context, start: datetime, account_zone: str) -> str:
    """``{% begins code.starts_at brand.time_zone %}``: a start in the reader's ``zone``; one from a date as its day."""
    now, zone = _now(context), context["zone"]
    times = wording.TimeWords(now=now, zone=account_zone, viewer_zone=zone)
    if not times.begins_a_day(start):
        return time_element(start, zone, now)
    return day_element(local_date(start, account_zone), wording.local_year(now, account_zone))


@register.simple_tag(takes_context=True)
def until(context: Context, value: datetime) -> str:
    """``in 2 d 4 h``; a time that has come is ``now``."""
    left = value - _now(context)
    return f"in {wording.stretch(left)}" if left > timedelta(0) else "now"


@register.simple_tag(takes_context=True)
def since(context: Context, value: datetime) -> str:
    """``for 3 h``; a time that has not passed is ``now``."""
    passed = _now(context) - value
    return f"for {wording.stretch(passed)}" if passed > timedelta(0) else "now"


@register.simple_tag
def money(amount: Decimal, currency: str) -> str:
    """``{% money 75 "USD" %}``: $75."""
    return wording.money(amount, currency)


@register.simple_tag
def about(amount: Decimal, currency: str) -> str:
    """``{% about 4400 "USD" %}``: ≈ $4,400, an estimate."""
    return wording.money(amount, currency, estimate=True)


@register.filter
def counted(number: int, noun: str) -> str:
    """``{{ 21|counted:"day" }}``: 21 days."""
    return wording.count(number, noun)


def _now(context: Context) -> datetime:
    now: Any = context["now"]
    if not isinstance(now, datetime):
        raise TypeError("The view must put now into the context of a page that shows times.")
    return now
