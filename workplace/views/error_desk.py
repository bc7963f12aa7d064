"""The error desk: TikTok's error in plain words, who moves, and what to write to them."""

from http import HTTPStatus
from uuid import UUID

from django.core.exceptions import ObjectDoesNotExist
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_http_methods

from brands.access import BrandRequest, brand_view
from brands.rules import Action
from sparktrack.core.cells import masked
from sparktrack.core.clock import utc_now
from sparktrack.tiktok.errors import BY_KEY, ERRORS, Mover, TikTokError, find_error
from workplace.forms.error_desk import ErrorTextForm
from workplace.queries.error_desk import UNKNOWN, Case, case_of, message_about

_NAMED = ("code", "post")


@require_http_methods(["GET", "HEAD", "POST"])
@brand_view()
def error_desk(request: BrandRequest) -> HttpResponse:
    """``?error=``: what it means; ``?code=`` or ``?post=``: about which post. POST finds the error in a pasted text."""
    case = _case(request)
    error = BY_KEY.get(request.GET.get("error", ""))
    if "error" in request.GET and error is None:
        raise Http404("There is no such error.")
    if request.method != "POST":
        return _page(request, ErrorTextForm(), case, error)
    form = ErrorTextForm(request.POST)
    if form.is_valid():
        found = find_error(form.cleaned_data["text"])
        if found is not None:
            return redirect(address(request, found))
        form.add_error("text", UNKNOWN)
    form.data = {"text": masked(request.POST.get("text", ""))}
    return _page(request, form, case, error, status=HTTPStatus.UNPROCESSABLE_ENTITY)


def address(request: BrandRequest, error: TikTokError | None) -> str:
    """The desk about the same post with ``error`` explained."""
    query = {name: request.GET[name] for name in _NAMED if request.GET.get(name)}
    if error is not None:
        query["error"] = error.key
    return f"{reverse('error-desk', args=[request.brand.slug])}{'?' if query else ''}{urlencode(query)}"


def _case(request: BrandRequest) -> Case | None:
    """What the error is about. Raises Http404 for what is not in this brand."""
    try:
        code, post = (UUID(text) if (text := request.GET.get(name, "")) else None for name in _NAMED)
        return case_of(request.brand, code=code, post=post, now=utc_now())
    except (ValueError, ObjectDoesNotExist):
        raise Http404("Nothing of this brand has this address.") from None


def _page(
    request: BrandRequest,
    form: ErrorTextForm,
    case: Case | None,
    error: TikTokError | None,
    *,
    status: int = HTTPStatus.OK,
) -> HttpResponse:
    message = message_about(error, case) if error is not None else ""
    context = {
        "form": form,
        "case": case,
        "error": error,
        "who": _WHO[error.mover] if error else "",
        "message": message,
        "errors": [(each, address(request, each)) for each in ERRORS],
        "back": address(request, None),
        "may_ask": bool(case and error and error.refuses_code) and Action.WRITE_CODES in request.allowed,
        "may_refuse": Action.CORRECT_CODES in request.allowed,
    }
    return render(request, "workplace/codes/error_desk.html", context, status=status)


_WHO = {
    Mover.CREATOR: "The creator moves",
    Mover.BUYER: "You move",
    Mover.NOBODY: "Nobody needs to move",
}
