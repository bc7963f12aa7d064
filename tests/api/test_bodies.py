"""What no body can do, at every address that takes one: set a column that it does not name, name another brand's row.

The addresses and their bodies come from the document, so a new one is in here without anybody's doing.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from rest_framework.serializers import CharField

from brands.enums import Role
from sparktrack.api.bodies import Body
from sparktrack.api.document import document
from sparktrack.api.fields import MemberField, OwnedField, OwnedListField
from tests.access.everything import Everything
from tests.access.stored import everything_stored
from tests.api.rows import first_id, resources
from tests.api.scripts import person, script
from tests.test_access_matrix import undone

pytestmark = [pytest.mark.django_db, pytest.mark.once]

# What people try that is no column of the row itself, or none any more.
TRIED = {"id", "pk", "brand", "brand_id", "version", "role", "status", "created_at", "updated_at", "actor"}
CANARY = "Kanarienvogel"
OWNED = OwnedField | OwnedListField | MemberField


@dataclass(frozen=True, slots=True)
class Taker:
    """An operation that takes a body, or an action to which nothing can be said; ``many``: a list of such objects."""

    method: str
    path: str
    body: str
    properties: frozenset[str]
    example: Any
    many: bool

    @property
    def resource(self) -> str:
        """The first part of its address."""
        return self.path.split("/")[0]

    def send(self, caller: Any, world: Everything, values: dict[str, Any]) -> tuple[Any, set[str]]:
        """The answer to one object with these values, and where it points."""
        path = self.path.replace("{id}", str(first_id(self.resource, world)))
        answer = getattr(caller, self.method)(path, [values] if self.many else values)
        errors = answer.json().get("errors", []) if answer.status_code == 400 else []
        place = "/0" if self.many else ""
        return answer, {error.get("pointer", "").removeprefix(place) for error in errors}


def takers() -> Iterator[Taker]:
    """Every operation with a body of objects that are of one shape, and those without any."""
    whole = json.loads(document())
    for path, item in whole["paths"].items():
        for method, operation in item.items():
            media = operation.get("requestBody", {}).get("content", {}).get("application/json")
            short = path.removeprefix("/api/v1/")
            if media is None:
                if method == "post":
                    yield Taker(method, short, "", frozenset(), {}, many=False)
                continue
            schema, many = media["schema"], media["schema"].get("type") == "array"
            name = (schema["items"] if many else schema)["$ref"].rpartition("/")[2]
            properties = whole["components"]["schemas"][name].get("properties")
            example = next(iter(media["examples"].values()))["value"]
            if properties is not None:
                example = example[0] if many else example
                yield Taker(method, short, name, frozenset(properties), example, many)


@pytest.fixture
def world(settings):
    settings.API_REQUESTS_A_MINUTE = 1_000_000
    return Everything()


@pytest.fixture
def stranger(world):
    other = Everything(handle="stranger")
    other.write_everywhere(CANARY)
    return other


def stored():
    """All rows; that a token was used is noted."""
    return {name: rows for name, rows in everything_stored().items() if name != "brands.ApiToken"}


def test_no_body_sets_what_it_does_not_name(world):
    caller = person(world, Role.ADMIN)
    before, asked = stored(), 0
    for taker in takers():
        named = TRIED | columns(taker.resource)
        values = dict.fromkeys(sorted(named - taker.properties), "1")
        answer, pointers = taker.send(caller, world, {**taker.example, **values})
        assert answer.status_code == 400, (taker, answer.json())
        assert pointers == {f"/{name}" for name in values}, taker
        asked += 1
    assert asked > 50
    assert stored() == before


def columns(resource: str) -> set[str]:
    """The columns of its rows, by both names of each."""
    views = resources().get(resource)
    fields = views.answer.model()._meta.concrete_fields if views else ()
    return {name for field in fields for name in (field.name, field.attname)}


def test_no_body_names_a_row_or_person_of_another_brand(world, stranger):
    token, admin = script(world), person(world, Role.ADMIN)
    before, asked = stored(), 0
    for taker in takers():
        fields = {name: field for name, field in body_of(taker)().fields.items() if isinstance(field, OWNED)}
        for name, field in fields.items():
            own = {other: row_of(each, world) for other, each in fields.items() if other in taker.example}
            for caller in (token, admin):
                with undone():
                    answer, pointers = taker.send(
                        caller, world, {**taker.example, **own, name: row_of(field, world)}
                    )
                if answer.status_code != 403:
                    break
            assert f"/{name}" not in pointers, (taker, name)
            values = {**taker.example, **own, name: row_of(field, stranger)}
            answer, pointers = taker.send(caller, world, values)
            assert answer.status_code == 400, (taker, name, answer.json())
            assert f"/{name}" in pointers, (taker, name, answer.json())
            assert CANARY not in answer.content.decode()
            asked += 1
    assert asked > 30
    assert stored() == before


def test_the_empty_text_is_no_id_no_amount_and_not_null(world):
    caller = person(world, Role.ADMIN)
    before, asked = stored(), 0
    for taker in takers():
        fields = body_of(taker)().fields
        names = [
            name for name, field in fields.items() if not isinstance(field, CharField) and not blank(field)
        ]
        if not names:
            continue
        answer, pointers = taker.send(caller, world, {**taker.example, **dict.fromkeys(names, "")})
        assert answer.status_code == 400, (taker, answer.content)
        assert pointers >= {f"/{name}" for name in names}, (taker, pointers)
        asked += len(names)
    assert asked > 100
    assert stored() == before


def blank(field: Any) -> bool:
    """Whether the empty text is one of its words."""
    return bool(field.read_only or getattr(field, "allow_blank", False))


def body_of(taker: Taker) -> type[Body]:
    """The serializer behind the name in the document."""
    name = taker.body.removeprefix("Patched").removesuffix("OfOne") or Body.__name__
    every: list[type[Body]] = [Body, *bodies(Body)]
    (found,) = {each for each in every if each.__name__ == name}
    return found


def bodies(body: type[Body]) -> Iterator[type[Body]]:
    for each in body.__subclasses__():
        yield each
        yield from bodies(each)


def row_of(field: OWNED, world: Everything) -> Any:
    """What names a row of ``world`` in this field."""
    if isinstance(field, MemberField):
        return str(world.people[Role.BUYER].pk)
    row = field.model._default_manager.filter(brand=world.brand).order_by("pk").first()
    assert row is not None
    return [str(row.pk)] if isinstance(field, OwnedListField) else str(row.pk)
