"""The page of one import: what it shows follows from where the import stands."""

from http import HTTPStatus
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe
from django_htmx.http import HttpResponseClientRefresh

from brands.access import BrandRequest, viewer_zone
from campaigns.enums import ImportState
from campaigns.forms.columns import ColumnsForm
from campaigns.models import ImportRun
from campaigns.progress import progress_of
from campaigns.views.imports.doors import run_view
from campaigns.views.imports.previews import preview_of
from campaigns.views.imports.results import result_of
from campaigns.wishes import Wishes
from sparktrack.core.clock import utc_now
from sparktrack.core.wording import TimeWords

_WORKING = frozenset({ImportState.READING, ImportState.APPLYING})
WITH_COLUMNS = frozenset({ImportState.UPLOADED, ImportState.PREVIEWED, ImportState.FAILED})
# What may be refused on the columns' page, wherever the run stands.
_OF_COLUMNS = frozenset({"columns", "sheet_problem"})


@require_safe
@run_view
def show_import(request: BrandRequest, run: ImportRun) -> HttpResponse:
    """The import as it stands: columns to confirm, work under way, a preview, or what came of it."""
    return import_page(request, run)


@require_safe
@run_view
def import_progress(request: BrandRequest, run: ImportRun) -> HttpResponse:
    """How far the work is, as a fragment; once it is over the page is loaded anew."""
    if run.state not in _WORKING:
        return HttpResponseClientRefresh()
    return render(request, "campaigns/imports/progress.html", {"run": run, "progress": progress_of(run)})


def import_page(request: BrandRequest, run: ImportRun, **refused: Any) -> HttpResponse:
    """The page of ``run``; ``refused``: a form that was refused, with what was typed, by its name in the context."""
    now, zone, decisions = utc_now(), viewer_zone(request), refused.pop("decisions", {})
    times = TimeWords(now=now, zone=request.brand.time_zone, viewer_zone=zone)
    context: dict[str, Any] = {"run": run, "now": now, "zone": zone, "step": run.state}
    if _OF_COLUMNS & refused.keys() or _asks_for_columns(request, run):
        context |= {"step": "columns", "columns": columns_form(run, request.GET.get("heading", ""))}
    elif run.state in _WORKING:
        context["progress"] = progress_of(run)
    elif run.state == ImportState.PREVIEWED:
        context |= preview_of(request, run, times, decisions)
    elif run.state in {ImportState.APPLIED, ImportState.UNDONE}:
        context |= result_of(request, run, times)
    status = HTTPStatus.UNPROCESSABLE_ENTITY if refused else HTTPStatus.OK
    return render(request, "campaigns/imports/import.html", context | refused, status=status)


def columns_form(run: ImportRun, heading: str, data: Any = None) -> ColumnsForm:
    """``heading``: the number of the first row that holds the headings, where none was found; else it is nothing."""
    number = int(heading) if heading.isdecimal() and len(heading) < 4 else None
    return ColumnsForm(data, look=run.look, wishes=Wishes.from_json(run.wishes), heading=number)


def _asks_for_columns(request: BrandRequest, run: ImportRun) -> bool:
    asked = run.state in WITH_COLUMNS and request.GET.get("step") == "columns" and bool(run.look)
    return asked or run.state == ImportState.UPLOADED
