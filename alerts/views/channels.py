"""Pages of a brand's channels: the list, one with its log, adding one, deleting one."""

from datetime import datetime
from http import HTTPStatus
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import cache_control
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from alerts.channel_words import GUIDES
from alerts.enums import ChannelKind
from alerts.forms.channels import ChangeChannelForm, NewChannelForm
from alerts.models import Channel
from alerts.operations.channels import (
    OVERLAP,
    AddedChannel,
    ChannelDraft,
    ChannelRefusedError,
    add_channel,
    delete_channel,
)
from alerts.queries.channels import channel_lines, channel_page, is_recent
from brands.access import BrandRequest, actor_of, brand_view, viewer_zone
from brands.rules import Action
from sparktrack.core.clock import utc_now


@require_safe
@brand_view(action=Action.CHANGE_SETTINGS)
def channels(request: BrandRequest) -> HttpResponse:
    """All channels with their state and what came of the last message; the ways to add one."""
    context = {
        "lines": channel_lines(request.brand),
        "guides": GUIDES.values(),
        "now": utc_now(),
        "zone": viewer_zone(request),
    }
    return render(request, "alerts/channels/list.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@sensitive_post_parameters("address")
@cache_control(no_store=True, private=True)
@brand_view(action=Action.CHANGE_SETTINGS)
def add(request: BrandRequest, kind: str) -> HttpResponse:
    """Where to get the address, and the form. Of a webhook the secret is shown in the answer, once."""
    known = _kind_or_404(kind)
    form = NewChannelForm(
        request.POST if request.method == "POST" else None,
        kind=known,
        brand=request.brand,
        initial={"name": known.value.capitalize()},
    )
    if request.method == "POST" and form.is_valid():
        try:
            draft = ChannelDraft(kind=known, **form.cleaned_data)
            added = add_channel(brand=request.brand, draft=draft, now=utc_now(), actor=actor_of(request))
        except ChannelRefusedError as refused:
            form.add_error(refused.field or None, refused.message)
        else:
            return _added(request, added)
    status = HTTPStatus.UNPROCESSABLE_ENTITY if request.method == "POST" else HTTPStatus.OK
    context = {"form": form, "guide": GUIDES[known]}
    return render(request, "alerts/channels/add.html", context, status=status)


def _added(request: BrandRequest, added: AddedChannel) -> HttpResponse:
    if added.secret:
        return secret_response(request, added.channel, added.secret, is_new=True)
    messages.success(request, f"{added.channel} is there. Send a test to see that it works.")
    return redirect("channel", slug=request.brand.slug, channel=added.channel.pk)


def secret_response(request: BrandRequest, row: Channel, secret: str, *, is_new: bool) -> HttpResponse:
    """A secret in clear: this once. The caller sees to it that no cache keeps it."""
    context = {"channel": row, "secret": secret, "is_new": is_new, "hours": OVERLAP.total_seconds() // 3600}
    return render(request, "alerts/channels/secret.html", context)


@require_safe
@brand_view(action=Action.CHANGE_SETTINGS)
def channel(request: BrandRequest, channel: UUID) -> HttpResponse:
    """One channel: its state, a test, its settings, the log of what went there."""
    return channel_response(request, channel, now=utc_now())


def channel_response(
    request: BrandRequest, channel: UUID, *, now: datetime, status: int = HTTPStatus.OK, **also: Any
) -> HttpResponse:
    """The page of a channel; ``also``: a form that was refused, or a ``problem``. Raises Http404."""
    try:
        page = channel_page(request.brand, channel, after=_after(request))
    except Channel.DoesNotExist:
        raise Http404("No channel of this brand has this address.") from None
    row = page.line.channel
    form = ChangeChannelForm(brand=request.brand, from_step=row.from_step, initial={"name": row.name})
    context = {
        "page": page,
        "channel": row,
        "test": page.test if page.test and is_recent(page.test, now=now) else None,
        "overlaps": row.old_secret_until is not None and now < row.old_secret_until,
        "secret_version": secret_version(row),
        "form": form,
        "now": now,
        "zone": viewer_zone(request),
    }
    return render(request, "alerts/channels/channel.html", {**context, **also}, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@brand_view(action=Action.CHANGE_SETTINGS)
def delete(request: BrandRequest, channel: UUID) -> HttpResponse:
    """Asks once; POST deletes the channel and its log."""
    row = channel_or_404(request, channel)
    if request.method != "POST":
        return render(request, "alerts/channels/delete.html", {"channel": row})
    delete_channel(brand=request.brand, channel=row, now=utc_now(), actor=actor_of(request))
    messages.success(request, f"{row} is deleted.")
    return redirect("channels", slug=request.brand.slug)


def channel_or_404(request: BrandRequest, pk: UUID) -> Channel:
    """The channel of the brand of the request. Raises Http404."""
    row: Channel | None = Channel.objects.for_brand(request.brand).filter(pk=pk).first()
    if row is None:
        raise Http404("No channel of this brand has this address.")
    return row


def secret_version(row: Channel) -> str:
    """Tells one secret of a channel from the next, without telling anything of it."""
    return row.old_secret_until.isoformat() if row.old_secret_until else "first"


def _kind_or_404(kind: str) -> ChannelKind:
    try:
        return ChannelKind(kind)
    except ValueError:
        raise Http404("There is no such kind of channel.") from None


def _after(request: BrandRequest) -> UUID | None:
    """The place in the log that the address names; one that cannot be is the beginning."""
    try:
        return UUID(request.GET.get("after", ""))
    except ValueError:
        return None
