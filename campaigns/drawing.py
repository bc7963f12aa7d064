"""Flights as markup, shared by board and post page: their strip, their money, a whole line of the board.

One call to ``format_html`` for a line: a template with an include and a tag for each cell took three times as long.
"""

from collections.abc import Iterable
from datetime import datetime

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from campaigns.enums import FlightStatus
from campaigns.phrases import Subject
from campaigns.pictures import Piece, Strip, flight_strip
from campaigns.queries.lines import BoardLine, IdleLine, JudgedFlight
from campaigns.words import Words, flight_words, post_words, strip_sentence
from sparktrack.core.templatetags.wording import time_element
from sparktrack.core.wording import TimeWords, count, money

_LINE = (
    '<li><p class="when"><b>{}</b> {}</p><p class="who"><a href="{}">{}</a> <span>{}</span></p>'
    '<div class="pic">{}</div><p class="why"><span class="badge {}">{}</span> <span>{}</span></p>'
    '<p class="money">{}</p></li>'
)
_IDLE = (
    '<li><p class="when"><b>{}</b> <span>{}</span></p><p class="who"><a href="{}">{}</a> <span>@{}</span></p>'
    '<p class="pic none">no flight</p><p class="why"><span class="badge {}">{}</span> <span>{}</span></p>'
    '<p class="money"></p></li>'
)


def flight_element(line: BoardLine, address: str, times: TimeWords, *, brand: str = "") -> SafeString:
    """A flight as a line of the board that leads to ``address``; ``brand`` where lines of several stand together."""
    subject = Subject(line.handle, linked=line.linked)
    words = words_of(line, subject, times, apply_by=line.apply_by)
    return format_html(
        _LINE,
        words.when,
        _below(words, times),
        address,
        line.title,
        " · ".join(filter(None, (brand, f"@{line.handle}", line.campaign, line.buyer))),
        strip_of(line, subject, times),
        words.tone,
        words.limit,
        words.step,
        money_of(line),
    )


def idle_element(line: IdleLine, address: str, times: TimeWords) -> SafeString:
    """A post outside any flight as a line of the board that leads to ``address``."""
    words = post_words(line.coverage, subject=Subject(line.handle, linked=line.linked), times=times)
    return format_html(
        _IDLE, words.when, words.day, address, line.title, line.handle, words.tone, words.limit, words.step
    )


def _below(words: Words, times: TimeWords) -> str:
    """What stands below the large words of a line: the exact time, or the day that it came from."""
    if words.at is None:
        return format_html("<span>{}</span>", words.day)
    instant = time_element(words.at, times.viewer_zone, times.now)
    return format_html("{} <small>{}</small>", instant, words.day) if words.day else instant


def words_of(
    line: JudgedFlight, subject: Subject, times: TimeWords, *, apply_by: datetime | None = None
) -> Words:
    """A flight in words; ``apply_by``: a replacement of its code must be applied until then."""
    return flight_words(
        line.coverage,
        status=line.status,
        starts_at=line.starts_at,
        ends_at=line.ends_at,
        subject=subject,
        times=times,
        blocked_since=line.blocked_since,
        apply_by=apply_by,
    )


def strip_of(line: JudgedFlight, subject: Subject, times: TimeWords) -> SafeString:
    """The flight in one line, with a sentence for those who do not see it."""
    label = strip_sentence(
        line.coverage,
        starts_at=line.starts_at,
        ends_at=line.ends_at,
        uncovered_days=line.uncovered_days,
        subject=subject,
        times=times,
    )
    if line.coverage is None or line.starts_at is None:
        return _strip(label, None, ("", ""))
    picture = flight_strip(
        starts_at=line.starts_at,
        ends_at=line.ends_at,
        now=times.now,
        gaps=line.coverage.gaps,
        blocked_since=line.blocked_since,
        judged=line.status is not FlightStatus.PAUSED,
    )
    last = times.short_end(line.ends_at) if line.ends_at else "no end"
    return _strip(label, picture, (times.short_day(line.starts_at), last))


def _strip(label: str, picture: Strip | None, days: tuple[str, str]) -> SafeString:
    """Terse on purpose: a board has many. The style sheet knows the height of the pieces."""
    if picture is None:
        return format_html(
            '<svg class="strip" role="img" aria-label="{}"><rect class="i" width="100%"/></svg>', label
        )
    now = "" if picture.now is None else format_html('<rect class="n" x="{}%"/>', f"{picture.now:g}")
    return format_html(
        '<svg class="strip" role="img" aria-label="{}"><g>{}</g>{}</svg>'
        "<p><span>{}</span> <span>{}</span></p>",
        label,
        pieces_of(picture.pieces),
        now,
        *days,
    )


def pieces_of(pieces: Iterable[Piece]) -> SafeString:
    """The pieces of a bar as SVG."""
    return format_html_join(
        "",
        '<rect class="{}" x="{}%" width="{}%"/>',
        ((piece.kind, f"{piece.x:g}", f"{piece.width:g}") for piece in pieces),
    )


def money_of(line: JudgedFlight) -> str:
    """What the gaps of a flight would spend or lose, else its daily spend; empty if none was given."""
    spend, currency = line.daily_spend, line.currency
    if line.at_risk and spend:
        amount, a_day = money(line.at_risk, currency, estimate=True), money(spend, currency)
        return format_html("<b>{}</b> <span>{} d × {}</span>", amount, line.uncovered_days, a_day)
    if line.uncovered_days:
        return format_html("<b>{}</b> <span>no spend given</span>", count(line.uncovered_days, "day"))
    if not spend or line.status is FlightStatus.ENDED:
        return ""
    return format_html("<span>{} a day</span>", money(spend, currency))
