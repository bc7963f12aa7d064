"""Saved views and columns of lists."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from brands.access import BrandRequest, brand_view
from sparktrack.core.clock import utc_now
from sparktrack.core.refusals import RefusedError
from workplace.enums import Place
from workplace.lists.serving import kept_query, query_of
from workplace.operations.views import (
    COLUMN_KEY,
    MOST_COLUMNS,
    change_view,
    choose_columns,
    delete_view,
    open_with,
    save_view,
)
from workplace.queries.views import list_setting, views_of
from workplace.views.undo import page_before


@require_POST
@brand_view()
def save(request: BrandRequest, place: str) -> HttpResponse:
    """Keep the list as it is narrowed, under a name."""
    try:
        view = save_view(
            brand=request.brand,
            place=_place(place),
            name=request.POST.get("name", ""),
            query=kept_query(request.POST.get("query", "")),
            columns=_columns(request),
            shared=bool(request.POST.get("shared")),
            user=request.user,
            now=utc_now(),
        )
    except RefusedError as refused:
        messages.error(request, refused.message)
        return redirect(page_before(request))
    messages.success(request, f"Saved: {view.name}.")
    return redirect(f"{_address(request, place)}?{query_of(view)}")


@require_POST
@brand_view()
def columns(request: BrandRequest, place: str) -> HttpResponse:
    """The columns that this person wants to see."""
    wanted = [] if request.POST.get("usual") else _columns(request)
    choose_columns(brand=request.brand, place=_place(place), user=request.user, columns=wanted)
    # A view has columns of its own: whoever chooses others leaves it, with its filters.
    address, _, query = page_before(request).partition("?")
    kept = QueryDict(query, mutable=True)
    if kept.get("view", "all") != "all":
        del kept["view"]
    return redirect(f"{address}?{kept.urlencode()}" if kept else address)


@require_safe
@brand_view()
def views(request: BrandRequest, place: str) -> HttpResponse:
    """The views of a list: which it opens with, who sees them."""
    setting = list_setting(request.brand, request.user, _place(place), "")
    context = {
        "place": place,
        "address": _address(request, place),
        "lines": [(view, query_of(view)) for view in setting.views],
        "opens_with": setting.opens_with,
    }
    return render(request, "workplace/lists/views.html", context)


@require_POST
@brand_view()
def change(request: BrandRequest, view: UUID) -> HttpResponse:
    """One view is shared or taken back, deleted, or opens the list from now on."""
    found = get_object_or_404(views_of(request.brand, request.user), pk=view)
    place, role = Place(found.place), request.membership.role
    try:
        match request.POST.get("do"):
            case "share" | "keep" as do:
                change_view(view=found, shared=do == "share", user=request.user, role=role)
            case "delete":
                delete_view(view=found, user=request.user, role=role)
                messages.success(request, f"Deleted: {found.name}.")
            case "open" | "close" as do:
                first = found if do == "open" else None
                open_with(brand=request.brand, place=place, user=request.user, view=first)
            case _:
                messages.error(request, "Choose what to do with this view.")
    except RefusedError as refused:
        messages.error(request, refused.message)
    return redirect("list-views", slug=request.brand.slug, place=place.value)


def _place(text: str) -> Place:
    """The list of this name. Raises Http404."""
    try:
        return Place(text)
    except ValueError:
        raise Http404("There is no such list.") from None


def _address(request: BrandRequest, place: str) -> str:
    """The address of a list: its route has the name of its place."""
    return reverse(_place(place).value, args=[request.brand.slug])


def _columns(request: BrandRequest) -> list[str]:
    """The keys of columns that were chosen; whether there are such is seen where they are shown."""
    return [key for key in request.POST.getlist("column")[:MOST_COLUMNS] if COLUMN_KEY.fullmatch(key)]
