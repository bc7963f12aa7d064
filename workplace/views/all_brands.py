"""The board across all brands of a person."""

from typing import cast

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from brands.models import Membership, User
from sparktrack.core.clock import utc_now
from workplace.all_brands_words import headline, summary, tone_of
from workplace.queries.all_brands import all_brands


@require_safe
@login_required
def show_all_brands(request: HttpRequest) -> HttpResponse:
    """One line for each brand of this person, then what is most urgent in any of them."""
    user = cast(User, request.user)
    memberships = list(Membership.objects.of_user(user))
    # The header of the page names the same brands.
    request.memberships = memberships  # type: ignore[attr-defined]
    brands = [membership.brand for membership in memberships]
    zone = user.time_zone or (brands[0].time_zone if brands else "UTC")
    now = utc_now()
    found = all_brands(brands, now=now)
    context = {
        "found": found,
        "tone": tone_of(found),
        "headline": headline(found),
        "summary": summary(found, viewer_zone=zone),
        "now": now,
        "zone": zone,
    }
    return render(request, "workplace/all_brands/page.html", context)
