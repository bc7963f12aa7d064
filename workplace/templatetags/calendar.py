"""``{% load calendar %}``: days and events of a month."""

from collections.abc import Iterator
from datetime import date
from zoneinfo import ZoneInfo

from django import template
from django.template.context import Context
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from sparktrack.core.templatetags.wording import time_element
from sparktrack.core.wording import weekday
from workplace.calendar_words import distance
from workplace.rules.calendar import Day, Event, Month

register = template.Library()

_WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


@register.simple_tag
def weekdays() -> tuple[str, ...]:
    """``{% weekdays as names %}``: the heads of the columns."""
    return _WEEKDAYS


@register.filter
def day_name(day: date) -> str:
    """``Wed 18 Nov 2026``."""
    return weekday(day)


@register.filter
def distance_from(day: date, today: date) -> str:
    """``in 5 days``."""
    return distance(day, today=today)


@register.simple_tag(takes_context=True)
def month_query(
    context: Context, month: Month | None, view: str = "", day: date | None = None, page: int | None = None
) -> str:
    """``{% month_query month "agenda" %}``: the address of another month, view, day or page with the same filters."""
    query = context["request"].GET.copy()
    wanted = {"month": month, "view": view, "day": day, "page": page}
    for name, value in ((name, str(value or "")) for name, value in wanted.items()):
        query.pop(name, None)
        if value:
            query[name] = value
    kept = [(name, value) for name, value in query.items() if value]
    query.clear()
    query.update(dict(kept))
    return f"?{query.urlencode()}"


@register.simple_tag(takes_context=True)
def month_lines(context: Context, day: Day) -> SafeString:
    """The first events of a day, one line each."""
    slug, zone = context["request"].brand.slug, context["zone"]
    return format_html_join("", "<li>{}</li>", ((_short(event, slug, zone),) for event in day.first))


def _short(event: Event, slug: str, zone: str) -> SafeString:
    at = format_html("{} ", _clock(event, zone)) if event.at else ""
    inner = format_html("<b>{}</b> {}{}", event.short_head, at, event.title)
    # The sentence about it stands in the agenda: here are many.
    title = " · ".join(filter(None, (f"{event.head}: {event.title}", event.about)))
    return format_html(
        '<a class="mark {}" href="{}" title="{}"><span>{}</span></a>',
        event.tone,
        _address(event, slug),
        title,
        inner,
    )


def _address(event: Event, slug: str) -> str:
    if event.right_id is not None:
        return reverse("right", args=[slug, event.right_id])
    return reverse("post", args=[slug, event.post_id])


def _clock(event: Event, zone: str) -> str:
    assert event.at is not None
    return f"{event.at.astimezone(ZoneInfo(zone)):%H:%M}"


@register.simple_tag(takes_context=True)
def agenda_lines(context: Context, day: Day) -> SafeString:
    """Every event of a day: when, what, about which post, and the sentence about it."""
    slug, zone, now = context["request"].brand.slug, context["zone"], context["now"]

    def lines() -> Iterator[tuple[object, ...]]:
        for event in day.events:
            title = format_html('<a href="{}">{}</a>', _address(event, slug), event.title)
            at = time_element(event.at, zone, now) if event.at else ""
            yield event.tone, event.head, title, event.about, at, event.says

    return format_html_join(
        "",
        '<li><p class="what"><span class="badge {}">{}</span></p><p class="who">{} <span>{}</span></p>'
        '<p class="why">{} <span>{}</span></p></li>',
        lines(),
    )


@register.filter
def is_weekend(day: Day) -> bool:
    """Whether a day is a Saturday or a Sunday."""
    return day.on.weekday() >= len(_WEEKDAYS) - 2
