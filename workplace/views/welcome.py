"""What is yours in a brand: the first page of a new member, and where a day may begin."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from brands.access import BrandRequest, brand_view, viewer_zone
from campaigns.sections_sql import AT_RISK
from sparktrack.core.clock import utc_now
from workplace.queries.welcome import own_things
from workplace.welcome_words import next_steps


@require_safe
@brand_view()
def yours(request: BrandRequest) -> HttpResponse:
    """Flights I buy or that are of creators I manage, those creators, alerts for me, what to do next."""
    now = utc_now()
    own = own_things(request.brand, request.user, now=now)
    urgent = [each for each in own.flights.sections if each.section in AT_RISK]
    context = {
        "own": own,
        "urgent": urgent,
        "rest": own.flight_count - sum(each.count for each in urgent),
        "steps": next_steps(own, brand=request.brand, membership=request.membership, allowed=request.allowed),
        "now": now,
        "zone": viewer_zone(request),
    }
    return render(request, "workplace/welcome/yours.html", context)
