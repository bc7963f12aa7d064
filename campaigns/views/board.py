"""The board."""

from datetime import datetime

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from brands.access import BrandRequest, brand_view, viewer_zone
from campaigns.enums import Section
from campaigns.filters import FlightFilter
from campaigns.queries.board import BadCursorError, Board, Cursor, board, idle_posts, section_board
from sparktrack.core.clock import utc_now

_PARAMETERS = frozenset({*FlightFilter.base_filters, "after"})


@require_safe
@brand_view()
def show_board(request: BrandRequest) -> HttpResponse:
    """What runs, and until when: all sections, or with ``?section=`` a page of one."""
    now = utc_now()
    chosen = FlightFilter(request.GET, brand=request.brand)
    shown: Board | None = None
    problem = ""
    unknown = sorted(set(request.GET) - _PARAMETERS)
    if unknown:
        problem = f"There is no filter called {unknown[0]}."
    elif chosen.is_valid():
        try:
            shown = _board(request, chosen, now=now)
        except BadCursorError as error:
            problem = str(error)
    context = {"board": shown, "filter": chosen, "problem": problem, "now": now, "zone": viewer_zone(request)}
    return render(request, "campaigns/board.html", context, status=200 if shown else 400)


def _board(request: BrandRequest, chosen: FlightFilter, *, now: datetime) -> Board:
    choice = chosen.choice(now=now)
    values = chosen.form.cleaned_data
    posts = idle_posts(request.brand, now=now).matching(values["q"])
    if values["creator"]:
        posts = posts.filter(creator__handle=values["creator"])
    after = Cursor.parse(request.GET["after"]) if request.GET.get("after") else None
    if after and not values["section"]:
        raise BadCursorError
    if values["section"]:
        return section_board(choice, posts, section=Section(values["section"]), after=after, now=now)
    by_flight = values["buyer"] or values["campaign"] or choice.reason or choice.gap_before
    return board(choice, None if by_flight else posts, now=now)
