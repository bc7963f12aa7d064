"""The people of a brand: who is here as what, who stands in for whom, who is invited."""

from http import HTTPStatus
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_POST, require_safe

from brands.access import BrandRequest, actor_of, brand_view, viewer_zone
from brands.enums import Role
from brands.invitations import invitation_url
from brands.mails import send_invitations
from brands.models import Brand, Invitation
from brands.operations.invitations import Invite, IssuedInvitation, invite_people, revoke_invitations
from brands.rules import Action
from sparktrack.core.clock import utc_now
from sparktrack.core.refusals import RefusedError
from sparktrack.core.wording import count
from workplace.forms.people import InviteForm
from workplace.queries.people import members, waiting_invitations


@require_safe
@brand_view()
def people_page(request: BrandRequest) -> HttpResponse:
    """Members with role and deputy; for admins also invitations."""
    return _people_page(request, InviteForm(label_suffix=""))


def _people_page(request: BrandRequest, form: InviteForm, status: int = HTTPStatus.OK) -> HttpResponse:
    context: dict[str, Any] = {
        "members": members(request.brand),
        "now": utc_now(),
        "zone": viewer_zone(request),
    }
    if Action.MANAGE_PEOPLE in request.allowed:
        context |= {"form": form, "invitations": waiting_invitations(request.brand)}
    return render(request, "workplace/people/list.html", context, status=status)


@require_POST
@cache_control(no_store=True, private=True)
@brand_view(action=Action.MANAGE_PEOPLE)
def invite(request: BrandRequest) -> HttpResponse:
    """Invite people by mail. The answer shows their links, this once: a mail may not arrive."""
    form = InviteForm(request.POST, label_suffix="")
    if form.is_valid():
        role = Role(form.cleaned_data["role"])
        invites = [Invite(email, role) for email in form.cleaned_data["emails"]]
        try:
            issued = invite_people(
                brand=request.brand, invites=invites, now=utc_now(), actor=actor_of(request)
            )
        except RefusedError as refused:
            form.add_error("emails", refused.message)
        else:
            return _invited(request, issued)
    return _people_page(request, form, HTTPStatus.UNPROCESSABLE_ENTITY)


@require_POST
@cache_control(no_store=True, private=True)
@brand_view(action=Action.MANAGE_PEOPLE)
def invite_again(request: BrandRequest, invitation: UUID) -> HttpResponse:
    """A new link for the same person; the old one ends."""
    row = _invitation_or_404(request.brand, invitation)
    try:
        issued = invite_people(
            brand=request.brand,
            invites=[Invite(row.email, Role(row.role))],
            now=utc_now(),
            actor=actor_of(request),
        )
    except RefusedError as refused:
        messages.error(request, refused.message)
        return redirect("people", slug=request.brand.slug)
    return _invited(request, issued)


@require_POST
@brand_view(action=Action.MANAGE_PEOPLE)
def withdraw_invitation(request: BrandRequest, invitation: UUID) -> HttpResponse:
    """The link opens nothing any more."""
    row = _invitation_or_404(request.brand, invitation)
    if revoke_invitations(brand=request.brand, invitations=[row], now=utc_now(), actor=actor_of(request)):
        messages.success(request, f"The invitation of {row.email} is withdrawn.")
    else:
        messages.info(request, f"The invitation of {row.email} had ended already.")
    return redirect("people", slug=request.brand.slug)


def _invited(request: BrandRequest, issued: list[IssuedInvitation]) -> HttpResponse:
    mailed = send_invitations(issued)
    sent = [(one.invitation, invitation_url(one.token), one.invitation.pk in mailed) for one in issued]
    context = {
        "sent": sent,
        "title": f"{count(len(sent), 'invitation')} made",
        "unmailed": len(sent) - len(mailed),
    }
    return render(request, "workplace/people/invited.html", context)


def _invitation_or_404(brand: Brand, pk: UUID) -> Invitation:
    row: Invitation | None = Invitation.objects.for_brand(brand).filter(pk=pk).first()
    if row is None:
        raise Http404("No invitation of this brand has this address.")
    return row
