"""Planning a flight, and changing one: the verdict is told while the dates change, nothing is stored for it."""

from collections.abc import Mapping
from datetime import datetime
from http import HTTPStatus
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from brands.access import BrandRequest, actor_of, brand_view, viewer_zone
from brands.models import Brand
from brands.operations.edits import Edit, locked
from brands.rules import Action
from campaigns.models import Campaign, Flight
from campaigns.operations.campaigns import CampaignDraft, add_campaigns
from campaigns.operations.flights import (
    FlightDraft,
    Move,
    assign_ad_account,
    edit_flights,
    move_flights,
    plan_flights,
)
from posts.models import Post
from sparktrack.core.actors import Actor
from sparktrack.core.clock import utc_now
from sparktrack.core.refusals import RefusedError
from workplace.forms.flights import CALLS_TO_ACTION, FlightForm
from workplace.once import actor_of_page, made_by
from workplace.queries.flights import (
    flight_of,
    offered_campaigns,
    offered_posts,
    post_text,
)
from workplace.views.campaigns import say_beside
from workplace.views.flights_verdict import COPIED, verdict_of

_EDITED = ("campaign", "buyer", "daily_spend", "call_to_action", "landing_page", "ad_name")


@require_http_methods(["GET", "HEAD", "POST"])
@brand_view(action=Action.PLAN_FLIGHTS)
def add_flight(request: BrandRequest) -> HttpResponse:
    """A new flight of ``?post=``, in ``?campaign=``, or with the words of ``?like=`` another flight.

    POST with ``check`` stores nothing: it says the verdict, and with ``check=name`` fills in the suggested ad name.
    """
    now = utc_now()
    if request.method != "POST":
        form = FlightForm(brand=request.brand, initial=_initial(request))
        return _page(request, form, now=now)
    form = FlightForm(request.POST, brand=request.brand)
    if "check" in request.POST:
        return _page(request, form, now=now, checked=True)
    if form.is_valid():
        with locked(request.brand):
            if made := made_by(request, "flight"):
                return redirect("flight", slug=request.brand.slug, flight=made)
            try:
                row = _add(request.brand, form.cleaned_data, now, actor_of_page(request))
            except RefusedError as refused:
                say_beside(form, refused)
            else:
                messages.success(request, f"Planned: {row.post} in {row.campaign}.")
                return redirect("flight", slug=request.brand.slug, flight=row.pk)
    return _page(request, form, now=now)


@require_http_methods(["GET", "HEAD", "POST"])
@brand_view(action=Action.PLAN_FLIGHTS)
def edit_flight(request: BrandRequest, flight: UUID) -> HttpResponse:
    """A flight: its verdict, its form, and what can be done with it."""
    now = utc_now()
    if request.method != "POST" or "check" in request.POST:
        row = _flight(request.brand, flight)
        form = _form_of(request, row, now)
        return _page(request, form, now=now, row=row, checked=request.method == "POST")
    with locked(request.brand):
        row = _flight(request.brand, flight)
        form = _form_of(request, row, now)
        if form.is_valid():
            try:
                _save(request.brand, row, form.changes, now, actor_of(request))
            except RefusedError as refused:
                say_beside(form, refused)
    if form.errors:
        return _page(request, form, now=now, row=row)
    messages.success(request, "Saved.")
    return redirect("flight", slug=request.brand.slug, flight=row.pk)


@require_safe
@brand_view(action=Action.PLAN_FLIGHTS)
def check_flight(request: BrandRequest) -> HttpResponse:
    """The verdict of dates that are being typed, as a part of the page: ``?flight=`` is the one that is changed."""
    now, row = utc_now(), None
    if request.GET.get("flight"):
        try:
            row = _flight(request.brand, UUID(request.GET["flight"]))
        except ValueError:
            raise Http404("This is no flight.") from None
    stored = {"buyer": row.buyer} if row else None
    form = FlightForm(request.GET, brand=request.brand, row=row, stored=stored, now=now)
    form.is_valid()
    context = verdict_of(request, form, row, now)
    return render(request, "workplace/flights/verdict.html", {**context, "now": now})


# --- What is stored --------------------------------------------------------------------------------------------------
def _add(brand: Brand, values: Mapping[str, Any], now: datetime, actor: Actor) -> Flight:
    """The campaign if it is new, then the flight. Raises RefusedError."""
    by: dict[str, Any] = {"brand": brand, "now": now, "actor": actor}
    drafted = {name: value for name, value in values.items() if name != "campaign"}
    with locked(brand):
        draft = FlightDraft(campaign=_campaign(values["campaign"], **by), **drafted)
        return plan_flights(drafts=[draft], **by)[0]


def _save(brand: Brand, row: Flight, changes: Mapping[str, Any], now: datetime, actor: Actor) -> None:
    """What somebody changed in the form, under the lock that the caller holds. Raises RefusedError."""
    by: dict[str, Any] = {"brand": brand, "now": now, "actor": actor}
    edited = {name: changes[name] for name in _EDITED if name in changes}
    if "campaign" in edited:
        edited["campaign"] = _campaign(edited["campaign"], **by)
    if edited:
        edit_flights(edits=[Edit(row, edited)], **by)
    if "ad_account" in changes:
        assign_ad_account(flights=[row], ad_account=changes["ad_account"], **by)
    if {"starts_on", "ends_on"} & changes.keys():
        dates = (changes.get("starts_on", row.starts_on), changes.get("ends_on", row.ends_on))
        move_flights(moves=[Move(row, *dates)], **by)


def _campaign(name: str, *, brand: Brand, now: datetime, actor: Actor) -> Campaign:
    """The campaign of this name, be it in other capitals, else a new one."""
    campaigns = Campaign.objects.for_brand(brand)
    known: Campaign | None = (
        campaigns.filter(name=name).first() or campaigns.filter(name__iexact=name).order_by("pk").first()
    )
    if known is not None:
        return known
    return add_campaigns(brand=brand, drafts=[CampaignDraft(name)], now=now, actor=actor)[0]


# --- What is shown ---------------------------------------------------------------------------------------------------
def _flight(brand: Brand, pk: UUID) -> Flight:
    try:
        return flight_of(brand, pk)
    except Flight.DoesNotExist:
        raise Http404("No flight of this brand has this address.") from None


def _initial(request: BrandRequest) -> dict[str, Any]:
    """What a new flight begins with: the address may name a post, a campaign, or a flight to be like."""
    brand = request.brand
    found: dict[str, Any] = {"buyer": request.user.pk}
    wanted = {name: _id(request.GET.get(name, "")) for name in ("post", "campaign", "like")}
    if wanted["like"]:
        row = _flight(brand, wanted["like"])
        found |= {name: getattr(row, name) for name in COPIED}
        found |= {"post": post_text(brand, row.post), "campaign": row.campaign.name}
    if wanted["post"]:
        post = Post.objects.for_brand(brand).select_related("creator").filter(pk=wanted["post"]).first()
        found |= {"post": post_text(brand, post), "landing_page": post.landing_page} if post else {}
    if wanted["campaign"]:
        campaign = Campaign.objects.for_brand(brand).filter(pk=wanted["campaign"]).first()
        found |= {"campaign": campaign.name} if campaign else {}
    return found


def _id(text: str) -> UUID | None:
    """The id that an address names. Raises Http404 for a text that is none."""
    try:
        return UUID(text) if text else None
    except ValueError:
        raise Http404("This is no address of a flight.") from None


def _form_of(request: BrandRequest, row: Flight, now: datetime) -> FlightForm:
    stored = {name: getattr(row, name) for name in (*COPIED, "ad_name")} | {"campaign": row.campaign.name}
    data = request.POST if request.method == "POST" else None
    return FlightForm(data, brand=request.brand, row=row, stored=stored, now=now)


def _page(
    request: BrandRequest,
    form: FlightForm,
    *,
    now: datetime,
    row: Flight | None = None,
    checked: bool = False,
) -> HttpResponse:
    """The form with its verdict. ``checked``: somebody only wanted to look, so nothing is refused."""
    status = HTTPStatus.OK
    if form.is_bound and not form.is_valid() and not checked:
        status = HTTPStatus.CONFLICT if form.is_overtaken else HTTPStatus.UNPROCESSABLE_ENTITY
    context = verdict_of(request, form, row, now)
    if request.POST.get("check") == "name" and context["suggested"]:
        data = request.POST.copy()
        data["ad_name"] = context["suggested"]
        form.data = data
    context |= {
        "form": form,
        "flight": row,
        "now": now,
        "zone": viewer_zone(request),
        "posts": [] if row else offered_posts(request.brand),
        "campaigns": offered_campaigns(request.brand),
        "calls": CALLS_TO_ACTION,
    }
    return render(request, "workplace/flights/form.html", context, status=status)
