"""The tour: begun, on to the next step, back, ended. Buttons only, so that it works without JavaScript."""

from typing import cast

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from brands.access import actor_of
from brands.models import Brand, User
from sparktrack.core.clock import utc_now
from workplace.operations.preferences import end_tour
from workplace.operations.tour import brand_of_tour, leave_tour
from workplace.tour import STEPS, TOUR, go_to


@require_POST
@login_required
def tour(request: HttpRequest) -> HttpResponse:
    """``do``: begin (in ``brand``), next, back, end."""
    user = cast(User, request.user)
    now, wish = utc_now(), request.POST.get("do", "")
    if wish == "begin":
        own = _own(user, request.POST.get("brand", ""))
        if own is None:
            return redirect("home")
        brand = brand_of_tour(user=user, own=own, now=now, actor=actor_of(request))
        return redirect(go_to(request, 1, brand=brand, own=own, now=now))
    state = request.session.get(TOUR)
    own = _own(user, state["own"] if state else request.POST.get("brand", ""))
    if state and own and wish in {"next", "back"}:
        number = state["number"] + (1 if wish == "next" else -1)
        shown = _own(user, state["brand"])
        if shown and 1 <= number <= len(STEPS):
            return redirect(go_to(request, number, brand=shown, own=own, now=now))
    if wish == "end" or (wish == "next" and state):
        request.session.pop(TOUR, None)
        end_tour(user=user, now=now)
        leave_tour(user=user, now=now, actor=actor_of(request))
    return redirect("yours", own.slug) if own else redirect("home")


def _own(user: User, slug: str) -> Brand | None:
    """The brand with this address, if the person is in it; without an address their first one."""
    brands: list[Brand] = [membership.brand for membership in user.memberships.select_related("brand")]
    return next((brand for brand in brands if brand.slug == slug or not slug), None)
