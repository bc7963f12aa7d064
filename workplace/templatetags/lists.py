"""``{% load lists %}``: what stands around the lines of a list."""

from dataclasses import dataclass

from django import template
from django.forms import Form
from django.http import HttpRequest, QueryDict

from workplace.lists.filters import ListFilter
from workplace.lists.serving import NO_FILTERS, query_of
from workplace.models import SavedView

register = template.Library()


@dataclass(frozen=True, slots=True)
class Chip:
    """A filter that is set, in words, and the address without it."""

    words: str
    without: str


@register.filter
def opens(view: SavedView) -> str:
    """``{{ view|opens }}``: the part of the address that opens a saved view."""
    return query_of(view)


@register.filter
def kept_query(request: HttpRequest) -> str:
    """``{{ request|kept_query }}``: what a view of this list keeps of its address."""
    return _without(request.GET, *NO_FILTERS)


@register.filter
def narrowed_by(form: Form) -> list[str]:
    """``{{ form|narrowed_by }}``: the names of the filters that are set, besides the words."""
    return [name for name in form.changed_data if name != "q"]


@register.filter
def has_wrong_filters(form: Form) -> bool:
    """Whether a filter that is folded away is wrong."""
    return bool(set(form.errors) - {"q"})


@register.filter
def chips(filters: ListFilter, request: HttpRequest) -> list[Chip]:
    """``{{ filter|chips:request }}``: the filters that are set; for valid ones."""
    form = filters.form
    if not form.is_valid():
        return []
    return [
        Chip(_words(form, name), f"{request.path}?{_without(request.GET, name, 'after') or 'view=all'}")
        for name in form.changed_data
        if name not in {"q", "sort"}
    ]


def _words(form: Form, name: str) -> str:
    """``Creator: maya.glow``."""
    field, value = form.fields[name], form.cleaned_data[name]
    choices = getattr(field, "choices", None)
    if hasattr(field, "label_from_instance"):
        value = field.label_from_instance(value)
    elif choices is not None:
        value = dict(list(choices)).get(str(value), value)
    return f"{field.label}: {value}"


def _without(query: QueryDict, *names: str) -> str:
    left = query.copy()
    for name in names:
        left.pop(name, None)
    return left.urlencode()
