"""Who gets what at every address of the API. An address that is not in the table fails; so does another answer.

Each is asked about rows that are there, with an empty object as its body: what is allowed and needs more says 400.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import URLResolver, get_resolver

from brands.enums import Role, TokenScope
from brands.models import Brand
from brands.operations.tokens import TokenDraft, issue_token
from sparktrack.api.resource import BrandView
from tests.access.everything import Everything
from tests.access.routes import Route, api_routes
from tests.access.stored import everything_stored
from tests.api.rows import first_id
from tests.test_access_matrix import undone
from tests.world import NOW, World, client_of

pytestmark = [pytest.mark.django_db, pytest.mark.once]

TABLE = Path(__file__).parent / "api.txt"
COLUMNS = ("anonymous", "other", "reads", "writes", "viewer", "buyer", "manager", "admin")
METHODS = ("get", "post", "patch", "delete")


@pytest.fixture
def world():
    with time_machine.travel(NOW, tick=False):
        yield Everything()


def callers(world: Everything) -> dict[str, tuple[Client, str]]:
    """A client a column of the table, and what its addresses end with."""
    other = World()
    people = {role.value: (client_of(world.people[role]), f"?brand={world.brand.slug}") for role in Role}
    return {
        "anonymous": (Client(), ""),
        "other": (script_of(other, TokenScope.WRITE), ""),
        "reads": (script_of(world, TokenScope.READ), ""),
        "writes": (script_of(world, TokenScope.WRITE), ""),
        **people,
    }


def script_of(world: World, scope: TokenScope) -> Client:
    """A script with a new token."""
    draft = TokenDraft(f"{scope} of {world.brand.slug}", scope)
    issued = issue_token(brand=world.brand, draft=draft, now=world.now, actor=world.actor)
    return Client(raise_request_exception=False, headers={"authorization": f"Bearer {issued.secret}"})


def doings(world: Everything) -> Iterator[tuple[str, str, str]]:
    """Every route with each of its methods, and an address."""
    views = {item.name: item.callback for item in _patterns()}
    for route in api_routes():
        made = getattr(views[route.name], "actions", None) or _methods_of(views[route.name])
        for method in METHODS:
            if method in made:
                yield route.name, method.upper(), address_of(route, world)


def address_of(route: Route, world: Everything) -> str:
    """The address, for a row that is there."""
    pattern = f"/{route.pattern}"
    if "id" not in route.parameters:
        return pattern
    known = first_id(route.pattern.split("/")[2], world)
    assert known is not None, f"Everything has no row for {route.name}"
    return pattern.replace("<uuid:id>", str(known))


def observed(world: Everything) -> list[list[str]]:
    """The lines of the table as they are."""
    columns = callers(world)
    return [
        [name, method, *(answer(*columns[column], method, address) for column in COLUMNS)]
        for name, method, address in doings(world)
    ]


def answer(client: Client, ending: str, method: str, address: str) -> str:
    """The status; what the request changed is undone."""
    with undone():
        body = "" if method == "GET" else "{}"
        return str(client.generic(method, address + ending, body, "application/json").status_code)


def test_every_address_of_the_api_answers_each_caller_as_the_table_says(world):
    expected = [line.split() for line in TABLE.read_text().splitlines()[1:]]
    assert sorted(observed(world)) == sorted(expected)


def test_rows_of_another_brand_are_not_there(world):
    stranger = client_of(Everything(handle="stranger").people[Role.ADMIN])
    own = Brand.objects.exclude(pk=world.brand.pk).get().slug
    before = everything_stored()
    for name, method, address in doings(world):
        if address.count("-") >= 4:
            assert answer(stranger, f"?brand={own}", method, address) == "404", name
    assert everything_stored() == before


def _patterns() -> list[Any]:
    return [
        inner
        for item in get_resolver().url_patterns
        if isinstance(item, URLResolver) and str(item.pattern) == "api/v1/"
        for inner in item.url_patterns
    ]


def _methods_of(view: Any) -> dict[str, str]:
    cls = getattr(view, "cls", object)
    if not issubclass(cls, BrandView):
        return {"get": "get"}
    return {method: method for method in METHODS if hasattr(cls, method)}
