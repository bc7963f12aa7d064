"""Rows that addresses of the API may name."""

from functools import cache
from typing import Any

from sparktrack.api import urls
from sparktrack.api.resource import Resource
from tests.world import World


@cache
def resources() -> dict[str, type[Resource]]:
    """The resources by the first part of their addresses."""
    found = {}
    for item in urls.urlpatterns:
        views = getattr(item.callback, "cls", None)
        if isinstance(views, type) and issubclass(views, Resource):
            found[str(item.pattern).split("/")[0]] = views
    return found


def first_id(name: str, world: World) -> Any:
    """The id of a row of this resource in the world's brand; None if it has none."""
    views = resources().get(name)
    row = views.shelf.rows(world.brand, world.now).order_by("pk").first() if views else None
    return row.pk if row is not None else None
