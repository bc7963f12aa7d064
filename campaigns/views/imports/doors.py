"""What the import pages share: finding the run, and what somebody meets who comes too late."""

from collections.abc import Callable
from functools import wraps
from http import HTTPStatus
from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render

from brands.access import BrandRequest, BrandView, brand_view, viewer_zone
from brands.rules import Action
from campaigns.models import ImportRun
from campaigns.queries.imports import import_run
from sparktrack.core.clock import utc_now
from sparktrack.core.refusals import RefusedError

RunView = Callable[..., HttpResponseBase]


def run_view(view: RunView) -> BrandView:
    """A page about one import: ``view(request, run)``; an import of another brand is not there (404)."""

    @brand_view(action=Action.IMPORT_TRACKER)
    @wraps(view)
    def found(request: BrandRequest, run: UUID) -> HttpResponseBase:
        row = import_run(request.brand, run)
        if row is None:
            raise Http404("No import of this brand has this address.")
        return view(request, row)

    return found


def step_view(view: RunView) -> BrandView:
    """A button of an import: POST acts; who comes by GET (back, reload, a typed address) is shown the import.

    An import that stands elsewhere than the page thought, because of a second click or a colleague, is shown as it is
    with a sentence that says so.
    """

    @run_view
    @wraps(view)
    def guarded(request: BrandRequest, run: ImportRun) -> HttpResponseBase:
        if request.method != "POST":
            return to_import(request, run)
        try:
            return view(request, run)
        except RefusedError as error:
            return too_late(request, run, error.message)

    return guarded


def to_import(request: BrandRequest, run: ImportRun) -> HttpResponse:
    """On to the page of the import, whatever it shows by now."""
    return redirect("import", request.brand.slug, run.pk)


def too_late(request: BrandRequest, run: ImportRun, message: str) -> HttpResponse:
    """409: what was asked for is not possible as things stand now; nothing happened."""
    context: dict[str, Any] = {"run": run, "message": message, "now": utc_now(), "zone": viewer_zone(request)}
    return render(request, "campaigns/imports/too_late.html", context, status=HTTPStatus.CONFLICT)
