"""A campaign: its page, and the forms that make and change it."""

from http import HTTPStatus
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from brands.access import BrandRequest, actor_of, brand_view, viewer_zone
from brands.operations.edits import Edit, locked
from brands.rules import Action
from campaigns.models import Campaign
from campaigns.operations.campaigns import CampaignDraft, add_campaigns, edit_campaigns
from sparktrack.core.clock import utc_now
from sparktrack.core.refusals import RefusedError
from workplace.campaigns_words import campaign_answer
from workplace.forms.campaigns import CampaignForm
from workplace.queries.campaigns import MOST_LINES, campaign_page
from workplace.views.campaigns_rows import flight_row, times_of, words_for

_FORM_METHODS = ("GET", "HEAD", "POST")
LEGEND = [("r", "may run"), ("p", "past"), ("g", "gap"), ("i", "paused")]


@require_safe
@brand_view()
def show_campaign(request: BrandRequest, campaign: UUID) -> HttpResponse:
    """How many of its flights are covered, what stops first, and all of them as strips under one axis."""
    now = utc_now()
    try:
        page = campaign_page(request.brand, campaign, now=now)
    except Campaign.DoesNotExist:
        raise Http404("No campaign of this brand has this address.") from None
    zone = viewer_zone(request)
    may_plan = Action.PLAN_FLIGHTS in request.allowed
    first = words_for(page.first.line, times_of(page, page.first.line, zone)) if page.first else None
    context = {
        "page": page,
        "answer": campaign_answer(page, first),
        "rows": [flight_row(page, each, zone, may_plan=may_plan) for each in page.drawn],
        "now": now,
        "zone": zone,
        "zones": sorted({each.line.zone for each in page.drawn}),
        "legend": LEGEND,
        "left_out": max(page.open - MOST_LINES, 0),
    }
    return render(request, "workplace/campaigns/campaign.html", context)


@require_http_methods(_FORM_METHODS)
@brand_view(action=Action.PLAN_FLIGHTS)
def add_campaign(request: BrandRequest) -> HttpResponse:
    """A new campaign."""
    if request.method != "POST":
        return _form(request, CampaignForm(brand=request.brand, initial={"buyer": request.user.pk}))
    form = CampaignForm(request.POST, brand=request.brand)
    if form.is_valid():
        draft = CampaignDraft(**form.cleaned_data)
        try:
            (row,) = add_campaigns(
                brand=request.brand, drafts=[draft], now=utc_now(), actor=actor_of(request)
            )
        except RefusedError as refused:
            say_beside(form, refused)
        else:
            messages.success(request, f"{row.name} is there. Now give it flights.")
            return redirect("campaign", slug=request.brand.slug, campaign=row.pk)
    return _form(request, form)


@require_http_methods(_FORM_METHODS)
@brand_view(action=Action.PLAN_FLIGHTS)
def edit_campaign(request: BrandRequest, campaign: UUID) -> HttpResponse:
    """Another name, objective or buyer."""
    rows = Campaign.objects.for_brand(request.brand).select_related("buyer")
    if request.method != "POST":
        row = get_object_or_404(rows, pk=campaign)
        return _form(request, _form_of(request, row), row)
    with locked(request.brand):
        row = get_object_or_404(rows, pk=campaign)
        form = _form_of(request, row)
        if form.is_valid():
            try:
                edit_campaigns(
                    brand=request.brand,
                    edits=[Edit(row, form.changes)],
                    now=utc_now(),
                    actor=actor_of(request),
                )
            except RefusedError as refused:
                say_beside(form, refused)
    if form.errors:
        return _form(request, form, row)
    messages.success(request, "Saved.")
    return redirect("campaign", slug=request.brand.slug, campaign=row.pk)


def _form_of(request: BrandRequest, row: Campaign) -> CampaignForm:
    return CampaignForm(
        request.POST if request.method == "POST" else None,
        brand=request.brand,
        row=row,
        stored={"name": row.name, "objective": row.objective, "buyer": row.buyer},
        now=utc_now(),
    )


def _form(request: BrandRequest, form: CampaignForm, row: Campaign | None = None) -> HttpResponse:
    status = HTTPStatus.CONFLICT if form.is_overtaken else HTTPStatus.UNPROCESSABLE_ENTITY
    context = {"form": form, "campaign": row}
    return render(
        request,
        "workplace/campaigns/form.html",
        context,
        status=status if form.errors else HTTPStatus.OK,
    )


def say_beside(form: Any, refused: RefusedError) -> None:
    """What an operation refused, beside its field if the form has it."""
    form.add_error(refused.field if refused.field in form.fields else None, refused.message)
