"""The flights of a campaign as markup, put together at once: a template would be rendered anew for each cell."""

from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from campaigns.drawing import money_of, pieces_of, words_of
from campaigns.phrases import Subject
from campaigns.queries.lines import BoardLine
from campaigns.words import Words, strip_sentence
from sparktrack.core.templatetags.wording import time_element
from sparktrack.core.wording import TimeWords
from workplace.queries.campaigns import CampaignFlight, CampaignPage

_ROW = (
    '<li><p class="who"><a href="{}">{}</a> <span>{}</span></p>'
    '<div class="pic"><svg class="track" role="img" aria-label="{}"><use href="#grid"/>{}</svg></div>'
    '<p class="why"><span class="badge {}">{}</span> <span>{}</span></p><p class="when">{}</p>'
    '<p class="money">{}</p></li>'
)


def times_of(page: CampaignPage, line: BoardLine, zone: str) -> TimeWords:
    """The words for time: days in the zone of the flight's ad account, clocks in the reader's ``zone``."""
    return TimeWords(now=page.now, zone=line.zone, viewer_zone=zone, contract_zone=page.brand.time_zone)


def words_for(line: BoardLine, times: TimeWords) -> Words:
    """A flight of the campaign in words."""
    return words_of(line, Subject(line.handle, linked=line.linked), times, apply_by=line.apply_by)


def flight_row(page: CampaignPage, each: CampaignFlight, zone: str, *, may_plan: bool) -> SafeString:
    """One flight: its post, its strip on the common axis, its verdict, its dates, its money."""
    line = each.line
    times = times_of(page, line, zone)
    words = words_for(line, times)
    label = strip_sentence(
        line.coverage,
        starts_at=line.starts_at,
        ends_at=line.ends_at,
        uncovered_days=line.uncovered_days,
        subject=Subject(line.handle, linked=line.linked),
        times=times,
    )
    dates = _dates(line, times)
    if may_plan:
        dates = format_html('<a href="{}">{}</a>', _address("flight", page, line.flight_id), dates)
    when = words.day if words.when.lower() == words.limit.lower() else words.when
    if words.at is not None:
        when = format_html("{}, {}", when, time_element(words.at, zone, page.now))
    return format_html(
        _ROW,
        _address("post", page, line.post_id),
        line.title,
        f"@{line.handle} · {line.buyer}" if line.buyer else f"@{line.handle}",
        label,
        pieces_of(each.lane.pieces),
        words.tone,
        words.limit,
        when,
        dates,
        money_of(line),
    )


def _address(route: str, page: CampaignPage, pk: object) -> str:
    return reverse(route, args=[page.brand.slug, pk])


def _dates(line: BoardLine, times: TimeWords) -> str:
    """``23 Nov – 15 Dec``, in the zone of its ad account."""
    if line.starts_at is None:
        return "no dates yet"
    until = times.short_end(line.ends_at) if line.ends_at else "no end"
    return f"{times.short_day(line.starts_at)} – {until}"
