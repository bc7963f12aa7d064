"""The board."""

from datetime import datetime

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from brands.access import BrandRequest, brand_view, viewer_zone
from campaigns.enums import Section
from campaigns.filters import FlightFilter
from campaigns.queries.board import (
    BadCursorError,
    Board,
    Cursor,
    board,
    inventory_board,
    section_board,
)
from campaigns.queries.board_version import board_version
from sparktrack.core.clock import utc_now
from sparktrack.core.middleware import SEEN_VERSION

# ``more``: the filters are shown although none is set.
_PARAMETERS = frozenset({*FlightFilter.base_filters, "after", "more"})


@require_safe
@brand_view()
def show_board(request: BrandRequest) -> HttpResponse:
    """What runs, and until when: all sections, or with ``?section=`` a page of one.

    htmx gets what stands below the headline; an open page that names the version it shows gets 204 while that is still
    the newest.
    """
    now = utc_now()
    version = board_version(request.brand, now=now)
    if request.headers.get(SEEN_VERSION) == version:
        return HttpResponse(status=204)
    chosen = FlightFilter(request.GET, brand=request.brand)
    context = {"filter": chosen, "problem": "", "now": now, "zone": viewer_zone(request), "version": version}
    shown: Board | None = None
    unknown = sorted(set(request.GET) - _PARAMETERS)
    if unknown:
        context["problem"] = f"There is no filter called {unknown[0]}."
    elif chosen.is_valid():
        try:
            shown = _board(request, chosen, now=now)
        except BadCursorError as error:
            context["problem"] = str(error)
    context["board"] = shown
    part = request.htmx and not request.htmx.history_restore_request
    template = "campaigns/board_view.html" if part else "campaigns/board.html"
    return render(request, template, context, status=200 if shown else 400)


def _board(request: BrandRequest, chosen: FlightFilter, *, now: datetime) -> Board:
    choice, sort = chosen.choice(now=now), chosen.order()
    values = chosen.form.cleaned_data
    after = Cursor.parse(request.GET["after"], sort=sort) if request.GET.get("after") else None
    if after and not values["section"]:
        raise BadCursorError
    section = Section(values["section"]) if values["section"] else None
    if section is Section.INVENTORY:
        return inventory_board(choice, chosen.posts(now=now), after=after, now=now)
    if section:
        return section_board(choice, section=section, after=after, now=now, sort=sort)
    return board(choice, None if chosen.needs_flights else chosen.posts(now=now), now=now, sort=sort)
