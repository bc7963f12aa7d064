"""Codes in the hands of a buyer: looked at, copied, taken to an ad account.

A code leaves only in the answer to a POST, by role, so often an hour, noted in the audit, never kept in a cache.
"""

from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any
from uuid import UUID

from allauth.core import ratelimit
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_POST

from authorizations.models import AuthorizationCode
from authorizations.operations.codes import Use, mark_applied, reveal_codes, reveal_source_post_codes
from brands.access import BrandRequest, actor_of, brand_view, viewer_zone
from brands.rules import Action
from campaigns.forms.post import NO_SUCH_ACCOUNT, AppliedForm
from campaigns.views.post import post_response
from sparktrack.core.clock import utc_now
from sparktrack.core.secrets import UndecryptableError

TOO_OFTEN = "You have looked at many codes in the last hour. Wait a while, then try again."
_UNREADABLE = "This code cannot be opened any more: its key is gone. Ask the creator for a new one."


@dataclass(frozen=True, slots=True)
class Shown:
    """A code in clear for one answer, or why it is not shown; the values are in no representation."""

    code_id: UUID
    value: str = field(default="", repr=False)
    source_value: str = field(default="", repr=False)
    problem: str = ""
    status: int = HTTPStatus.OK


@require_POST
@cache_control(no_store=True, private=True)
@brand_view(action=Action.REVEAL_CODES)
def reveal_code(request: BrandRequest, code: UUID) -> HttpResponse:
    """The code in clear: in its place on the page for htmx, else in the whole page."""
    row = get_object_or_404(AuthorizationCode.objects.for_brand(request.brand), pk=code)
    return _answer(request, row, _open(request, row, copied=False))


@require_POST
@cache_control(no_store=True, private=True)
@brand_view(action=Action.REVEAL_CODES)
def copy_code(request: BrandRequest, code: UUID) -> HttpResponse:
    """The code for the clipboard as plain text, if that is asked for; without JavaScript in the whole page."""
    row = get_object_or_404(AuthorizationCode.objects.for_brand(request.brand), pk=code)
    shown = _open(request, row, copied=True)
    if request.headers.get("Accept") == "text/plain":
        return HttpResponse(
            shown.problem or shown.value, content_type="text/plain; charset=utf-8", status=shown.status
        )
    return _answer(request, row, shown)


@require_POST
@brand_view(action=Action.REVEAL_CODES)
def apply_code(request: BrandRequest, code: UUID) -> HttpResponse:
    """Note that the code was taken to an ad account."""
    row = get_object_or_404(AuthorizationCode.objects.for_brand(request.brand), pk=code)
    form, now = AppliedForm(request.POST, brand=request.brand), utc_now()
    if not form.is_valid():
        refused = {"code_id": row.pk, "problem": NO_SUCH_ACCOUNT}
        status = HTTPStatus.UNPROCESSABLE_ENTITY
        return post_response(request, row.post_id, now=now, status=status, refused_use=refused)
    account = form.cleaned_data["ad_account"]
    mark_applied(brand=request.brand, uses=[Use(row, account)], now=now, actor=actor_of(request))
    messages.success(request, f"Noted: the {row} is in {account or 'an ad account'}.")
    page = redirect("post", slug=request.brand.slug, pk=row.post_id)
    page["Location"] += f"#code-{row.pk}"
    return page


def _open(request: BrandRequest, row: AuthorizationCode, *, copied: bool) -> Shown:
    if not ratelimit.consume(request, action="reveal_code"):
        return Shown(row.pk, problem=TOO_OFTEN, status=HTTPStatus.TOO_MANY_REQUESTS)
    by: dict[str, Any] = {"brand": request.brand, "now": utc_now(), "actor": actor_of(request)}
    try:
        (value,) = reveal_codes(codes=[row], copied=copied, **by)
        (source,) = ("",) if copied else reveal_source_post_codes(codes=[row], **by)
    except UndecryptableError:
        return Shown(row.pk, problem=_UNREADABLE, status=HTTPStatus.CONFLICT)
    return Shown(row.pk, value, source)


def _answer(request: BrandRequest, row: AuthorizationCode, shown: Shown) -> HttpResponse:
    if not request.htmx:
        return post_response(request, row.post_id, now=utc_now(), status=shown.status, shown=shown)
    row.brand = request.brand
    context = {"code": row, "shown": shown, "now": utc_now(), "zone": viewer_zone(request)}
    return render(request, "campaigns/post_secret.html", context, status=shown.status)
