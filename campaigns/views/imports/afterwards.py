"""After an import: undoing it, and the rows that were left out."""

import io
from http import HTTPStatus
from pathlib import PurePath

from django.contrib import messages
from django.http import FileResponse, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from brands.access import BrandRequest, actor_of, viewer_zone
from campaigns.enums import ImportState
from campaigns.importers.rejected import rejected_rows
from campaigns.models import ImportRun
from campaigns.operations.undo import UndoBlockedError, undo_import
from campaigns.queries.imports import touched_counts
from campaigns.views.imports.doors import run_view, step_view, to_import, too_late
from campaigns.views.imports.results import touched_sentence
from sparktrack.core.clock import utc_now
from sparktrack.core.refusals import RefusedError
from sparktrack.core.tabular import UnusableFile, write_csv


@require_http_methods(["GET", "HEAD", "POST"])
@run_view
def undo(request: BrandRequest, run: ImportRun) -> HttpResponse:
    """GET: what will vanish, and the button. POST: everything as it was before, or what stands in the way."""
    if request.method != "POST":
        return _confirm(request, run) if run.state == ImportState.APPLIED else to_import(request, run)
    try:
        undo_import(brand=request.brand, run=run, now=utc_now(), actor=actor_of(request))
    except UndoBlockedError as error:
        return _confirm(request, run, blocked=error)
    except RefusedError as error:
        return too_late(request, run, error.message)
    messages.success(request, "Undone. Everything is as it was before this import.")
    return to_import(request, run)


def _confirm(
    request: BrandRequest, run: ImportRun, *, blocked: UndoBlockedError | None = None
) -> HttpResponse:
    context = {
        "run": run,
        "sentence": touched_sentence(touched_counts(run)),
        "blocked": blocked,
        "now": utc_now(),
        "zone": viewer_zone(request),
    }
    status = HTTPStatus.CONFLICT if blocked else HTTPStatus.OK
    return render(request, "campaigns/imports/undo.html", context, status=status)


@step_view
def rejected(request: BrandRequest, run: ImportRun) -> HttpResponseBase:
    """The rows that were left out, as they are in the sheet, with the reasons in a column of its own."""
    try:
        header, rows = rejected_rows(run, brand=request.brand, now=utc_now(), actor=actor_of(request))
    except UnusableFile as error:
        return too_late(request, run, error.message)
    sheet = io.BytesIO()
    write_csv(sheet, header, rows)
    sheet.seek(0)
    name = f"{PurePath(run.file_name).stem[:100]} - left out.csv"
    # The sheet holds codes: no cache may keep it.
    headers = {"Cache-Control": "no-store, private", "Content-Type": "text/csv; charset=utf-8"}
    return FileResponse(sheet, as_attachment=True, filename=name, headers=headers)
