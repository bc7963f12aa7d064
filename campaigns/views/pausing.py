"""What somebody did in Ads Manager, noted: a flight was paused, it runs again."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_POST

from brands.access import BrandRequest, actor_of, brand_view
from brands.rules import Action
from campaigns.models import Flight
from campaigns.operations.flights import pause_flights, resume_flights
from sparktrack.core.clock import utc_now
from sparktrack.core.refusals import RefusedError


@require_POST
@brand_view(action=Action.PLAN_FLIGHTS)
def pause_flight(request: BrandRequest, flight: UUID) -> HttpResponse:
    """The ad was paused in Ads Manager."""
    return _note(request, flight, paused=True)


@require_POST
@brand_view(action=Action.PLAN_FLIGHTS)
def resume_flight(request: BrandRequest, flight: UUID) -> HttpResponse:
    """The ad runs again."""
    return _note(request, flight, paused=False)


def _note(request: BrandRequest, pk: UUID, *, paused: bool) -> HttpResponse:
    """Then the page of the post, or that of the flight if the button stands there."""
    row = get_object_or_404(Flight.objects.for_brand(request.brand).select_related("campaign"), pk=pk)
    operation = pause_flights if paused else resume_flights
    try:
        operation(brand=request.brand, flights=[row], now=utc_now(), actor=actor_of(request))
    except RefusedError as refused:
        messages.error(request, refused.message)
    else:
        said = "is paused in Ads Manager" if paused else "runs again"
        messages.success(request, f"Noted: the flight in {row.campaign} {said}.")
    if request.POST.get("back") == "flight":
        return redirect("flight", slug=request.brand.slug, flight=row.pk)
    return redirect("post", slug=request.brand.slug, pk=row.post_id)
