"""Flights of a move and of a peak as markup, each put together at once: templates render every cell anew."""

from typing import Any

from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from campaigns.drawing import money_of, pieces_of
from campaigns.models import Flight
from campaigns.words import Words
from sparktrack.core.wording import money

_MOVE = (
    '<li><label class="tick"><input type="checkbox" name="flight" value="{}"{}><span><b>{}</b> '
    '<span class="muted">{}</span></span></label><input type="hidden" name="seen" value="{}">'
    '<p class="dates">{}</p><p class="verdicts">{}</p><p class="money">{}</p></li>'
)
_PEAK = (
    '<li><p class="when"><b>{}</b> <span>{}</span></p><p class="who"><a href="{}">{}</a> <span>{}</span></p>'
    '<div class="pic"><svg class="strip" role="img" aria-label="{}"><g>{}</g></svg></div>'
    '<p class="why"><span class="badge {}">{}</span> <span>{}</span></p><p class="money">{}</p></li>'
)


def moved_row(row: dict[str, Any], *, named: bool) -> SafeString:
    """A flight before and after its move; ``named``: with its campaign."""
    if row["stays"]:
        dates, verdicts = row["old"], format_html("stays: {}", row["why_not"])
    else:
        dates = format_html("<s>{}</s> <b>{}</b>", row["old"], row["new"])
        verdicts = format_html(
            '{} <span aria-hidden="true">→</span><span class="hidden">then</span> {} '
            '<span class="muted small">{}</span>',
            _badge(row["before"]),
            _badge(row["after"]),
            row["days"] or ", ".join(filter(None, (row["after"].when, row["after"].day))),
        )
    flight: Flight = row["flight"]
    ticked = not row["stays"]
    seen = f"{flight.pk}:{row['seen']}"
    return _moving(flight, seen, dates, verdicts, money_of(row["line"]), ticked=ticked, named=named)


def chosen_row(row: dict[str, Any], *, named: bool) -> SafeString:
    """A flight that nobody has looked at yet, as it is."""
    flight: Flight = row["flight"]
    verdicts = format_html('{} <span class="muted small">{}</span>', _badge(row["words"]), row["words"].when)
    return _moving(flight, f"{flight.pk}:", row["dates"], verdicts, "", ticked=row["ticked"], named=named)


def peak_row(row: dict[str, Any], slug: str) -> SafeString:
    """A post in the peak, with its flight if one is planned."""
    flight, post = row["flight"], row["post"]
    who = [f"@{post.creator.handle}"]
    if flight is not None:
        who += [flight.campaign.name, flight.buyer.get_short_name() if flight.buyer else ""]
    return format_html(
        _PEAK,
        row["when"],
        f"in it {row['days']}" if flight is not None else "no flight",
        reverse("post", args=[slug, post.pk]),
        post,
        " · ".join(filter(None, who)),
        row["label"],
        pieces_of(row["pieces"]),
        row["tone"],
        row["limit"],
        row["step"],
        format_html_join(
            "", "<b>{}</b>", ((money(each.amount, each.currency, estimate=True),) for each in row["money"])
        ),
    )


def _moving(
    flight: Flight, seen: str, dates: str, verdicts: str, cost: str, *, ticked: bool, named: bool
) -> SafeString:
    handle = f"@{flight.post.creator.handle}"
    return format_html(
        _MOVE,
        flight.pk,
        " checked" if ticked else "",
        flight.post,
        f"{handle} · {flight.campaign}" if named else handle,
        seen,
        dates,
        verdicts,
        cost,
    )


def _badge(words: Words) -> SafeString:
    return format_html('<span class="badge {}">{}</span>', words.tone, words.limit)
