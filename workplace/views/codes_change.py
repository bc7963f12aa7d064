"""Small pages about one code, each for one thing that can be said of it."""

from collections.abc import Callable
from http import HTTPStatus
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods

from authorizations.models import AuthorizationCode
from authorizations.rules import PRESET_DAYS, Code, code_status
from brands.access import BrandRequest, actor_of, brand_view, viewer_zone
from brands.operations.edits import locked
from sparktrack.core.clock import utc_now
from sparktrack.core.refusals import RefusedError
from sparktrack.tiktok.errors import BY_KEY
from workplace.forms.codes_change import (
    CodeForm,
    CorrectForm,
    ExtendForm,
    RejectForm,
    RevokeForm,
    UnrevokeForm,
    VerifyForm,
)


def _page_of(kind: type[CodeForm]) -> Callable[..., Any]:
    """GET: the form about the code. POST: what it says is done, unless somebody changed the code meanwhile."""

    @require_http_methods(["GET", "HEAD", "POST"])
    @brand_view(action=kind.needs)
    def view(request: BrandRequest, code: UUID) -> HttpResponse:
        """The form, then what it says is done."""
        now = utc_now()
        if request.method != "POST":
            row = _code(request, code)
            return _shown(request, kind(brand=request.brand, code=row, now=now), row)
        with locked(request.brand):
            row = _code(request, code)
            form = kind(request.POST, brand=request.brand, code=row, now=now)
            if form.is_valid():
                try:
                    form.apply(form.cleaned_data, actor_of(request))
                except RefusedError as refused:
                    form.add_error(refused.field if refused.field in form.fields else None, refused.message)
        if form.errors:
            status = HTTPStatus.CONFLICT if form.is_overtaken else HTTPStatus.UNPROCESSABLE_ENTITY
            return _shown(request, form, row, status=status)
        messages.success(request, kind.done.format(code=row))
        page = redirect("post", slug=request.brand.slug, pk=row.post_id)
        page["Location"] += f"#code-{row.pk}"
        return page

    return view


def _code(request: BrandRequest, code: UUID) -> AuthorizationCode:
    rows = AuthorizationCode.objects.for_brand(request.brand).select_related("post__creator")
    row: AuthorizationCode = get_object_or_404(rows, pk=code)
    return row


def _shown(
    request: BrandRequest, form: CodeForm, row: AuthorizationCode, *, status: int = HTTPStatus.OK
) -> HttpResponse:
    window = Code(row.starts_at, row.expires_at, row.revoked_at, rejected=row.rejected_at is not None)
    if not form.is_bound and (known := BY_KEY.get(request.GET.get("error", ""))) and "error" in form.fields:
        form.initial["error"] = known.shown
    context = {
        "form": form,
        "code": row,
        "status": code_status(window, now=form.now, expiring_days=request.brand.expiring_days),
        "now": form.now,
        "zone": viewer_zone(request),
        "presets": PRESET_DAYS,
    }
    return render(request, "workplace/codes/change.html", context, status=status)


extend_code = _page_of(ExtendForm)
verify_code = _page_of(VerifyForm)
correct_code = _page_of(CorrectForm)
revoke_code = _page_of(RevokeForm)
unrevoke_code = _page_of(UnrevokeForm)
reject_code = _page_of(RejectForm)
