"""One member: role, deputy, leaving with a hand-over; and who stands in for oneself."""

from datetime import datetime
from http import HTTPStatus
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from brands.access import BrandRequest, actor_of, ask_again, brand_view, viewer_zone
from brands.enums import Role
from brands.models import Brand, Membership
from brands.operations.edits import locked
from brands.operations.people import Deputy, NewRole, change_roles, set_deputies
from brands.rules import Action
from sparktrack.core.actors import Actor
from sparktrack.core.clock import utc_now
from sparktrack.core.refusals import RefusedError
from workplace.forms.people import DeputyForm, HandoverForm, MemberForm
from workplace.operations.handover import remove_member
from workplace.queries.people import Belongings, belongings
from workplace.views.settings import refuse, say_saved, status_of


@require_http_methods(["GET", "HEAD", "POST"])
@brand_view()
def my_deputy(request: BrandRequest) -> HttpResponse:
    """Who stands in for the person who asks, and when."""
    return _edited(request, request.membership.pk, DeputyForm, "workplace/people/me.html", Action.VIEW)


@require_http_methods(["GET", "HEAD", "POST"])
@brand_view(action=Action.MANAGE_PEOPLE)
def member_page(request: BrandRequest, member: UUID) -> HttpResponse:
    """The role of a member and who stands in for them."""
    return _edited(request, member, MemberForm, "workplace/people/member.html", Action.MANAGE_PEOPLE)


def _edited(
    request: BrandRequest, pk: UUID, form_class: type[DeputyForm], template: str, action: Action
) -> HttpResponse:
    if request.method != "POST":
        row = _member_or_404(request.brand, pk)
        return _form_page(request, template, form_class(membership=row), row)
    now = utc_now()
    with locked(request.brand) as brand:
        ask_again(request, action)
        row = _member_or_404(brand, pk)
        form = form_class(request.POST, membership=row, now=now)
        if form.is_valid():
            try:
                with transaction.atomic():
                    _save(brand, row, form, now=now, actor=actor_of(request))
            except RefusedError as refused:
                refuse(form, refused)
        if form.errors:
            return _form_page(request, template, form, row)
    say_saved(request, form)
    if form.changes.get("role") == Role.VIEWER and belongings(request.brand, row.user, now=now).open_duties:
        messages.warning(
            request, f"{row.user} may only read now, and still answers for things here: give those to others."
        )
    return redirect("people", slug=request.brand.slug)


def _save(brand: Brand, row: Membership, form: DeputyForm, *, now: datetime, actor: Actor) -> None:
    cleaned = form.cleaned_data
    if "role" in form.changes:
        change_roles(brand=brand, changes=[NewRole(row, Role(cleaned["role"]))], now=now, actor=actor)
    if {"deputy", "deputy_from", "deputy_until"} & form.changes.keys():
        deputy = Deputy(row, cleaned["deputy"], cleaned["deputy_from"], cleaned["deputy_until"])
        set_deputies(brand=brand, deputies=[deputy], now=now, actor=actor)


def _form_page(request: BrandRequest, template: str, form: DeputyForm, row: Membership) -> HttpResponse:
    context = {"form": form, "member": row, "now": utc_now(), "zone": viewer_zone(request)}
    return render(request, template, context, status=status_of(form))


@require_http_methods(["GET", "HEAD", "POST"])
@brand_view(action=Action.MANAGE_PEOPLE)
def remove_page(request: BrandRequest, member: UUID) -> HttpResponse:
    """What somebody answers for, and who takes it over; POST takes them out of the brand."""
    now = utc_now()
    row = _member_or_404(request.brand, member)
    if request.method != "POST":
        owned = belongings(request.brand, row.user, now=now)
        form = HandoverForm(brand=request.brand, membership=row, belongings=owned)
        return _remove_page(request, form, row, owned)
    with locked(request.brand) as brand:
        ask_again(request, Action.MANAGE_PEOPLE)
        row = _member_or_404(brand, member)
        owned = belongings(brand, row.user, now=now)
        form = HandoverForm(request.POST, brand=brand, membership=row, belongings=owned)
        if form.is_valid():
            try:
                with transaction.atomic():
                    remove_member(
                        brand=brand,
                        membership=row,
                        successors=form.successors,
                        now=now,
                        actor=actor_of(request),
                    )
            except RefusedError as refused:
                form.add_error(refused.field if refused.field in form.fields else None, refused.message)
        if form.errors:
            return _remove_page(request, form, row, owned)
    messages.success(request, f"{row.user} is not in {request.brand.name} any more.")
    if row.user_id == request.user.pk:
        return redirect("home")
    return redirect("people", slug=request.brand.slug)


def _remove_page(
    request: BrandRequest, form: HandoverForm, row: Membership, owned: Belongings
) -> HttpResponse:
    context: dict[str, Any] = {"form": form, "member": row, "belongings": owned}
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK
    return render(request, "workplace/people/remove.html", context, status=status)


def _member_or_404(brand: Brand, pk: UUID) -> Membership:
    row: Membership | None = (
        Membership.objects.for_brand(brand).select_related("brand", "user", "deputy").filter(pk=pk).first()
    )
    if row is None:
        raise Http404("No member of this brand has this address.")
    return row
