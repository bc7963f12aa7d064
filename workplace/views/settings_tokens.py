"""Settings of a brand: the tokens of its scripts. A secret is in one answer, which no cache keeps."""

from http import HTTPStatus
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_http_methods, require_safe

from brands.access import BrandRequest, actor_of, ask_again, brand_view, viewer_zone
from brands.models import ApiToken
from brands.operations.edits import locked
from brands.operations.tokens import IssuedToken, issue_token, revoke_tokens
from brands.rules import Action
from sparktrack.core.clock import utc_now
from sparktrack.core.refusals import RefusedError
from workplace.forms.settings_tokens import TokenForm
from workplace.once import actor_of_page, made_by
from workplace.queries.settings_tokens import token_line, tokens


@require_safe
@brand_view(action=Action.CHANGE_SETTINGS)
def list_page(request: BrandRequest) -> HttpResponse:
    """The tokens that count, and those that were revoked or are over."""
    now = utc_now()
    context = {"tokens": tokens(request.brand, now=now), "now": now, "zone": viewer_zone(request)}
    return render(request, "workplace/settings/tokens.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@cache_control(no_store=True, private=True)
@brand_view(action=Action.CHANGE_SETTINGS)
def add_page(request: BrandRequest) -> HttpResponse:
    """A new token. The answer shows it, once; a page that is sent again makes no second one."""
    now = utc_now()
    form = TokenForm(request.POST if request.method == "POST" else None, brand=request.brand, now=now)
    if request.method == "POST" and form.is_valid():
        try:
            with locked(request.brand) as brand:
                ask_again(request, Action.CHANGE_SETTINGS)
                if made := made_by(request, "apitoken"):
                    return _made_before(request, made)
                issued = issue_token(brand=brand, draft=form.draft, now=now, actor=actor_of_page(request))
        except RefusedError as refused:
            form.add_error(refused.field or None, refused.message)
        else:
            return _issued(request, issued)
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK
    return render(request, "workplace/settings/token_add.html", {"form": form}, status=status)


def _issued(request: BrandRequest, issued: IssuedToken) -> HttpResponse:
    context = {
        "line": token_line(issued.token),
        "secret": issued.secret,
        "now": issued.token.created_at,
        "zone": viewer_zone(request),
    }
    return render(request, "workplace/settings/token_secret.html", context)


def _made_before(request: BrandRequest, pk: UUID) -> HttpResponse:
    name = _token_or_404(request, pk).name
    messages.warning(
        request,
        f"{name} was made already, and its token shown in that answer. If nobody kept it: revoke it, make another.",
    )
    return redirect("api-tokens", slug=request.brand.slug)


@require_http_methods(["GET", "HEAD", "POST"])
@brand_view(action=Action.CHANGE_SETTINGS)
def revoke_page(request: BrandRequest, api_token: UUID) -> HttpResponse:
    """Asks once, with what the token may and when it was used; POST revokes it."""
    row, now = _token_or_404(request, api_token), utc_now()
    if request.method != "POST":
        context = {"line": token_line(row), "now": now, "zone": viewer_zone(request)}
        return render(request, "workplace/settings/token_revoke.html", context)
    revoked = revoke_tokens(brand=request.brand, tokens=[row], now=now, actor=actor_of(request))
    said = "is revoked: scripts that use it are refused from now on" if revoked else "was revoked already"
    messages.success(request, f"{row.name} {said}.")
    return redirect("api-tokens", slug=request.brand.slug)


def _token_or_404(request: BrandRequest, pk: UUID) -> ApiToken:
    row: ApiToken | None = ApiToken.objects.for_brand(request.brand).filter(pk=pk).first()
    if row is None:
        raise Http404("No token of this brand has this address.")
    return row
