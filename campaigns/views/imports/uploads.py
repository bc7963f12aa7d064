"""The history of imports, and the way to begin one."""

from http import HTTPStatus

from django.core.exceptions import RequestDataTooBig
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.debug import sensitive_post_parameters

from brands.access import BrandRequest, actor_of, brand_view, viewer_zone
from brands.operations.edits import BrandBusyError
from brands.rules import Action
from campaigns.forms.imports import TOO_LARGE, TOO_MUCH_TEXT, UploadForm
from campaigns.importers.looking import receive_sheet
from campaigns.queries.imports import import_history
from campaigns.views.imports.doors import to_import
from sparktrack.core.clock import utc_now
from sparktrack.core.tabular import LIMITS, UnusableFile
from sparktrack.core.tabular.limits import MEBIBYTE

# What stands around the file in the body: the other fields, boundaries.
_AROUND = MEBIBYTE


# Exempt, because the check of the token reads the whole body: _received checks it, once the size is known to be fine.
@csrf_exempt
@sensitive_post_parameters("pasted")
@brand_view(action=Action.IMPORT_TRACKER)
def imports(request: BrandRequest) -> HttpResponseBase:
    """GET: what was imported so far, and how to begin. POST: a sheet."""
    if request.method != "POST":
        return _page(request, UploadForm())
    if _size(request) > LIMITS.file_bytes + _AROUND:
        return _refused(request, UploadForm(data={}), "file", TOO_LARGE, HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
    try:
        request.POST  # noqa: B018 - reads the body
    except RequestDataTooBig:
        status = HTTPStatus.REQUEST_ENTITY_TOO_LARGE
        return _refused(request, UploadForm(data={}), "pasted", TOO_MUCH_TEXT, status)
    return _received(request)


@csrf_protect
def _received(request: BrandRequest) -> HttpResponse:
    form = UploadForm(request.POST, request.FILES)
    if not form.is_valid():
        return _page(request, form)
    name, content = form.sheet()
    field = "file" if form.cleaned_data["file"] else "pasted"
    try:
        run = receive_sheet(
            content, file_name=name, brand=request.brand, now=utc_now(), actor=actor_of(request)
        )
    except (UnusableFile, BrandBusyError) as error:
        return _refused(request, form, field, error.message, HTTPStatus.UNPROCESSABLE_ENTITY)
    return to_import(request, run)


def _size(request: BrandRequest) -> int:
    """Bytes of the body as announced; without an announcement nothing is read."""
    try:
        return int(request.META.get("CONTENT_LENGTH") or 0)
    except ValueError:
        return 0


def _refused(
    request: BrandRequest, form: UploadForm, field: str, message: str, status: HTTPStatus
) -> HttpResponse:
    form.errors.clear()
    form.add_error(field, message)
    return _page(request, form, status)


def _page(request: BrandRequest, form: UploadForm, status: HTTPStatus | None = None) -> HttpResponse:
    context = {
        "form": form,
        "history": import_history(request.brand, after=request.GET.get("after", "")),
        "is_later": bool(request.GET.get("after")),
        "now": utc_now(),
        "zone": viewer_zone(request),
    }
    if status is None:
        status = HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK
    return render(request, "campaigns/imports/list.html", context, status=status)
