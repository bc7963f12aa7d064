"""The addresses of a resource: ``…``, ``…/bulk``, ``…/{id}``, ``…/{id}/<action>``. No slash at the end."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.urls import URLPattern, path

from sparktrack.api.many import ManyMixin
from sparktrack.api.resource import Resource

_OF_ALL = {"get": "list", "post": "create"}
_OF_MANY = {"post": "bulk_create", "patch": "bulk_update", "delete": "bulk_destroy"}
_OF_ONE = {"get": "retrieve", "patch": "partial_update", "delete": "destroy"}


def addresses(
    name: str,
    views: type[Resource],
    *,
    can: Sequence[str] = ("get",),
    actions: Sequence[str] = (),
    reads: Sequence[str] = (),
) -> list[URLPattern]:
    """The addresses of the resource ``name`` (plural, kebab-case).

    ``can``: the methods that it has, of get, post, patch, delete. Each of ``actions`` (kebab-case) is a POST of its own
    to one row, done by the method of the same name. Each of ``reads`` is a GET, done by ``read_<name>``; one address
    may be both.
    """
    found = [path(name, views.as_view(_of(_OF_ALL, can)), name=f"api-{name}")]
    if issubclass(views, ManyMixin):
        found.append(path(f"{name}/bulk", views.as_view(_of(_OF_MANY, can)), name=f"api-{name}-bulk"))
    found.append(path(f"{name}/<uuid:id>", views.as_view(_of(_OF_ONE, can)), name=f"api-{name}-one"))
    for part in dict.fromkeys((*actions, *reads)):
        method = part.replace("-", "_")
        doings: dict[str, Any] = {"post": method} if part in actions else {}
        doings |= {"get": f"read_{method}"} if part in reads else {}
        found.append(path(f"{name}/<uuid:id>/{part}", views.as_view(doings), name=f"api-{name}-{part}"))
    return found


def _of(doings: Mapping[str, str], can: Sequence[str]) -> dict[str, Any]:
    return {method: doing for method, doing in doings.items() if method in can}
