"""The peak: a named period, and what survives it."""

from collections.abc import Sequence
from datetime import datetime
from http import HTTPStatus
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from brands.access import BrandRequest, actor_of, brand_view, viewer_zone
from brands.rules import Action
from campaigns.phrases import Moment, Subject, Tone, label, limiting, next_step
from campaigns.pictures import flight_strip
from posts.enums import Method
from sparktrack.core.clock import utc_now
from sparktrack.core.days import local_date
from sparktrack.core.wording import TimeWords, count, weekday
from workplace.campaigns_words import sums
from workplace.forms.flights_peak import PeakForm
from workplace.models import SavedPeak
from workplace.operations.peaks import PeakRefusedError, delete_peaks, save_peak
from workplace.queries.flights_peak import (
    COUNTED,
    MOST_SHOWN,
    NEWEST,
    NoSuchPlaceError,
    PeakAnswer,
    PeakLine,
    peak_answer,
    place_of,
)
from workplace.queries.peaks import Peak, next_peak, peaks_of, usual_peak
from workplace.views.flights_rows import peak_row

_PARAMETERS = frozenset(PeakForm.base_fields)
# Title, what it means, tone.
_GROUPS = {
    "falling": ("Fall short", "planned, and something ends or is missing in the peak", Tone.STOP),
    "ending": (
        "End during the peak",
        "planned to end before its last day, and nothing is missing until then",
        Tone.IDLE,
    ),
    "surviving": ("Survive", "planned to its last day, and nothing is missing while they fly in it", Tone.OK),
    "ready": ("Ready, not planned", "would survive: no flight in the peak yet", Tone.OK),
    "lacking": ("Not ready, not planned", "no flight in the peak, and something is missing", Tone.IDLE),
}


@require_safe
@brand_view()
def show_peak(request: BrandRequest) -> HttpResponse:
    """What survives the peak of the address, else the next one that the brand keeps: planned or not, what to ask for.

    ``group`` with ``after``: all of one group, page by page.
    """
    now = utc_now()
    brand = request.brand
    today = local_date(now, brand.time_zone)
    peaks = peaks_of(brand, usual_peak(today))
    peak: Peak | None = next_peak(peaks, today=today)
    assert peak is not None
    form = PeakForm(initial={"name": peak.name, "first": peak.first, "last": peak.last})
    if _PARAMETERS & request.GET.keys():
        form = PeakForm(request.GET)
        peak = _typed(form, peaks) if form.is_valid() else None
    return _page(request, form, peak, peaks, now)


@require_POST
@brand_view(action=Action.PLAN_FLIGHTS)
def keep_peak(request: BrandRequest) -> HttpResponse:
    """Keep the period of the page under its name; one of that name gets its days."""
    form, now = PeakForm(request.POST), utc_now()
    if form.is_valid():
        values = form.cleaned_data
        try:
            row = save_peak(
                brand=request.brand,
                name=values["name"],
                first_on=values["first"],
                last_on=values["last"],
                now=now,
                actor=actor_of(request),
            )
        except PeakRefusedError as refused:
            form.add_error(refused.field or None, refused.message)
        else:
            messages.success(request, f"{row.name} is kept: it stands here and in the calendar.")
            return redirect(_address(request, Peak(row.name, row.first_on, row.last_on)))
    peaks = peaks_of(request.brand, usual_peak(local_date(now, request.brand.time_zone)))
    return _page(request, form, None, peaks, now)


@require_POST
@brand_view(action=Action.PLAN_FLIGHTS)
def delete_peak(request: BrandRequest, peak: UUID) -> HttpResponse:
    """Keep it no more; flights stay as they are."""
    row = SavedPeak.objects.for_brand(request.brand).filter(pk=peak).first()
    if row is None:
        raise Http404("No peak of this brand has this address.")
    delete_peaks(brand=request.brand, peaks=[row], now=utc_now(), actor=actor_of(request))
    messages.success(request, f"{row.name} is not kept any more. No flight was changed.")
    return redirect(_address(request, Peak(row.name, row.first_on, row.last_on)))


def _typed(form: PeakForm, peaks: Sequence[Peak]) -> Peak:
    """The peak that the form names; as it is kept, if it is."""
    values = form.cleaned_data
    typed = Peak(values["name"] or "The peak", values["first"], values["last"])
    return next((peak for peak in peaks if peak.is_like(typed)), typed)


def _query(peak: Peak) -> str:
    return urlencode({"name": peak.name, "first": peak.first, "last": peak.last})


def _address(request: BrandRequest, peak: Peak) -> str:
    return f"{reverse('peak', args=[request.brand.slug])}?{_query(peak)}"


def _page(
    request: BrandRequest, form: PeakForm, peak: Peak | None, peaks: Sequence[Peak], now: datetime
) -> HttpResponse:
    context: dict[str, Any] = {
        "form": form,
        "peak": peak,
        "peaks": [(each, _query(each), peak is not None and each.is_like(peak)) for each in peaks],
        "may_keep": Action.PLAN_FLIGHTS in request.allowed,
        "has_name": peak is not None and any(peak.name == each.name and each.pk for each in peaks),
        "now": now,
        "zone": viewer_zone(request),
    }
    status = HTTPStatus.OK if peak else HTTPStatus.BAD_REQUEST
    if peak is not None:
        group, after = request.GET.get("group", ""), request.GET.get("after", "")
        try:
            if group and group not in _GROUPS:
                raise NoSuchPlaceError
            behind = place_of(after) if group and after else None
            answer = peak_answer(request.brand, peak, now=now, group=group, after=behind)
        except NoSuchPlaceError:
            problem = "This page of the peak cannot be found. Begin at the first one."
            context |= {"peak": None, "problem": problem}
            status = HTTPStatus.BAD_REQUEST
        else:
            context |= _context(request, peak, answer, now, group=group)
    return render(request, "workplace/flights/peak.html", context, status=status)


def _context(
    request: BrandRequest, peak: Peak, answer: PeakAnswer, now: datetime, *, group: str
) -> dict[str, Any]:
    rows = {name: [_row(request, line, now) for line in found] for name, found in answer.lines.items()}
    asks = [f"{row['step']}: {row['post']}" for row in rows.get("falling", ()) if row["step"]]
    query, year = _query(peak), now.year
    groups = []
    for name, found in rows.items():
        title, note, tone = _GROUPS[name]
        shown = found if group else found[:MOST_SHOWN]
        groups.append(
            {
                "title": title,
                "note": note,
                "tone": tone,
                "number": _counted(answer.counts[name]),
                "rows": [peak_row(row, request.brand.slug) for row in shown],
                "all": f"{query}&group={name}" if answer.counts[name] > len(shown) and not group else "",
            }
        )
    following = urlencode({"group": group, "after": answer.after}) if answer.after else ""
    return {
        "answer": answer,
        "said": _said(peak, answer),
        "days": f"{weekday(peak.first, year=year)} – {weekday(peak.last, year=year)}",
        "groups": groups,
        "group": group,
        "query": query,
        "following": f"{query}&{following}" if following else "",
        "is_first": not request.GET.get("after"),
        "asks": "\n".join(asks),
        "asked_lines": len(asks),
        "asks_rest": not group and answer.counts["falling"] > len(rows.get("falling", ())),
        "newest": NEWEST if answer.newest_only else 0,
    }


def _said(peak: Peak, answer: PeakAnswer) -> dict[str, Any]:
    """What the page says first: counts."""
    number = answer.counts
    planned = number["surviving"] + number["falling"] + number["ending"]
    if answer.over:
        return {"tone": Tone.IDLE, "headline": f"{peak.name} is over", "rest": "Choose days to come."}
    many = number["ready"] > COUNTED
    ready = f"{COUNTED:,}+ more posts" if many else count(number["ready"], "more post")
    rest = f"{ready} {'is' if number['ready'] == 1 else 'are'} ready without a flight in it."
    if not planned:
        return {"tone": Tone.IDLE, "headline": f"No flight is planned for {peak.name}", "rest": rest}
    if number["ending"]:
        verb = "ends" if number["ending"] == 1 else "end"
        rest = f"{_counted(number['ending'])} {verb} during it, as planned. {rest}"
    verb = "survives" if number["surviving"] == 1 else "survive"
    headline = f"{_counted(number['surviving'])} of {count(planned, 'planned flight')} {verb} {peak.name}"
    if max(number["surviving"], number["falling"], number["ending"]) > COUNTED:
        headline = (
            f"{_counted(number['falling'])} planned flights fall short of {peak.name}, "
            f"{_counted(number['surviving'])} survive"
        )
    if answer.at_risk:
        rest = f"{sums(answer.at_risk)} at risk. {rest}"
    return {"tone": Tone.STOP if number["falling"] else Tone.OK, "headline": headline, "rest": rest}


def _counted(number: int) -> str:
    """``41``, or ``1,000+`` where counting stopped."""
    return f"{COUNTED:,}+" if number > COUNTED else f"{number:,}"


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
