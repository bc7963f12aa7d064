"""What is done to the document once drf-spectacular has made it."""

from typing import Any, TypeVar

from django.db.models import Model

from sparktrack.api.answers import Answer
from sparktrack.api.bodies import Body

_PROBLEMS = "400"
KindT = TypeVar("KindT")


def only_ids_are_sure(result: dict[str, Any], **_rest: Any) -> dict[str, Any]:
    """Of an answer only the id is always there: ``fields``, ``omit`` and roles leave others out."""
    for answer in _all_below(Answer):
        schema = result["components"]["schemas"].get(answer.__name__)
        if schema is not None:
            schema["required"] = ["id"]
    return result


def empty_words_are_words(result: dict[str, Any], **_rest: Any) -> dict[str, Any]:
    """A choice that nobody made is the empty text; drf-spectacular says so of bodies only."""
    for answer in _all_below(Answer):
        properties = result["components"]["schemas"].get(answer.__name__, {}).get("properties", {})
        for name, field in answer().fields.items():
            stated = properties.get(name, {})
            if (
                "enum" in stated
                and "" not in stated["enum"]
                and _may_be_empty(answer.model(), str(field.source))
            ):
                stated["enum"].append("")
    return result


def bodies_are_closed(result: dict[str, Any], **_rest: Any) -> dict[str, Any]:
    """A field that a body does not have is an error."""
    names = {body.__name__ for body in _all_below(Body)}
    for name, schema in result["components"]["schemas"].items():
        if name.removeprefix("Patched") in names:
            schema["additionalProperties"] = False
    return result


def _may_be_empty(model: type[Model], name: str) -> bool:
    columns = {field.name: field for field in model._meta.concrete_fields}
    return name in columns and columns[name].blank and not columns[name].null


def _all_below(kind: type[KindT]) -> list[type[KindT]]:
    return [found for each in kind.__subclasses__() for found in (each, *_all_below(each))]


def say_problems_once(result: dict[str, Any], **_rest: Any) -> dict[str, Any]:
    """What can go wrong is the same nearly everywhere: said once for all, it is a third of the document."""
    shared: dict[str, Any] = {}
    for item in result["paths"].values():
        for operation in item.values():
            for code, response in operation["responses"].items():
                name = f"Problem{code}"
                if code >= _PROBLEMS and shared.setdefault(name, response) == response:
                    operation["responses"][code] = {"$ref": f"#/components/responses/{name}"}
    result["components"]["responses"] = shared
    return result
