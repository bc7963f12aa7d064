"""Examples where one follows from another: a page of rows, many of a body, a change of what was added."""

from collections.abc import Iterator
from typing import Any

_PROBLEM = {
    "type": "about:blank",
    "title": "Unprocessable Entity",
    "status": 422,
    "detail": "@maya.glow is already on file.",
    "errors": [{"pointer": "/handle", "detail": "@maya.glow is already on file.", "code": "refused"}],
    "request_id": "01a202a6bbb07711968f486ab2622415",
}
_COMPONENT = "#/components/schemas/"
# Fields of an example of a change.
_FEW = 2


def follow_examples(result: dict[str, Any], **_rest: Any) -> dict[str, Any]:
    """Gives every body and answer of the document an example, made of those that serializers state."""
    schemas = result["components"]["schemas"]
    stated = {"ProblemAnswer": _PROBLEM}
    for media in _media(result):
        for example in media.get("examples", {}).values():
            if name := _name(media["schema"]):
                stated.setdefault(name, example["value"])
            elif media["schema"].get("type") == "array" and not isinstance(example["value"], list):
                # Stated of one: drf-spectacular says the same of many.
                example["value"] = [example["value"]]
    for media in _media(result):
        if "examples" not in media:
            value = _example(media["schema"], schemas, stated)
            if value is not None:
                media["examples"] = {"Example": {"value": value}}
    return result


def _media(result: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for item in result["paths"].values():
        for operation in item.values():
            for part in (operation.get("requestBody", {}), *operation["responses"].values()):
                yield from (media for media in part.get("content", {}).values() if "schema" in media)


def _name(schema: dict[str, Any]) -> str:
    return str(schema.get("$ref", "")).removeprefix(_COMPONENT)


def _example(schema: dict[str, Any], schemas: dict[str, Any], stated: dict[str, Any]) -> Any:
    """An example of ``schema``; None if nothing that it is made of has one."""
    name = _name(schema)
    if name in stated:
        return stated[name]
    if schema.get("type") == "array":
        inner = _example(schema["items"], schemas, stated)
        return None if inner is None else [inner]
    properties = schemas.get(name, {}).get("properties", {})
    if "results" in properties:
        rows = _example(properties["results"], schemas, stated)
        return rows and {"results": rows, **({"next": None} if "next" in properties else {})}
    return _change(properties, stated)


def _change(properties: dict[str, Any], stated: dict[str, Any]) -> dict[str, Any] | None:
    """The example that has most of these properties, cut down to a few of them and the id."""
    found = max(
        (value for value in stated.values() if isinstance(value, dict)),
        key=lambda value: len(value.keys() & properties.keys()),
    )
    shared = [key for key in properties if key in found and key != "id"][:_FEW]
    if "id" in properties:
        shared = ["id", *shared]
    return {key: found[key] for key in shared if key in found} or None
