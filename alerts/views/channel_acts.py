"""What admins do with a channel: change, test, exchange the secret, switch off and on."""

from http import HTTPStatus
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_http_methods, require_POST

from alerts.forms.channels import ChangeChannelForm
from alerts.models import Channel
from alerts.operations.channels import (
    ChannelRefusedError,
    change_channel,
    rotate_secret,
    send_test,
    switch_off,
    switch_on,
)
from alerts.queries.channels import newest_test
from alerts.tasks import wake
from alerts.views.channels import channel_or_404, channel_response, secret_response, secret_version
from brands.access import BrandRequest, actor_of, brand_view, viewer_zone
from brands.rules import Action
from sparktrack.core.clock import utc_now
from sparktrack.core.secrets import UndecryptableError

_UNREADABLE = "Its secret cannot be opened any more: the key is gone. Delete this channel and add it anew."


@require_POST
@brand_view(action=Action.CHANGE_SETTINGS)
def change(request: BrandRequest, channel: UUID) -> HttpResponse:
    """Name, and from which warning on it is told."""
    row, now = channel_or_404(request, channel), utc_now()
    form = ChangeChannelForm(request.POST, brand=request.brand, from_step=row.from_step)
    if form.is_valid():
        try:
            changed = change_channel(
                brand=request.brand, channel=row, **form.cleaned_data, now=now, actor=actor_of(request)
            )
        except ChannelRefusedError as refused:
            form.add_error(refused.field or None, refused.message)
        else:
            messages.success(request, "Saved." if changed else "Nothing had changed.")
            return _back(request, row)
    return channel_response(request, row.pk, now=now, status=HTTPStatus.UNPROCESSABLE_ENTITY, form=form)


@require_http_methods(["GET", "HEAD", "POST"])
@brand_view(action=Action.CHANGE_SETTINGS)
def testing(request: BrandRequest, channel: UUID) -> HttpResponse:
    """POST puts a test on its way; GET is asked by the page until something came of it."""
    row, now = channel_or_404(request, channel), utc_now()
    if request.method == "POST":
        try:
            send_test(brand=request.brand, channel=row, now=now, actor=actor_of(request))
        except ChannelRefusedError as refused:
            if not request.htmx:
                return _refused(request, row, refused.message)
        else:
            wake()
    if not request.htmx:
        return _back(request, row, "#test")
    context = {
        "channel": row,
        "test": newest_test(request.brand, row.pk),
        "now": now,
        "zone": viewer_zone(request),
    }
    return render(request, "alerts/channels/test.html", context)


@require_POST
@cache_control(no_store=True, private=True)
@brand_view(action=Action.CHANGE_SETTINGS)
def exchange_secret(request: BrandRequest, channel: UUID) -> HttpResponse:
    """A new secret, shown in the answer, once. A page that is sent twice changes nothing the second time."""
    row = channel_or_404(request, channel)
    if request.POST.get("version", "") != secret_version(row):
        return _refused(
            request, row, "The secret was exchanged meanwhile: look again before you exchange it."
        )
    try:
        secret = rotate_secret(brand=request.brand, channel=row, now=utc_now(), actor=actor_of(request))
    except ChannelRefusedError as refused:
        return _refused(request, row, refused.message)
    except UndecryptableError:
        return _refused(request, row, _UNREADABLE)
    return secret_response(request, row, secret, is_new=False)


@require_POST
@brand_view(action=Action.CHANGE_SETTINGS)
def off(request: BrandRequest, channel: UUID) -> HttpResponse:
    """Nothing goes there any more."""
    row = channel_or_404(request, channel)
    switch_off(brand=request.brand, channel=row, now=utc_now(), actor=actor_of(request))
    messages.success(request, f"{row} is switched off.")
    return _back(request, row)


@require_POST
@brand_view(action=Action.CHANGE_SETTINGS)
def on(request: BrandRequest, channel: UUID) -> HttpResponse:
    """What is raised from now on goes there again."""
    row = channel_or_404(request, channel)
    switch_on(brand=request.brand, channel=row, now=utc_now(), actor=actor_of(request))
    messages.success(request, f"{row} is switched on.")
    return _back(request, row)


def _back(request: BrandRequest, row: Channel, place: str = "") -> HttpResponse:
    page = redirect("channel", slug=request.brand.slug, channel=row.pk)
    page["Location"] += place
    return page


def _refused(request: BrandRequest, row: Channel, problem: str) -> HttpResponse:
    return channel_response(request, row.pk, now=utc_now(), status=HTTPStatus.CONFLICT, problem=problem)
