"""Reading many rows: parameters, pages by key, only the fields that were asked for."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode

from django.db.models import QuerySet
from django.forms import BaseForm
from django_filters import CharFilter
from drf_spectacular.utils import OpenApiParameter
from rest_framework.exceptions import ValidationError

from sparktrack.api.callers import ApiRequest
from workplace.lists.filters import ListFilter
from workplace.lists.keys import BadCursorError, Sort
from workplace.lists.pages import COUNTED, Shelf

USUAL_LIMIT = 50
MOST_LIMIT = 200
# Of the number of a row.
_DIGITS = 9
# What every list understands besides its filters.
OF_LISTS = frozenset({"limit", "cursor", "count", "fields", "omit"})
OF_ROWS = frozenset({"fields", "omit"})
# What a list without filters understands, as the document says it.
OF_PARTS = [
    OpenApiParameter(
        "limit",
        {"type": "integer", "minimum": 1, "maximum": MOST_LIMIT, "default": USUAL_LIMIT},
        description="Rows of a page.",
    ),
    OpenApiParameter("cursor", str, description="Where the page begins: from `next`."),
]


@dataclass(frozen=True, slots=True)
class Page:
    """Rows of one page; ``cursor`` of the next is empty on the last, ``count`` None unless it was asked for."""

    rows: list[Any]
    cursor: str
    count: int | None


def refuse_unknown(query: Mapping[str, str], known: Collection[str]) -> None:
    """Raises ValidationError for a parameter that means nothing here: it was meant to narrow something."""
    if unknown := sorted(set(query) - set(known) - {"brand"}):
        raise ValidationError({f"?{name}": ["There is no such parameter here."] for name in unknown})


def wanted_fields(query: Mapping[str, str], known: Collection[str]) -> frozenset[str] | None:
    """The fields that ``?fields=`` names or ``?omit=`` leaves; None: all. Raises ValidationError for others."""
    if "fields" in query and "omit" in query:
        raise ValidationError({"?omit": ["Say either fields or omit."]})
    for name in OF_ROWS & set(query):
        named = frozenset(query[name].split(","))
        if others := sorted(named - set(known)):
            raise ValidationError({f"?{name}": [f"There is no field {other!r}." for other in others]})
        return named if name == "fields" else frozenset(known) - named
    return None


def newest_first(shelf: Shelf) -> Shelf:
    """``shelf`` in the order that its key has, however many rows there are, unless another is asked for.

    What comes next, or from A to Z, is a question of people; a script that reads all pages asks for none.
    """
    return replace(shelf, sorts=tuple(sorted(shelf.sorts, key=lambda sort: sort.key != "newest")))


def filters_of(shelf: Shelf, request: ApiRequest) -> ListFilter:
    """The filters of this request, valid. Raises ValidationError."""
    query = request.query_params
    filters = shelf.filter_for(query, request.brand, request.now, request.allowed, script=True)
    refuse_unknown(query, [*filters.filters, *OF_LISTS])
    if any("\0" in text for text in query.values()):
        raise ValidationError({"?": ["There is a character in this address that nobody can type."]})
    blank = [name for name, text in query.items() if not str(text).strip()]
    if empty := sorted(name for name in blank if _is_choice(filters, name)):
        raise ValidationError({f"?{name}": ["Nothing is said here: leave it out."] for name in empty})
    if not filters.form.is_valid():
        raise ValidationError(
            {f"?{name}": [str(each) for each in errors] for name, errors in filters.form.errors.items()}
        )
    return filters


def read_form(form: BaseForm, query: Mapping[str, str], **called: str) -> dict[str, Any]:
    """The values of a form of the pages that was filled from ``query``; for what is asked without a list.

    ``called``: what the address calls a field, where that is another word. Raises ValidationError, also for a parameter
    that says nothing and for characters that nobody can type.
    """
    if empty := sorted(name for name, text in query.items() if not text.strip()):
        raise ValidationError({f"?{name}": ["Nothing is said here: leave it out."] for name in empty})
    if odd := sorted(name for name, text in query.items() if "\0" in text):
        raise ValidationError(
            {f"?{name}": ["There is a character here that nobody can type."] for name in odd}
        )
    if not form.is_valid():
        raise ValidationError(
            {
                f"?{called.get(name, name)}": [str(each) for each in errors]
                for name, errors in form.errors.items()
            }
        )
    return form.cleaned_data


def _is_choice(filters: ListFilter, name: str) -> bool:
    """Whether a filter takes other values than any text: an empty one is none of them."""
    found = filters.filters.get(name)
    return found is not None and not isinstance(found, CharFilter)


def page_of(shelf: Shelf, filters: ListFilter, rows: QuerySet[Any], request: ApiRequest) -> Page:
    """The page of ``rows`` that the request asks for. Raises ValidationError for parameters that make no sense."""
    query = request.query_params
    limit = read_limit(query)
    sort = shelf.sort_of(filters)
    if query.get("count", "false") not in {"true", "false"}:
        raise ValidationError({"?count": ["true or false."]})
    try:
        cursor = query.get("cursor", "")
        ordered = sort.ordered(sort.behind(rows, cursor) if cursor else rows)
    except BadCursorError as error:
        raise ValidationError({"?cursor": [str(error)]}) from error
    found = list(ordered[: limit + 1])
    count = filters.qs.order_by()[: COUNTED + 1].count() if query.get("count") == "true" else None
    further = sort.cursor(found[limit - 1]) if len(found) > limit else ""
    return Page(found[:limit], further, count)


def part_of(rows: QuerySet[Any], sort: Sort, request: ApiRequest) -> Page:
    """A page of ``rows`` that have one order and no filters. Raises ValidationError."""
    query = request.query_params
    refuse_unknown(query, ("limit", "cursor"))
    limit, cursor = read_limit(query), query.get("cursor", "")
    try:
        found = list(sort.ordered(sort.behind(rows, cursor) if cursor else rows)[: limit + 1])
    except BadCursorError as error:
        raise ValidationError({"?cursor": [str(error)]}) from error
    return Page(found[:limit], sort.cursor(found[limit - 1]) if len(found) > limit else "", None)


def body_of(page: Page, results: list[Any], request: ApiRequest) -> dict[str, Any]:
    """The answer: the rows, and the address of the next page."""
    answer: dict[str, Any] = {"results": results, "next": next_page(request, page.cursor)}
    if page.count is not None:
        answer["count"] = min(page.count, COUNTED)
        answer["count_is_bound"] = page.count > COUNTED
    return answer


def next_page(request: ApiRequest, cursor: str, **also: object) -> str | None:
    """The address of the page at ``cursor``, with all else that was asked, and ``also``; None without one.

    ``also``: what was taken because nobody asked, such as this month, which the next page must not work out anew; None
    takes a parameter away.
    """
    asked = {**request.query_params.dict(), **also, "cursor": cursor}
    query = {name: value for name, value in asked.items() if value is not None}
    return request.build_absolute_uri(f"{request.path}?{urlencode(query)}") if cursor else None


def read_limit(query: Mapping[str, str]) -> int:
    """How many rows of a page are asked for. Raises ValidationError."""
    text = query.get("limit", str(USUAL_LIMIT))
    if text.isascii() and text.isdecimal() and len(text) < 6 and 1 <= int(text) <= MOST_LIMIT:
        return int(text)
    raise ValidationError({"?limit": [f"1 to {MOST_LIMIT}."]})


def read_place(text: str) -> int:
    """The cursor of what is worked out whole and cut afterwards: how many rows came before. Raises ValidationError."""
    if text.isascii() and text.isdecimal() and len(text) <= _DIGITS:
        return int(text)
    raise ValidationError({"?cursor": ["This page of the list cannot be found. Begin at the first one."]})
