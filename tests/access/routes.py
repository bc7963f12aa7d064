"""Every address of the site, read from the URL resolver."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver, reverse

from tests.access.everything import Everything


@dataclass(frozen=True, slots=True)
class Route:
    """An address: its name (with namespace; the pattern, if it has none) and the pattern itself."""

    name: str
    pattern: str

    @property
    def is_admin(self) -> bool:
        """Whether it belongs to the Django admin."""
        return self.pattern.startswith("admin/")

    @property
    def parameters(self) -> list[str]:
        """The names of what stands for itself in the pattern."""
        return re.findall(r"<(?:\w+:)?(\w+)>", self.pattern)


_API = "api/"


def routes() -> Iterator[Route]:
    """All pages of the site."""
    return (route for route in _below(get_resolver()) if not route.pattern.startswith(_API))


def api_routes() -> Iterator[Route]:
    """All addresses of the REST API, but for the one that answers where nothing is."""
    return (
        route
        for route in _below(get_resolver())
        if route.pattern.startswith(_API) and route.name != "api-nothing"
    )


def _below(resolver: URLResolver, namespace: str = "", prefix: str = "") -> Iterator[Route]:
    for item in resolver.url_patterns:
        pattern = prefix + str(item.pattern).removeprefix("^").removesuffix("$")
        if isinstance(item, URLPattern):
            yield Route(namespace + item.name if item.name else pattern, pattern)
        else:
            inner = f"{namespace}{item.namespace}:" if item.namespace else namespace
            yield from _below(item, inner, pattern)


def url_of(route: Route, world: Everything) -> str:
    """The address of ``route`` for what is in ``world``; a parameter that nobody knows here is a KeyError."""
    values: dict[str, Any] = {
        "slug": world.brand.slug,
        **world.ids,
        "token": "inv_unknown",
        "key": "unknown-key",
        "uidb36": "1",
    }
    return reverse(route.name, kwargs={name: values[name] for name in route.parameters})
