"""A flight runs in spite of what it lacks: somebody says why, and takes the responsibility."""

from http import HTTPStatus
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_POST

from brands.access import BrandRequest, actor_of, brand_view
from brands.rules import Action
from campaigns.forms.post import RunAnywayForm
from campaigns.models import Flight
from campaigns.operations.flights import FlightError
from campaigns.operations.flights_anyway import approve_flight
from campaigns.queries.history import people_of
from campaigns.views.post import post_response
from sparktrack.core.clock import utc_now


@require_POST
@brand_view(action=Action.RUN_ANYWAY)
def run_anyway(request: BrandRequest, flight: UUID) -> HttpResponse:
    """Note reason and approver; the verdict stays as it is."""
    row = get_object_or_404(
        Flight.objects.for_brand(request.brand).select_related("post__creator", "ad_account"), pk=flight
    )
    now = utc_now()
    form = RunAnywayForm(request.POST, approvers=people_of(request.brand).approvers)
    if form.is_valid():
        try:
            approve_flight(
                brand=request.brand,
                flight=row,
                reason=form.cleaned_data["reason"],
                approver=form.cleaned_data["approver"],
                now=now,
                actor=actor_of(request),
            )
        except FlightError as refused:
            field = _FIELDS.get(refused.field)
            form.add_error(field, refused.message)
        else:
            messages.success(request, "Noted: this flight runs anyway. What it lacks stays on the board.")
            page = redirect("post", slug=request.brand.slug, pk=row.post_id)
            page["Location"] += f"#flight-{row.pk}"
            return page
    answer = {"flight_id": row.pk, "form": form}
    status = HTTPStatus.UNPROCESSABLE_ENTITY
    return post_response(request, row.post_id, now=now, status=status, run_anyway=answer)


_FIELDS = {"run_anyway_reason": "reason", "run_anyway_by": "approver"}
