"""The peak: a named period, and what survives it."""

from collections.abc import Sequence
from http import HTTPStatus
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from brands.access import BrandRequest, brand_view, viewer_zone
from campaigns.phrases import Moment, Subject, Tone, label, limiting, next_step
from campaigns.pictures import flight_strip
from campaigns.queries.board import MoneySum
from posts.enums import Method
from sparktrack.core.clock import utc_now
from sparktrack.core.days import local_date
from sparktrack.core.wording import TimeWords, count, weekday
from workplace.campaigns_words import sums
from workplace.forms.flights_peak import PeakForm
from workplace.queries.flights_peak import (
    COUNTED,
    MOST_SHOWN,
    NEWEST,
    Peak,
    PeakAnswer,
    PeakLine,
    peak_answer,
    usual_peak,
)
from workplace.views.flights_rows import peak_row

_PARAMETERS = frozenset(PeakForm.base_fields)


@require_safe
@brand_view()
def show_peak(request: BrandRequest) -> HttpResponse:
    """What survives the peak of the address, else the week of Black Friday: planned or not, and what to ask for."""
    now = utc_now()
    brand = request.brand
    peak: Peak | None = usual_peak(local_date(now, brand.time_zone))
    assert peak is not None
    form = PeakForm(initial={"name": peak.name, "first": peak.first, "last": peak.last})
    if _PARAMETERS & request.GET.keys():
        form = PeakForm(request.GET)
        peak = None
        if form.is_valid():
            values = form.cleaned_data
            peak = Peak(values["name"] or "The peak", values["first"], values["last"])
    context: dict[str, Any] = {"form": form, "peak": peak, "now": now, "zone": viewer_zone(request)}
    if peak is not None:
        answer = peak_answer(brand, peak, now=now)
        context |= _context(request, peak, answer, now)
    status = HTTPStatus.OK if peak else HTTPStatus.BAD_REQUEST
    return render(request, "workplace/flights/peak.html", context, status=status)


def _context(request: BrandRequest, peak: Peak, answer: PeakAnswer, now: Any) -> dict[str, Any]:
    rows = {
        name: [_row(request, line, now) for line in getattr(answer, name)]
        for name in ("surviving", "ready", "falling", "lacking")
    }
    asks = [f"{row['step']}: {row['post']}" for row in rows["falling"] if row["step"]]
    number = answer.counts
    year = now.year
    drawn = {name: [peak_row(row, request.brand.slug) for row in found] for name, found in rows.items()}
    return {
        "answer": answer,
        "said": _said(peak, answer),
        "days": f"{weekday(peak.first, year=year)} – {weekday(peak.last, year=year)}",
        "groups": [
            (
                "Fall short",
                "planned, and something ends or is missing in the peak",
                Tone.STOP,
                _counted(number["falling"]),
                drawn["falling"],
            ),
            (
                "Survive",
                "planned, and nothing is missing while they fly in the peak",
                Tone.OK,
                _counted(number["surviving"]),
                drawn["surviving"],
            ),
            (
                "Ready, not planned",
                "would survive: no flight in the peak yet",
                Tone.OK,
                _counted(number["ready"]),
                drawn["ready"],
            ),
            (
                "Not ready, not planned",
                "no flight in the peak, and something is missing",
                Tone.IDLE,
                _counted(number["lacking"]),
                drawn["lacking"],
            ),
        ],
        "asks": "\n".join(asks),
        "asked_lines": len(asks),
        "most": MOST_SHOWN,
        "newest": NEWEST if answer.newest_only else 0,
    }


def _said(peak: Peak, answer: PeakAnswer) -> dict[str, Any]:
    """What the page says first: counts."""
    number = answer.counts
    planned = number["surviving"] + number["falling"]
    if answer.over:
        return {"tone": Tone.IDLE, "headline": f"{peak.name} is over", "rest": "Choose days to come."}
    many = number["ready"] > COUNTED
    ready = f"{COUNTED:,}+ more posts" if many else count(number["ready"], "more post")
    rest = f"{ready} {'is' if number['ready'] == 1 else 'are'} ready without a flight in it."
    if not planned:
        return {"tone": Tone.IDLE, "headline": f"No flight is planned for {peak.name}", "rest": rest}
    verb = "survives" if number["surviving"] == 1 else "survive"
    headline = f"{_counted(number['surviving'])} of {count(planned, 'planned flight')} {verb} {peak.name}"
    if max(number["surviving"], number["falling"]) > COUNTED:
        headline = (
            f"{_counted(number['falling'])} planned flights fall short of {peak.name}, "
            f"{_counted(number['surviving'])} survive"
        )
    money = _risk(answer.falling)
    if money and number["falling"] <= MOST_SHOWN:
        rest = f"{sums(money)} at risk. {rest}"
    return {"tone": Tone.STOP if number["falling"] else Tone.OK, "headline": headline, "rest": rest}


def _counted(number: int) -> str:
    """``41``, or ``1,000+`` where counting stopped."""
    return f"{COUNTED:,}+" if number > COUNTED else f"{number:,}"


def _risk(lines: Sequence[PeakLine]) -> list[MoneySum]:
    found: dict[str, MoneySum] = {}
    for line in lines:
        if line.at_risk is not None and line.at_risk.amount:
            before = found.get(line.at_risk.currency)
            amount = line.at_risk.amount + (before.amount if before else 0)
            found[line.at_risk.currency] = MoneySum(line.at_risk.currency, amount)
    return [found[currency] for currency in sorted(found)]


def _row(request: BrandRequest, line: PeakLine, now: Any) -> dict[str, Any]:
    """A line as the template shows it."""
    post, gap = line.post, line.gaps[0] if line.gaps else None
    subject = Subject(post.creator.handle, linked=post.method != Method.CODE)
    times = TimeWords(
        now=now, zone=line.zone, viewer_zone=viewer_zone(request), contract_zone=request.brand.time_zone
    )
    limit, when, step = "Survives", f"to {times.short_last_day(line.ends_at)}", ""
    if gap is not None and gap.starts_at is not None:
        coming = gap.starts_at > line.starts_at
        moment = Moment.COMING if coming else Moment.LASTING if line.lacks_now else Moment.AT_START
        limit = label(limiting(gap), subject, moment)
        when = f"{_last(gap.starts_at, gap.stops_itself, times)}" if coming else "not at all"
        if not coming and gap.ends_at is not None and gap.ends_at < line.ends_at:
            when = f"not until {times.short_day(gap.ends_at)}"
        step = next_step(gap, ends_at=line.until, subject=subject, times=times)
    picture = flight_strip(starts_at=line.starts_at, ends_at=line.ends_at, now=now, gaps=line.gaps)
    return {
        "post": post,
        "flight": line.flight,
        "tone": Tone.OK if gap is None else Tone.STOP if gap.stops_itself else Tone.WARN,
        "limit": limit,
        "when": when,
        "step": step,
        "pieces": picture.pieces,
        "label": f"{limit}, {when}",
        "money": [line.at_risk] if line.at_risk and line.at_risk.amount else [],
        "days": f"{times.short_day(line.starts_at)} – {times.short_last_day(line.ends_at)}",
    }


def _last(end: Any, stops: bool, times: TimeWords) -> str:
    """Until when it runs: the instant where TikTok stops it, the last day where a person must pause it."""
    return f"until {times.short_end(end)}" if stops else f"pause {times.of_contract().last_day(end)}"
