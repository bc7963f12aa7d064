"""What people say and do about alerts: acknowledge, snooze, open again, paused in Ads Manager."""

from collections.abc import Sequence
from http import HTTPStatus
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_POST

from alerts.forms.saying import SnoozeForm
from alerts.models import Alert
from alerts.operations.saying import acknowledge, reopen, snooze
from alerts.queries.alerts import PAGE_LINES
from alerts.views.alerts import alert_response, lapse_or_404
from alerts.views.done import acknowledged, back
from brands.access import BrandRequest, actor_of, brand_view
from brands.rules import Action
from campaigns.operations.flights import pause_flights
from sparktrack.core.clock import utc_now
from sparktrack.core.refusals import RefusedError


@require_POST
@brand_view(action=Action.PLAN_FLIGHTS)
def acknowledge_alerts(request: BrandRequest) -> HttpResponse:
    """Somebody takes these lapses upon them: ``alert`` names one or more."""
    now, chosen = utc_now(), _chosen(request)
    home = reverse("alerts", args=[request.brand.slug])
    if not chosen:
        return back(request, home, did="nothing")
    acknowledge(brand=request.brand, alerts=chosen, by=request.user, now=now, actor=actor_of(request))
    return back(request, home, did=acknowledged(now))


@require_POST
@brand_view(action=Action.PLAN_FLIGHTS)
def reopen_alerts(request: BrandRequest) -> HttpResponse:
    """These lapses are open again: nobody has taken them upon them, nothing is put off."""
    chosen = _chosen(request)
    home = reverse("alerts", args=[request.brand.slug])
    if not chosen:
        return back(request, home, did="nothing")
    reopen(brand=request.brand, alerts=chosen, now=utc_now(), actor=actor_of(request))
    return back(request, home, did="reopened")


@require_POST
@brand_view(action=Action.PLAN_FLIGHTS)
def snooze_alert(request: BrandRequest, alert: UUID) -> HttpResponse:
    """A lapse is not mentioned until a day, for a reason."""
    now = utc_now()
    row = lapse_or_404(request.brand, alert, now=now).line.alert
    form = SnoozeForm(request.POST, alert=row, zone=request.brand.time_zone, now=now)
    if form.is_valid():
        try:
            snooze(
                brand=request.brand,
                alerts=[row],
                by=request.user,
                now=now,
                actor=actor_of(request),
                **form.cleaned_data,
            )
        except RefusedError as refused:
            form.add_error(refused.field if refused.field in form.fields else None, refused.message)
        else:
            return back(request, reverse("alert", args=[request.brand.slug, alert]), did="snoozed")
    return alert_response(
        request, alert, now=now, status=HTTPStatus.UNPROCESSABLE_ENTITY, snooze=form, refused=True
    )


@require_POST
@brand_view(action=Action.PLAN_FLIGHTS)
def pause_hit_flights(request: BrandRequest, alert: UUID) -> HttpResponse:
    """The flights that run without rights were paused in Ads Manager: all that the page showed, or one ``flight``."""
    now = utc_now()
    line = lapse_or_404(request.brand, alert, now=now).line
    named = request.POST.getlist("flight")
    flights = [each.flight for each in line.to_pause if str(each.flight.pk) in named]
    home = reverse("alert", args=[request.brand.slug, alert])
    if not flights:
        return back(request, home, did="nothing")
    try:
        pause_flights(brand=request.brand, flights=flights, now=now, actor=actor_of(request))
    except RefusedError as refused:
        messages.error(request, refused.message)
        return back(request, home, did="")
    return back(request, home, did="paused")


def _chosen(request: BrandRequest) -> Sequence[Alert]:
    """The open alerts of this brand that the form names; others are not there."""
    wanted = []
    for text in request.POST.getlist("alert")[:PAGE_LINES]:
        try:
            wanted.append(UUID(text))
        except ValueError:
            continue
    return list(Alert.objects.for_brand(request.brand).filter(pk__in=wanted, closed_at__isnull=True))
