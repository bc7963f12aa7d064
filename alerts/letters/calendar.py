"""A calendar as RFC 5545 wants it: entries that are the same give the same bytes, whoever asks and whenever."""

from collections.abc import Iterable
from datetime import timedelta
from urllib.parse import urlsplit

from django.conf import settings
from django.urls import reverse
from icalendar import Calendar, Event

from alerts.queries.calendars import FeedEvent

# How often calendars are asked to look again; most have a mind of their own.
_LOOK_AGAIN = timedelta(hours=1)


def calendar(events: Iterable[FeedEvent]) -> bytes:
    """The calendar, folded, with CRLF. It holds no code and no e-mail address."""
    found = Calendar()
    found.add("PRODID", "-//sparktrack//calendar//EN")
    found.add("VERSION", "2.0")
    found.add("CALSCALE", "GREGORIAN")
    found.add("METHOD", "PUBLISH")
    found.add("X-WR-CALNAME", "sparktrack")
    found.add("NAME", "sparktrack")
    found.add("REFRESH-INTERVAL", _LOOK_AGAIN, parameters={"VALUE": "DURATION"})
    found.add("X-PUBLISHED-TTL", _LOOK_AGAIN)
    for each in events:
        found.add_component(_event(each))
    return bytes(found.to_ical())


def _event(each: FeedEvent) -> Event:
    row, host = each.event, urlsplit(settings.SITE_URL).hostname or "localhost"
    found = Event()
    found.add("UID", f"{row.pk.hex}@{host}")
    # When it was last said, not when it was asked for: else the calendar would differ at each look.
    found.add("DTSTAMP", row.changed_at.replace(microsecond=0))
    found.add("LAST-MODIFIED", row.changed_at.replace(microsecond=0))
    found.add("SEQUENCE", row.sequence)
    if row.on is not None:
        found.add("DTSTART", row.on)
        found.add("DTEND", row.on + timedelta(days=1))
    elif row.at is not None:
        found.add("DTSTART", row.at.replace(microsecond=0))
    url = settings.SITE_URL + (
        reverse("post", args=[each.slug, each.post_id])
        if each.post_id
        else reverse("board", args=[each.slug])
    )
    found.add("SUMMARY", row.summary)
    found.add("DESCRIPTION", f"{row.details}\n{url}".strip())
    found.add("URL", url)
    found.add("STATUS", "CONFIRMED" if row.cancelled_at is None else "CANCELLED")
    # It takes nobody's time.
    found.add("TRANSP", "TRANSPARENT")
    return found
