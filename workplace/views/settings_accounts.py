"""Settings of a brand: its ad accounts."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from brands.access import BrandRequest, actor_of, ask_again, brand_view
from brands.models import AdAccount, Brand
from brands.operations.ad_accounts import NewAdAccount, add_ad_accounts, edit_ad_accounts
from brands.operations.edits import Edit, locked
from brands.rules import Action
from campaigns.operations.zones import change_account_zone, preview_account_zone
from sparktrack.core.actors import Actor
from sparktrack.core.clock import utc_now
from sparktrack.core.refusals import RefusedError
from sparktrack.core.zones import zone_names
from workplace.forms.settings import LOOKED, AdAccountForm
from workplace.queries.settings import ad_accounts
from workplace.settings_words import moved_words, shift_words
from workplace.views.settings import refuse, say_saved, status_of


@require_safe
@brand_view(action=Action.CHANGE_SETTINGS)
def list_page(request: BrandRequest) -> HttpResponse:
    """The ad accounts with zone, currency and how many flights run there."""
    return render(request, "workplace/settings/accounts.html", {"accounts": ad_accounts(request.brand)})


@require_http_methods(["GET", "HEAD", "POST"])
@brand_view(action=Action.CHANGE_SETTINGS)
def add_page(request: BrandRequest) -> HttpResponse:
    """A new ad account."""
    form = AdAccountForm(request.POST if request.method == "POST" else None, brand=request.brand)
    if request.method == "POST" and form.is_valid():
        new = NewAdAccount(**form.cleaned_data)
        try:
            with transaction.atomic():
                (account,) = add_ad_accounts(
                    brand=request.brand, accounts=[new], now=utc_now(), actor=actor_of(request)
                )
        except RefusedError as refused:
            refuse(form, refused)
        else:
            messages.success(request, f"{account.name} is there.")
            return redirect("ad-accounts", slug=request.brand.slug)
    return _account_page(request, form, None)


@require_http_methods(["GET", "HEAD", "POST"])
@brand_view(action=Action.CHANGE_SETTINGS)
def account_page(request: BrandRequest, account: UUID) -> HttpResponse:
    """One ad account. A new zone is stored once its consequences were shown."""
    if request.method != "POST":
        row = _account_or_404(request.brand, account)
        return _account_page(request, AdAccountForm(brand=request.brand, account=row), row)
    now, actor = utc_now(), actor_of(request)
    with locked(request.brand) as brand:
        ask_again(request, Action.CHANGE_SETTINGS)
        row = _account_or_404(brand, account)
        form = AdAccountForm(request.POST, brand=brand, account=row, now=now)
        if not form.is_valid():
            return _account_page(request, form, row)
        zone = form.changes.get("time_zone", row.time_zone)
        try:
            if zone != row.time_zone and request.POST.get(LOOKED) != (zone or brand.time_zone):
                words = _zone_words(brand, row, zone, now=now)
                return _account_page(request, form, row, looked=zone or brand.time_zone, moves=words)
            with transaction.atomic():
                _save_account(brand, row, form.changes, now=now, actor=actor)
        except RefusedError as refused:
            refuse(form, refused)
            return _account_page(request, form, row)
    say_saved(request, form)
    return redirect("ad-accounts", slug=request.brand.slug)


def _save_account(
    brand: Brand, row: AdAccount, changes: Mapping[str, Any], *, now: datetime, actor: Actor
) -> None:
    plain = {name: value for name, value in changes.items() if name != "time_zone"}
    edit_ad_accounts(brand=brand, edits=[Edit(row, plain)], now=now, actor=actor)
    if "time_zone" in changes:
        change_account_zone(brand=brand, ad_account=row, zone=changes["time_zone"], now=now, actor=actor)


def _zone_words(brand: Brand, row: AdAccount, zone: str, *, now: datetime) -> str:
    moved = preview_account_zone(brand=brand, ad_account=row, zone=zone)
    shift = shift_words(row.time_zone or brand.time_zone, zone or brand.time_zone, now=now)
    return f"{shift} {moved_words(moved)}"


def _account_page(
    request: BrandRequest, form: AdAccountForm, account: AdAccount | None, **also: str
) -> HttpResponse:
    context = {"form": form, "account": account, "zones": zone_names(), **also}
    return render(request, "workplace/settings/account.html", context, status=status_of(form))


def _account_or_404(brand: Brand, pk: UUID) -> AdAccount:
    row: AdAccount | None = AdAccount.objects.for_brand(brand).filter(pk=pk).first()
    if row is None:
        raise Http404("No ad account of this brand has this address.")
    return row
