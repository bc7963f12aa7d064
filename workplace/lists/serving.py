"""Showing a list, and doing what was chosen for its rows."""

from collections.abc import Collection, Iterator, Sequence
from contextlib import suppress
from http import HTTPStatus
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render

from brands.access import BrandRequest, viewer_zone
from brands.operations.edits import locked, rows_with
from sparktrack.core.clock import utc_now
from sparktrack.core.refusals import RefusedError
from sparktrack.core.tabular import Value
from sparktrack.core.wording import count
from workplace.exporting import csv_answer
from workplace.lists.columns import Column, Look, sheet_cells, shown_columns
from workplace.lists.drawing import table
from workplace.lists.filters import ListFilter
from workplace.lists.keys import BadCursorError
from workplace.lists.pages import (
    COUNTED,
    MOST_CHANGED,
    PER_PAGE,
    BulkAction,
    BulkForm,
    Listed,
    ListPage,
    listed,
)
from workplace.models import SavedView
from workplace.queries.views import ListSetting, list_setting
from workplace.undoing import was_done

# What an address may say besides the filters.
NO_FILTERS = frozenset({"after", "view", "export"})
ALL = "all"


def show_list(request: BrandRequest, page: ListPage[Any], **context: Any) -> HttpResponseBase:
    """GET: the list as its address says, as a sheet with ``?export=csv``. POST: what was chosen for its rows.

    The view must let GET, HEAD and POST through; each bulk action asks for its own leave. ``context`` goes to the
    template, which extends ``workplace/lists/list.html``.
    """
    if request.method == "POST":
        return _do(request, page, context)
    setting = list_setting(request.brand, request.user, page.place, request.GET.get("view", ""))
    if not request.GET and setting.opens_with is not None:
        return redirect(f"{request.path}?{query_of(setting.opens_with)}")
    return _shown(request, page, setting, context)


def query_of(view: SavedView) -> str:
    """The part of an address that opens a saved view."""
    query = QueryDict(view.query, mutable=True)
    query["view"] = str(view.pk)
    return query.urlencode()


def kept_query(query: str) -> str:
    """The filters and the order of an address; neither a place in the list nor what is done with it."""
    left = QueryDict(query, mutable=True)
    for name in NO_FILTERS:
        left.pop(name, None)
    return left.urlencode()


def _shown(
    request: BrandRequest,
    page: ListPage[Any],
    setting: ListSetting,
    context: dict[str, Any],
    *,
    picked: Collection[str] = (),
    refused: str = "",
    forms: dict[str, BulkForm] | None = None,
) -> HttpResponseBase:
    now = utc_now()
    filters = page.filter_for(request.GET, request.brand, now, request.allowed)
    look = Look(request.brand, request.allowed, now, viewer_zone(request))
    columns = shown_columns(page.columns, setting.columns, request.allowed)
    problem, found = "", None
    if unknown := sorted(set(request.GET) - set(filters.filters) - NO_FILTERS):
        problem = f"There is no filter called {unknown[0]}."
    elif filters.form.is_valid():
        if request.GET.get("export") == "csv":
            return _sheet(page, filters, columns, look)
        try:
            found = listed(page, filters, after=request.GET.get("after", ""), brand=request.brand, now=now)
        except BadCursorError as error:
            problem = str(error)
    actions = [action for action in page.bulk if action.needs in request.allowed]
    part = request.htmx and request.htmx.target == "list" and not request.htmx.history_restore_request
    status = HTTPStatus.OK if found else HTTPStatus.BAD_REQUEST
    return render(
        request,
        "workplace/lists/listing.html" if part else page.template,
        {
            **context,
            "page": page,
            "filter": filters,
            "problem": problem,
            "refused": refused,
            "listed": found,
            "table": found
            and table(
                found.lines,
                columns,
                look,
                caption=page.title,
                query=request.GET,
                sort=page.sort_of(filters),
                picks=bool(actions),
                picked=picked,
            ),
            "bulk": [(action, _form(action, request, forms)) for action in actions],
            "columns": [column for column in page.columns if column.needs in request.allowed],
            "shown": {column.key for column in columns},
            "setting": setting,
            "now": now,
            "zone": look.zone,
            "said": found and _said(page, found),
        },
        status=HTTPStatus.UNPROCESSABLE_ENTITY if refused or forms else status,
    )


def _said(page: ListPage[Any], found: Listed[Any]) -> str:
    """How many there are, in words."""
    if found.count_is_bound:
        return f"More than {count(COUNTED, page.noun)}"
    return count(found.count, page.noun) if found.count else f"No {page.noun}s"


def _form(action: BulkAction, request: BrandRequest, forms: dict[str, BulkForm] | None) -> BulkForm | None:
    if forms and action.key in forms:
        return forms[action.key]
    return action.form(brand=request.brand, prefix=action.key) if action.form else None


# --- A sheet ---------------------------------------------------------------------------------------------------------
def _sheet(
    page: ListPage[Any], filters: ListFilter, columns: Sequence[Column[Any]], look: Look
) -> HttpResponseBase:
    """All rows of the list as they are narrowed, with the columns that are shown."""
    sort, cells = page.sort_of(filters), sheet_cells(columns, look)

    def rows() -> Iterator[list[Value]]:
        after = ""
        while True:
            ordered = sort.ordered(sort.behind(filters.qs, after) if after else filters.qs)
            part = list(ordered[: 10 * PER_PAGE])
            for line in page.lines(look.brand, part, look.now):
                yield [value(line, look) for value in cells.values()]
            if len(part) < 10 * PER_PAGE:
                return
            after = sort.cursor(part[-1])

    name = f"{look.brand.slug}-{page.place}-{look.now:%Y-%m-%d}.csv"
    return csv_answer(name, list(cells), rows())


# --- Many rows at once -----------------------------------------------------------------------------------------------
def _do(request: BrandRequest, page: ListPage[Any], context: dict[str, Any]) -> HttpResponseBase:
    """Does what was chosen; the list again with what is wrong, and the same rows chosen, if it cannot."""
    actions = {action.key: action for action in page.bulk if action.needs in request.allowed}
    action = actions.get(request.POST.get("do", ""))
    if not actions:
        raise PermissionDenied(f"Your role in {request.brand} changes nothing here.")
    picked = request.POST.getlist("id")
    forms: dict[str, BulkForm] = {}
    refused = ""
    try:
        if action is None:
            raise RefusedError("Choose what to do with these lines.")
        rows = _picked_rows(request, page, picked)
        form = action.form(request.POST, brand=request.brand, prefix=action.key) if action.form else None
        if form is not None and not form.is_valid():
            forms[action.key] = form
        else:
            with locked(request.brand):
                if was_done(request):
                    messages.info(request, "That was done already: the same page was sent twice.")
                    return redirect(request.get_full_path())
                answer = action.act(request, rows, form.cleaned_data if form else {})
            return answer or redirect(request.get_full_path())
    except RefusedError as error:
        refused = error.message
    setting = list_setting(request.brand, request.user, page.place, request.GET.get("view", ""))
    return _shown(request, page, setting, context, picked=picked, refused=refused, forms=forms)


def _picked_rows(request: BrandRequest, page: ListPage[Any], picked: Sequence[str]) -> list[Any]:
    """The rows that were chosen, one by one or all that the filters leave. Raises RefusedError for none or too many."""
    filters = page.filter_for(request.GET, request.brand, utc_now(), request.allowed)
    if set(request.GET) - set(filters.filters) - NO_FILTERS or not filters.form.is_valid():
        raise RefusedError("This list is not narrowed as its address says. Show all, then choose again.")
    if request.POST.get(ALL):
        rows = list(filters.qs.order_by("pk")[: MOST_CHANGED + 1])
    else:
        model = page.rows(request.brand, utc_now()).model
        known = {row.pk for row in rows_with(model, request.brand, "pk", _ids(picked[: MOST_CHANGED + 1]))}
        rows = list(page.rows(request.brand, utc_now()).filter(pk__in=known).order_by("pk"))
    if not rows:
        raise RefusedError("No line was chosen. Tick some, then try again.")
    if len(rows) > MOST_CHANGED:
        raise RefusedError(
            f"At most {MOST_CHANGED:,} lines can be changed at once. Narrow the list, then try again."
        )
    return rows


def _ids(texts: Sequence[str]) -> Iterator[UUID]:
    """The ids among ``texts``."""
    for text in texts:
        with suppress(ValueError):
            yield UUID(text)
