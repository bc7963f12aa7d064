"""What somebody did in Ads Manager with one flight, noted: launched, ended, goes on after all."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_POST

from brands.access import BrandRequest, brand_view
from brands.rules import Action
from campaigns.models import Flight
from campaigns.operations.flights import end_flights, launch_flights, reopen_flights
from sparktrack.core.clock import utc_now
from sparktrack.core.refusals import RefusedError
from workplace.undoing import actor_of_change, say_done


@require_POST
@brand_view(action=Action.PLAN_FLIGHTS)
def launch_flight(request: BrandRequest, flight: UUID) -> HttpResponse:
    """The ad was switched on."""
    return _note(request, flight, launch_flights, "is launched")


@require_POST
@brand_view(action=Action.PLAN_FLIGHTS)
def end_flight(request: BrandRequest, flight: UUID) -> HttpResponse:
    """The ad was switched off for good."""
    return _note(request, flight, end_flights, "has ended")


@require_POST
@brand_view(action=Action.PLAN_FLIGHTS)
def reopen_flight(request: BrandRequest, flight: UUID) -> HttpResponse:
    """It goes on as planned after all."""
    return _note(request, flight, reopen_flights, "goes on as planned")


def _note(request: BrandRequest, pk: UUID, operation: Callable[..., list[Flight]], said: str) -> HttpResponse:
    row = get_object_or_404(Flight.objects.for_brand(request.brand).select_related("campaign"), pk=pk)
    actor: Any = actor_of_change(request)
    try:
        changed = operation(brand=request.brand, flights=[row], now=utc_now(), actor=actor)
    except RefusedError as refused:
        messages.error(request, refused.message)
    else:
        words = f"Noted: the flight in {row.campaign} {said}."
        if changed:
            say_done(request, words, actor)
        else:
            messages.success(request, words)
    return redirect("flight", slug=request.brand.slug, flight=row.pk)
