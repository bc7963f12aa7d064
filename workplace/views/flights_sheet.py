"""The launch sheet of a flight: what is typed into Ads Manager, and the checks before it is switched on."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from brands.access import BrandRequest, actor_of, brand_view, viewer_zone
from brands.rules import Action
from campaigns.drawing import words_of
from campaigns.enums import Check
from campaigns.models import Flight
from campaigns.operations.flights_checks import tick_checks
from campaigns.phrases import Subject
from posts.enums import Method
from sparktrack.core.clock import utc_now
from sparktrack.core.wording import TimeWords, money, weekday
from workplace.flights_words import check_words
from workplace.queries.flights_sheet import LaunchSheet, launch_sheet, proposed_name


@require_http_methods(["GET", "HEAD", "POST"])
@brand_view(action=Action.PLAN_FLIGHTS)
def show_sheet(request: BrandRequest, flight: UUID) -> HttpResponse:
    """The sheet; POST keeps which checks are ticked."""
    now = utc_now()
    try:
        sheet = launch_sheet(request.brand, flight, now=now)
    except Flight.DoesNotExist:
        raise Http404("No flight of this brand has this address.") from None
    if request.method == "POST":
        wanted = set(request.POST.getlist("check"))
        checks = [check for check in Check if check.value in wanted]
        tick_checks(brand=request.brand, flight=sheet.flight, checks=checks, now=now, actor=actor_of(request))
        left = len(Check) - len(checks)
        messages.success(request, f"Kept: {left} to check." if left else "Kept: all is checked.")
        return redirect("launch-sheet", slug=request.brand.slug, flight=flight)
    return render(request, "workplace/flights/sheet.html", _context(request, sheet, now))


def _context(request: BrandRequest, sheet: LaunchSheet, now: datetime) -> dict[str, Any]:
    brand, flight = request.brand, sheet.flight
    post, zone = flight.post, viewer_zone(request)
    post.brand = brand
    times = TimeWords(now=now, zone=sheet.line.zone, viewer_zone=zone, contract_zone=brand.time_zone)
    return {
        "sheet": sheet,
        "flight": flight,
        "words": words_of(
            sheet.line,
            Subject(post.creator.handle, linked=post.method != Method.CODE),
            times,
            apply_by=sheet.apply_by,
        ),
        "entries": [
            (f"entry-{number}", *each) for number, each in enumerate(_entries(request, sheet, now)) if each[1]
        ],
        "checks": [(each, *check_words(each.check, sheet)) for each in sheet.checks],
        "now": now,
        "zone": zone,
    }


def _entries(request: BrandRequest, sheet: LaunchSheet, now: datetime) -> list[tuple[str, str]]:
    """Each field of Ads Manager with what belongs there; an empty one is left out."""
    flight, post, spend = sheet.flight, sheet.flight.post, sheet.flight.daily_spend
    return [
        ("Ad account", flight.ad_account.name if flight.ad_account else ""),
        ("Advertiser id", flight.ad_account.advertiser_id if flight.ad_account else ""),
        ("Campaign", flight.campaign.name),
        ("Objective", flight.campaign.objective),
        ("Ad name", flight.ad_name or proposed_name(request.brand, sheet)),
        ("Handle", post.creator.handle),
        ("Post link", post.url),
        ("Post id", post.tiktok_post_id),
        ("First day", weekday(flight.starts_on, year=now.year) if flight.starts_on else ""),
        ("Last day", weekday(flight.ends_on, year=now.year) if flight.ends_on else ""),
        ("Budget a day", money(spend, sheet.line.currency) if spend is not None else ""),
        ("Call to action", flight.call_to_action),
        ("Landing page", flight.landing_page or post.landing_page),
    ]
