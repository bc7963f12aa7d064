"""The pages of alerts: of a brand, of a person over all brands, and of one lapse with who was told of it."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from alerts.enums import AlertKind, AlertState
from alerts.filters import AlertFilter
from alerts.forms.saying import SnoozeForm
from alerts.models import Alert
from alerts.queries.alerts import AlertPage, alert_page, brands_of
from alerts.queries.health import mail_trouble
from alerts.queries.told import LapsePage, lapse_page
from alerts.views.done import done_in
from alerts.words import KINDS
from brands.access import BrandRequest, brand_view, viewer_zone
from brands.models import Brand, User
from sparktrack.core.clock import utc_now


@require_safe
@brand_view()
def show_alerts(request: BrandRequest) -> HttpResponse:
    """The alerts of a brand, a line each, by the state, kind, person or post that stands in the address."""
    now = utc_now()
    chosen = AlertFilter(request.GET)
    page = _page(chosen, [request.brand], request.user, now=now)
    return _listed(request, "alerts/alerts.html", chosen, page, now=now, zone=viewer_zone(request))


@require_safe
@login_required
def my_alerts(request: HttpRequest) -> HttpResponse:
    """The alerts of which this person hears, over all their brands."""
    now, user = utc_now(), request.user
    if not isinstance(user, User):
        raise Http404
    chosen = AlertFilter({**request.GET.dict(), "whose": "mine"})
    brands = brands_of(user)
    page = _page(chosen, brands, user, now=now)
    zone = user.time_zone or (brands[0].time_zone if brands else viewer_zone(request))
    return _listed(request, "alerts/mine.html", chosen, page, now=now, zone=zone)


@require_safe
@brand_view()
def show_alert(request: BrandRequest, alert: UUID) -> HttpResponse:
    """One lapse: what it is, what to do, who was told of each step, what comes."""
    return alert_response(request, alert, now=utc_now())


def alert_response(
    request: BrandRequest, alert: UUID, *, now: datetime, status: int = 200, **also: Any
) -> HttpResponse:
    """The page of a lapse; ``also``: a form that was refused. Raises Http404 for one that the brand has not."""
    page = lapse_or_404(request.brand, alert, now=now)
    context = {
        "page": page,
        "now": now,
        "zone": viewer_zone(request),
        "done": done_in(request, brand=request.brand),
        "snooze": SnoozeForm(alert=page.line.alert, zone=request.brand.time_zone, now=now),
    }
    return render(request, "alerts/alert.html", {**context, **also}, status=status)


def lapse_or_404(brand: Brand, alert: UUID, *, now: datetime) -> LapsePage:
    """The lapse of an alert of this brand. Raises Http404."""
    try:
        return lapse_page(brand, alert, now=now)
    except Alert.DoesNotExist:
        raise Http404("No alert of this brand has this address.") from None


def _page(chosen: AlertFilter, brands: Sequence[Brand], user: User, *, now: datetime) -> AlertPage | None:
    if not chosen.is_valid():
        return None
    return alert_page(chosen.choice(brands, user), after=chosen.cleaned_data["after"], now=now)


def _listed(
    request: HttpRequest,
    template: str,
    chosen: AlertFilter,
    page: AlertPage | None,
    *,
    now: datetime,
    zone: str,
) -> HttpResponse:
    context = {
        "filter": chosen,
        "page": page,
        "states": list(AlertState),
        "trouble": mail_trouble(now=now),
        "kinds": [(kind, KINDS[kind]) for kind in AlertKind],
        "now": now,
        "zone": zone,
        "done": done_in(request, brand=getattr(request, "brand", None)) if page else None,
    }
    return render(request, template, context, status=200 if page else 400)
