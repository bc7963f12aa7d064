"""The columns of the list of flights, and its orders."""

from datetime import date
from typing import Any

from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from brands.rules import Action
from campaigns.drawing import words_of
from campaigns.enums import FlightStatus
from campaigns.phrases import Subject
from campaigns.words import Words
from posts.enums import Method
from sparktrack.core.days import last_full_day
from sparktrack.core.wording import money, short_day
from workplace.lists.columns import Cell, Column, Look
from workplace.lists.keys import Sort, as_instant
from workplace.queries.flights_list import FlightRow


def _words(row: FlightRow, look: Look) -> Words:
    post = row.flight.post
    subject = Subject(post.creator.handle, linked=post.method != Method.CODE)
    return words_of(row.line, subject, look.times(row.line.zone), apply_by=row.line.apply_by)


def _title(row: FlightRow, look: Look) -> SafeString:
    flight = row.flight
    may_plan = Action.PLAN_FLIGHTS in look.allowed
    address = ("flight", flight.pk) if may_plan else ("post", flight.post_id)
    return format_html(
        '<a href="{}">{}</a><small>@{}</small>',
        reverse(address[0], args=[look.brand.slug, address[1]]),
        flight.post,
        flight.post.creator.handle,
    )


def _verdict(row: FlightRow, look: Look) -> SafeString:
    words = _words(row, look)
    # "Ended, ended" says it twice: then the day.
    when = words.day if words.when.lower() == words.limit.lower() else words.when
    return format_html(
        '<span class="mark {}">{}</span><small>{}</small>', words.tone, words.limit, words.step or when
    )


def _until(row: FlightRow, look: Look) -> str:
    """Until when it may run: its last full day, in the zone of its account; empty while it may not."""
    line, times = row.line, look.times(row.line.zone)
    if not _may_run(row, look):
        return ""
    if line.apply_by is not None:
        return times.short_end(line.apply_by)
    gap = line.first_gap
    if gap is None or gap.starts_at is None:
        return times.short_last_day(line.ends_at) if line.ends_at else "no end"
    return (
        times.short_end(gap.starts_at)
        if gap.stops_itself
        else times.of_contract().short_last_day(gap.starts_at)
    )


def _until_day(row: FlightRow, look: Look) -> date | None:
    """The same as a day; None also where it has no end."""
    line, gap = row.line, row.line.first_gap
    end = line.apply_by or (gap.starts_at if gap else line.ends_at)
    if end is None or not _may_run(row, look):
        return None
    in_contract = line.apply_by is None and gap is not None and not gap.stops_itself
    return last_full_day(end, look.brand.time_zone if in_contract else line.zone)


def _may_run(row: FlightRow, look: Look) -> bool:
    """Whether it may run now, or on its first day."""
    line, gap = row.line, row.line.first_gap
    if line.coverage is None or line.status is FlightStatus.ENDED:
        return False
    if line.apply_by is not None:
        return line.apply_by > look.now
    if gap is None:
        return True
    if gap.starts_at is None or line.starts_at is None:
        return False
    return gap.starts_at > max(look.now, line.starts_at)


def _campaign(row: FlightRow, look: Look) -> SafeString:
    flight = row.flight
    return format_html(
        '<a href="{}">{}</a>',
        reverse("campaign", args=[look.brand.slug, flight.campaign_id]),
        flight.campaign,
    )


def _dates(row: FlightRow, look: Look) -> str:
    flight, year = row.flight, look.now.year
    if flight.starts_on is None:
        return "no dates yet"
    until = short_day(flight.ends_on, year=year) if flight.ends_on else "no end"
    return f"{short_day(flight.starts_on, year=year)} – {until}"


def _spend(row: FlightRow, _look: Look) -> str:
    spend = row.flight.daily_spend
    return "" if spend is None else money(spend, row.line.currency)


def _risk(row: FlightRow, _look: Look) -> str:
    risk = row.line.at_risk
    return money(risk, row.line.currency, estimate=True) if risk else ""


_CURRENCY: Cell[FlightRow] = ("Currency", lambda row, _: row.line.currency)

COLUMNS: tuple[Column[FlightRow], ...] = (
    Column(key="flight", label="Flight", draw=_title, text=lambda row, _: str(row.flight.post), lead=True),
    Column(
        key="creator",
        label="Creator",
        draw=lambda row, _: f"@{row.flight.post.creator.handle}",
        text=lambda row, _: row.flight.post.creator.handle,
        usual=False,
        sort="creator",
    ),
    Column(key="verdict", label="Verdict", draw=_verdict, text=lambda row, look: _words(row, look).limit),
    Column(key="until", label="May run until", draw=_until, text=_until_day),
    Column(
        key="dates",
        label="Dates",
        draw=_dates,
        cells=lambda _: [
            ("First day", lambda row, _: row.flight.starts_on),
            ("Last day", lambda row, _: row.flight.ends_on),
        ],
        sort="first_day",
    ),
    Column(key="campaign", label="Campaign", draw=_campaign, sort="campaign"),
    Column(
        key="buyer",
        label="Buyer",
        draw=lambda row, _: row.flight.buyer.get_short_name() if row.flight.buyer else "",
    ),
    Column(
        key="account",
        label="Ad account",
        draw=lambda row, _: row.flight.ad_account.name if row.flight.ad_account else "",
        usual=False,
    ),
    Column(
        key="spend",
        label="A day",
        draw=_spend,
        cells=lambda _: [("A day", lambda row, _: row.flight.daily_spend), _CURRENCY],
        number=True,
    ),
    Column(
        key="risk",
        label="At risk",
        draw=_risk,
        cells=lambda _: [("At risk", lambda row, _: row.line.at_risk), _CURRENCY],
        number=True,
    ),
    Column(key="ad_name", label="Ad name", draw=lambda row, _: row.flight.ad_name, usual=False),
    Column(
        key="first_day",
        label="First day",
        draw=lambda row, _: _day(row.flight.starts_on),
        text=lambda row, _: row.flight.starts_on,
        usual=False,
    ),
    Column(
        key="last_day",
        label="Last day",
        draw=lambda row, _: _day(row.flight.ends_on),
        text=lambda row, _: row.flight.ends_on,
        usual=False,
        sort="last_day",
    ),
    Column(key="call", label="Call to action", draw=lambda row, _: row.flight.call_to_action, usual=False),
    Column(
        key="landing_page",
        label="Landing page",
        draw=lambda row, _: row.flight.landing_page or row.flight.post.landing_page,
        usual=False,
    ),
)


def _day(day: Any) -> str:
    return day.isoformat() if day else ""


SORTS = (
    Sort(key="next", label="What is next", field="next_at", rank="next_rank", parse=as_instant),
    Sort(key="newest", label="Newest first", field="pk", descending=True),
    Sort(key="first_day", label="First day", field="first_at", parse=as_instant),
    Sort(key="last_day", label="Last day", field="over_at", parse=as_instant),
    Sort(key="campaign", label="Campaign A–Z", field="campaign__name", folded=True),
    Sort(key="creator", label="Creator A–Z", field="post__creator__handle", folded=True),
)
