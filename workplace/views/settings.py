"""Settings of a brand: the brand itself, and what its rules count as strong."""

from datetime import datetime
from http import HTTPStatus
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from brands.access import BrandRequest, actor_of, ask_again, brand_view
from brands.models import Brand
from brands.operations.brands import change_brand_settings
from brands.operations.edits import locked
from brands.rules import Action
from campaigns.ad_names import TOKENS, build_ad_name, check_template
from campaigns.operations.zones import preview_brand_zone
from sparktrack.core.clock import utc_now
from sparktrack.core.days import local_date
from sparktrack.core.refusals import RefusedError
from sparktrack.core.zones import zone_names
from workplace.forms.careful import CarefulForm
from workplace.forms.settings import LOOKED, BrandForm, RulesForm
from workplace.operations.settings import change_brand
from workplace.queries.settings import sample_parts
from workplace.settings_words import moved_words, shift_words


@require_http_methods(["GET", "HEAD", "POST"])
@brand_view(action=Action.CHANGE_SETTINGS)
def brand_page(request: BrandRequest) -> HttpResponse:
    """Name, currency, zone, window, rights. A new zone is stored once its consequences were shown."""
    if request.method != "POST":
        return _brand_page(request, BrandForm(brand=request.brand))
    now, actor = utc_now(), actor_of(request)
    with locked(request.brand) as brand:
        ask_again(request, Action.CHANGE_SETTINGS)
        form = BrandForm(request.POST, brand=brand, now=now)
        if not form.is_valid():
            return _brand_page(request, form)
        zone = form.changes.get("time_zone", brand.time_zone)
        if zone != brand.time_zone and request.POST.get(LOOKED) != zone:
            return _zone_looked_at(request, brand, form, zone, now=now)
        try:
            change_brand(brand=brand, values=form.changes, now=now, actor=actor)
        except RefusedError as refused:
            refuse(form, refused)
            return _brand_page(request, form)
    say_saved(request, form)
    return redirect("settings-brand", slug=request.brand.slug)


def _zone_looked_at(
    request: BrandRequest, brand: Brand, form: BrandForm, zone: str, *, now: datetime
) -> HttpResponse:
    """The form as it was sent, with what the new zone moves; saving it again saves it."""
    try:
        moved = preview_brand_zone(brand=brand, zone=zone)
    except RefusedError as refused:
        form.add_error("time_zone", refused.message)
        return _brand_page(request, form)
    words = f"{shift_words(brand.time_zone, zone, now=now)} {moved_words(moved)}"
    return _brand_page(request, form, looked=zone, moves=words)


def _brand_page(request: BrandRequest, form: BrandForm, **also: str) -> HttpResponse:
    context = {"form": form, "zones": zone_names(), **also}
    return render(request, "workplace/settings/brand.html", context, status=status_of(form))


@require_http_methods(["GET", "HEAD", "POST"])
@brand_view(action=Action.CHANGE_SETTINGS)
def rules_page(request: BrandRequest) -> HttpResponse:
    """What ads are called; from which numbers on an organic post is flagged for paid."""
    if request.method != "POST":
        return _rules_page(request, RulesForm(brand=request.brand))
    now = utc_now()
    with locked(request.brand) as brand:
        ask_again(request, Action.CHANGE_SETTINGS)
        form = RulesForm(request.POST, brand=brand, now=now)
        if form.is_valid():
            try:
                change_brand_settings(brand=brand, values=form.changes, now=now, actor=actor_of(request))
            except RefusedError as refused:
                refuse(form, refused)
        if form.errors:
            return _rules_page(request, form)
    say_saved(request, form)
    return redirect("settings-rules", slug=request.brand.slug)


def _rules_page(request: BrandRequest, form: RulesForm) -> HttpResponse:
    context = {
        "form": form,
        "tokens": TOKENS.items(),
        **_example(request, str(form["ad_name_template"].value() or "")),
    }
    return render(request, "workplace/settings/rules.html", context, status=status_of(form))


@require_safe
@brand_view(action=Action.CHANGE_SETTINGS)
def name_example(request: BrandRequest) -> HttpResponse:
    """The name that a template would give, while it is typed."""
    context = _example(request, request.GET.get("ad_name_template", "")[:300])
    return render(request, "workplace/settings/name_example.html", context)


def _example(request: BrandRequest, template: str) -> dict[str, Any]:
    """A name that ``template`` makes, or what is wrong with it."""
    if problems := check_template(template):
        return {"name_problems": problems}
    today = local_date(utc_now(), request.brand.time_zone)
    buyer = request.user.get_short_name()
    return {"name_example": build_ad_name(template, sample_parts(request.brand, today=today, buyer=buyer))}


def refuse(form: CarefulForm, refused: RefusedError) -> None:
    """Put what an operation refused beside its field."""
    form.add_error(refused.field if refused.field in form.fields else None, refused.message)


def say_saved(request: BrandRequest, form: CarefulForm) -> None:
    """Whether anything was saved."""
    messages.success(request, "Saved." if form.changes else "Nothing had changed.")


def status_of(form: CarefulForm) -> int:
    """409 when somebody else changed the same meanwhile, 422 for what cannot be, 200."""
    if form.is_overtaken:
        return HTTPStatus.CONFLICT
    return HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK
