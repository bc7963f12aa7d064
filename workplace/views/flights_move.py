"""Moving many flights at once: looked at first, then done in one go that can be taken back."""

from collections.abc import Sequence
from datetime import datetime
from http import HTTPStatus
from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from brands.access import BrandRequest, brand_view, viewer_zone
from brands.operations.edits import locked
from brands.rules import Action
from campaigns.drawing import words_of
from campaigns.models import Campaign, Flight
from campaigns.operations.flights import Move, move_flights
from campaigns.phrases import Subject, Tone
from campaigns.queries.lines import JudgedFlight
from campaigns.words import Words
from posts.enums import Method
from sparktrack.core.clock import utc_now
from sparktrack.core.refusals import RefusedError
from sparktrack.core.wording import TimeWords, count, short_day
from workplace.campaigns_words import sums
from workplace.forms.flights_move import MoveForm
from workplace.queries.flights_move import (
    MOST_MOVED,
    Change,
    MoveLine,
    at_risk,
    flights_to_move,
    judged_as_they_are,
    move_preview,
)
from workplace.undoing import actor_of_change, say_done
from workplace.views.flights_rows import chosen_row, moved_row

HEADINGS = {
    Change.LOSES: ("Lose coverage", Tone.STOP),
    Change.LACKS: ("Not covered, before and after", Tone.WARN),
    Change.GAINS: ("Gain coverage", Tone.OK),
    Change.KEEPS: ("Covered, before and after", Tone.OK),
    Change.STAYS: ("Stay as they are", Tone.IDLE),
}
_OTHER = "Something is other than you saw it: look again, then move."


@require_http_methods(["GET", "HEAD", "POST"])
@brand_view(action=Action.PLAN_FLIGHTS)
def move(request: BrandRequest) -> HttpResponse:
    """Flights of ``?campaign=``, or each ``?flight=``, and how they would move (``by``, ``days``, ``on``).

    POST with ``apply`` moves those that are ticked, exactly as they were seen; without it stores nothing.
    """
    now, asked = utc_now(), request.POST if request.method == "POST" else request.GET
    campaign = _campaign(request, asked)
    flights = _flights(request, asked, campaign, now)
    form = MoveForm(asked if "by" in asked else None)
    problem, status = "", HTTPStatus.OK
    if form.is_bound and not form.is_valid():
        status = HTTPStatus.UNPROCESSABLE_ENTITY
    elif not flights["ticked"]:
        problem, status = "Tick at least one flight.", HTTPStatus.UNPROCESSABLE_ENTITY
    elif request.method == "POST" and "apply" in asked:
        problem = _apply(request, flights["ticked"], form, now)
        if not problem:
            return redirect(_back(request, campaign, flights["ticked"]))
        status = HTTPStatus.CONFLICT
        flights = _flights(request, asked, campaign, now)
    return _page(request, form, flights, campaign, now=now, problem=problem, status=status)


def choose_move(request: BrandRequest, flights: Sequence[Flight]) -> HttpResponse:
    """The page that asks how to move these flights, all of them ticked."""
    chosen = {"shown": list(flights), "ticked": list(flights)}
    return _page(request, MoveForm(), chosen, None, now=utc_now(), problem="", status=HTTPStatus.OK)


def _campaign(request: BrandRequest, asked: QueryDict) -> Campaign | None:
    wanted = asked.get("campaign")
    if not wanted:
        return None
    found: Campaign = get_object_or_404(Campaign.objects.for_brand(request.brand), pk=_ids([str(wanted)])[0])
    return found


def _flights(
    request: BrandRequest, asked: QueryDict, campaign: Campaign | None, now: datetime
) -> dict[str, list[Flight]]:
    """All that the page shows, and those that are ticked. Raises Http404 for one that is not of this brand."""
    ticked = set(_ids(asked.getlist("flight")))
    shown = set(_ids([each.partition(":")[0] for each in asked.getlist("seen")])) | ticked
    if len(shown) > MOST_MOVED:
        raise Http404("So many flights are moved in several goes.")
    if shown:
        found = flights_to_move(request.brand, ids=shown, now=now)
        if len(found) < len(shown):
            raise Http404("One of these flights is not there.")
    elif campaign is not None:
        found = flights_to_move(request.brand, campaign=campaign.pk, now=now)
        ticked = {flight.pk for flight in found}
    else:
        raise Http404("Say which flights are to be moved.")
    if request.method != "POST":
        ticked = {flight.pk for flight in found}
    found = found[:MOST_MOVED]
    return {"shown": found, "ticked": [flight for flight in found if flight.pk in ticked]}


def _ids(texts: Sequence[str]) -> list[UUID]:
    try:
        return [UUID(text) for text in texts[: MOST_MOVED + 1]]
    except ValueError:
        raise Http404("This is no address of a flight.") from None


def _apply(request: BrandRequest, flights: Sequence[Flight], form: MoveForm, now: datetime) -> str:
    """Moves the flights if all is as it was seen; returns what is in the way, empty if it is done."""
    if form.shift is None:
        return "Look at it first."
    seen = dict(each.split(":", 1) for each in request.POST.getlist("seen") if ":" in each)
    actor = actor_of_change(request)
    with locked(request.brand) as brand:
        fresh = flights_to_move(brand, ids=[flight.pk for flight in flights], now=now)
        lines = move_preview(brand, fresh, form.shift, now=now)
        if any(seen.get(str(line.flight.pk)) != line.seen for line in lines):
            return _OTHER
        moves = [
            Move(line.flight, line.moved.starts_on, line.moved.ends_on)
            for line in lines
            if line.change is not Change.STAYS
        ]
        if not moves:
            return "None of these flights can be moved like that."
        try:
            changed = move_flights(brand=brand, moves=moves, now=now, actor=actor)
        except RefusedError as refused:
            return refused.message
    say_done(request, f"{count(len(changed), 'flight')} moved.", actor)
    return ""


def _back(request: BrandRequest, campaign: Campaign | None, flights: Sequence[Flight]) -> str:
    if campaign is not None:
        return reverse("campaign", args=[request.brand.slug, campaign.pk])
    if len(flights) == 1:
        return reverse("flight", args=[request.brand.slug, flights[0].pk])
    return reverse("flights", args=[request.brand.slug])


def _page(
    request: BrandRequest,
    form: MoveForm,
    flights: dict[str, list[Flight]],
    campaign: Campaign | None,
    *,
    now: datetime,
    problem: str,
    status: int,
) -> HttpResponse:
    brand, zone = request.brand, viewer_zone(request)
    lines: list[MoveLine] = []
    if form.shift is not None and flights["ticked"]:
        lines = move_preview(brand, flights["ticked"], form.shift, now=now)
    previewed = {line.flight.pk for line in lines}
    rest = [flight for flight in flights["shown"] if flight.pk not in previewed]
    rows = {
        change: [_row(brand, line, zone, now) for line in lines if line.change is change] for change in Change
    }
    ticked = {flight.pk for flight in flights["ticked"]}
    asks = _asks([*rows[Change.LOSES], *rows[Change.LACKS]])
    going = [line for line in lines if line.change is not Change.STAYS]
    context = {
        "form": form,
        "campaign": campaign,
        "problem": problem,
        "groups": [
            (*HEADINGS[change], [moved_row(row, named=campaign is None) for row in found])
            for change, found in rows.items()
            if found
        ],
        "rest": [
            chosen_row(
                {
                    "flight": flight,
                    "ticked": flight.pk in ticked,
                    "dates": _dates_of(flight.starts_on, flight.ends_on, now.year),
                    "words": _words(brand, flight, line, zone, now),
                },
                named=campaign is None,
            )
            for flight, line in zip(rest, judged_as_they_are(brand, rest, now=now), strict=True)
        ],
        "previewed": bool(lines),
        "going": len(going),
        "answer": _answer(lines, going),
        "money": (sums(at_risk(each.before for each in going)), sums(at_risk(each.after for each in going))),
        "asks": "\n".join(asks),
        "asked_lines": len(asks),
        "too_many": len(flights["shown"]) >= MOST_MOVED,
        "now": now,
        "zone": zone,
        "back": _back(request, campaign, flights["shown"]) if flights["shown"] else "",
    }
    return render(request, "workplace/flights/move.html", context, status=status)


def _answer(lines: Sequence[MoveLine], going: Sequence[MoveLine]) -> dict[str, Any]:
    """What the page says first."""
    number = {change: sum(line.change is change for line in lines) for change in Change}
    if not going:
        return {"tone": Tone.IDLE, "headline": "Nothing would move", "rest": ""}
    loses, gains = number[Change.LOSES], number[Change.GAINS]
    if loses:
        headline = f"{loses:,} of {count(len(going), 'flight')} {'loses' if loses == 1 else 'lose'} coverage"
    else:
        headline = (
            f"{count(len(going), 'flight')} {'moves' if len(going) == 1 else 'move'}, none loses coverage"
        )
    said = [
        f"{gains:,} {'gains' if gains == 1 else 'gain'} coverage" if gains else "",
        f"{number[Change.KEEPS]:,} covered before and after" if number[Change.KEEPS] else "",
        f"{number[Change.LACKS]:,} not covered either way" if number[Change.LACKS] else "",
        f"{number[Change.STAYS]:,} cannot move" if number[Change.STAYS] else "",
    ]
    tone = Tone.STOP if loses else Tone.WARN if number[Change.LACKS] else Tone.OK
    return {"tone": tone, "headline": headline, "rest": " · ".join(filter(None, said))}


def _row(brand: Any, line: MoveLine, zone: str, now: datetime) -> dict[str, Any]:
    flight, year = line.flight, now.year
    return {
        "flight": flight,
        "seen": line.seen,
        "why_not": line.moved.why_not,
        "keeps_start": line.moved.keeps_start,
        "stays": line.change is Change.STAYS,
        "old": _dates_of(flight.starts_on, flight.ends_on, year),
        "new": _dates_of(line.moved.starts_on, line.moved.ends_on, year),
        "before": _words(brand, flight, line.before, zone, now),
        "after": _words(brand, flight, line.after, zone, now),
        "line": line.after,
        "days": _days(line),
    }


def _words(brand: Any, flight: Flight, line: JudgedFlight, zone: str, now: datetime) -> Words:
    post = flight.post
    times = TimeWords(now=now, zone=line.zone, viewer_zone=zone, contract_zone=brand.time_zone)
    return words_of(line, Subject(post.creator.handle, linked=post.method != Method.CODE), times)


def _dates_of(starts_on: Any, ends_on: Any, year: int) -> str:
    if starts_on is None:
        return "no dates yet"
    until = short_day(ends_on, year=year) if ends_on else "no end"
    return f"{short_day(starts_on, year=year)} – {until}"


def _days(line: MoveLine) -> str:
    """``13 → 27 days not covered``, where it lacks some before and after."""
    was, will = line.before.uncovered_days, line.after.uncovered_days
    return f"{was} → {count(will, 'day')} not covered" if was and will and was != will else ""


def _asks(rows: Sequence[dict[str, Any]]) -> list[str]:
    """What to ask for, one line a flight: to be copied into a message or a task."""
    return [
        f"{row['after'].step}: {row['flight'].post} (flight {row['new']})"
        for row in rows
        if row["after"].step
    ]
