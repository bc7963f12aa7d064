"""The buyer's batch: the next codes for an ad account, copied together, noted one by one with the end read there."""

from http import HTTPStatus
from typing import Any
from uuid import UUID

from allauth.core import ratelimit
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_http_methods, require_POST

from authorizations.models import AuthorizationCode
from authorizations.operations.applying import Reading, apply_as_read, shown_end
from authorizations.operations.codes import reveal_codes
from brands.access import BrandRequest, actor_of, brand_view, viewer_zone
from brands.models import AdAccount
from brands.rules import Action
from campaigns.views.codes import TOO_OFTEN
from sparktrack.core.clock import utc_now
from sparktrack.core.refusals import RefusedError
from sparktrack.core.secrets import UndecryptableError
from sparktrack.core.wording import weekday
from workplace.forms.codes_batch import AppliedAsReadForm
from workplace.queries.codes_batch import MOST, BatchLine, batch_of

NO_ACCOUNT = "Choose the ad account first."
NO_LONGER = "These codes are not there any more. Load the page again."
UNREADABLE = "One of these codes cannot be opened any more: its key is gone. Copy them one by one."


@require_http_methods(["GET", "HEAD", "POST"])
@brand_view(action=Action.REVEAL_CODES)
def code_batch(request: BrandRequest) -> HttpResponse:
    """The next batch of ``?account=``; POST notes that one of its codes is in use there, with the end that was read."""
    accounts = list(AdAccount.objects.for_brand(request.brand).order_by("name"))
    account = _account(request, accounts)
    if request.method == "POST":
        if account is None:
            status = HTTPStatus.UNPROCESSABLE_ENTITY
            return _page(request, None, accounts, problem=NO_ACCOUNT, status=status)
        return _apply(request, account, accounts)
    return _page(request, account, accounts)


@require_POST
@cache_control(no_store=True, private=True)
@brand_view(action=Action.REVEAL_CODES)
def copy_batch(request: BrandRequest) -> HttpResponse:
    """The codes of a batch, one a line: as plain text if that is asked for, else in the page."""
    accounts = list(AdAccount.objects.for_brand(request.brand).order_by("name"))
    account = _account(request, accounts)
    text, status = _copied(request)
    if request.headers.get("Accept") == "text/plain":
        return HttpResponse(text, content_type="text/plain; charset=utf-8", status=status)
    copied = {"copied": text} if status == HTTPStatus.OK else {"problem": text}
    return _page(request, account, accounts, status=status, **copied)


def _copied(request: BrandRequest) -> tuple[str, int]:
    """The codes that were asked for and 200, or why not."""
    wanted = []
    for text in request.POST.getlist("code")[: MOST + 1]:
        try:
            wanted.append(UUID(text))
        except ValueError:
            return NO_LONGER, HTTPStatus.UNPROCESSABLE_ENTITY
    rows = AuthorizationCode.objects.for_brand(request.brand).in_bulk(wanted)
    if not rows or len(rows) != len(set(wanted)) or len(wanted) > MOST:
        return NO_LONGER, HTTPStatus.UNPROCESSABLE_ENTITY
    if not ratelimit.consume(request, action="copy_codes"):
        return TOO_OFTEN, HTTPStatus.TOO_MANY_REQUESTS
    try:
        codes = reveal_codes(
            brand=request.brand,
            codes=[rows[pk] for pk in dict.fromkeys(wanted)],
            copied=True,
            now=utc_now(),
            actor=actor_of(request),
        )
    except UndecryptableError:
        return UNREADABLE, HTTPStatus.CONFLICT
    return "\n".join(codes), HTTPStatus.OK


def _apply(request: BrandRequest, account: AdAccount, accounts: list[AdAccount]) -> HttpResponse:
    """One code is in use now: its line says so (htmx), or the next batch comes."""
    form, now = AppliedAsReadForm(request.POST, brand=request.brand), utc_now()
    form.is_valid()
    code: AuthorizationCode | None = form.cleaned_data.get("code")
    if code is None:
        return _page(request, account, accounts, problem=NO_LONGER, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    before = shown_end(request.brand, code, account)
    try:
        if "ends_on" not in form.cleaned_data:
            raise RefusedError(str(form.errors["ends_on"][0]))
        reading = Reading(code, account, form.cleaned_data["ends_on"])
        (row,) = apply_as_read(brand=request.brand, readings=[reading], now=now, actor=actor_of(request))
    except RefusedError as error:
        typed = request.POST.get("ends_on", "")
        return _refused(request, account, accounts, code, wrong=error.message, typed=typed)
    after = shown_end(request.brand, row, account)
    ends = weekday(after, year=now.year)
    if after != before:
        ends += f", not {weekday(before, year=now.year)}"
    if request.htmx:
        batch = batch_of(request.brand, account, request.user, now=now, any_post=_any_post(request))
        context = {"code": code, "account": account, "ends": ends, "batch": batch}
        return render(request, "workplace/codes/batch_done.html", context)
    messages.success(request, f"Noted: the {code} is in {account} and ends {ends}.")
    page = redirect("code-batch", slug=request.brand.slug)
    page["Location"] += f"?{_query(request, account)}&go=1#lines"
    return page


def _refused(
    request: BrandRequest,
    account: AdAccount,
    accounts: list[AdAccount],
    code: AuthorizationCode,
    *,
    wrong: str,
    typed: str,
) -> HttpResponse:
    about = {"refused": code.pk, "wrong": wrong, "typed": typed}
    status = HTTPStatus.UNPROCESSABLE_ENTITY
    if not request.htmx:
        return _page(request, account, accounts, status=status, **about)
    line = BatchLine(code, None, shown_end(request.brand, code, account), used_somewhere=False)
    return render(
        request,
        "workplace/codes/batch_form.html",
        {**_context(request, account), "line": line, **about},
        status=status,
    )


# --- The page --------------------------------------------------------------------------------------------------------
def _account(request: BrandRequest, accounts: list[AdAccount]) -> AdAccount | None:
    """The account of the address, else the only one there is. Raises Http404 for one that is not of this brand."""
    wanted = request.GET.get("account", "")
    if not wanted:
        return accounts[0] if len(accounts) == 1 else None
    found = next((account for account in accounts if str(account.pk) == wanted), None)
    if found is None:
        raise Http404("No ad account of this brand has this address.")
    return found


def _any_post(request: BrandRequest) -> bool:
    return request.GET.get("posts") == "any"


def _query(request: BrandRequest, account: AdAccount) -> str:
    return f"account={account.pk}{'&posts=any' if _any_post(request) else ''}"


def _context(request: BrandRequest, account: AdAccount | None) -> dict[str, Any]:
    url = reverse("code-batch", args=[request.brand.slug])
    return {
        "account": account,
        "here": f"{url}?{_query(request, account)}" if account else url,
        "now": utc_now(),
        "zone": viewer_zone(request),
    }


def _page(
    request: BrandRequest,
    account: AdAccount | None,
    accounts: list[AdAccount],
    *,
    status: int = HTTPStatus.OK,
    **also: Any,
) -> HttpResponse:
    context = {**_context(request, account), "accounts": accounts, "go": "go" in request.GET, **also}
    if account is not None:
        context["batch"] = batch_of(
            request.brand, account, request.user, now=context["now"], any_post=_any_post(request)
        )
    return render(request, "workplace/codes/batch.html", context, status=status)
