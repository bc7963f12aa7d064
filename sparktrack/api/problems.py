"""What goes wrong, as problem details (RFC 9457): in words, with a pointer to each wrong field (RFC 6901)."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import singledispatch
from http import HTTPStatus
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404
from rest_framework import exceptions, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import set_rollback

from brands.operations.deleting import InUseError
from brands.operations.edits import BrandBusyError, OtherBrandError
from campaigns.operations.undo import UndoBlockedError
from sparktrack.core.cells import masked
from sparktrack.core.outages import outage_words
from sparktrack.core.refusals import RefusedError

MEDIA_TYPE = "application/problem+json"


class PreconditionFailedError(exceptions.APIException):
    """The row is no longer what the caller saw; ``current`` is what it is now, ``etag`` names that."""

    status_code = status.HTTP_412_PRECONDITION_FAILED
    default_detail = "It was changed since you read it. Look at what it is now, then decide again."

    def __init__(self, current: Mapping[str, Any], etag: str) -> None:
        super().__init__()
        self.current = current
        self.etag = etag


class RefusedItemsError(Exception):
    """Some of many were refused, and nothing was done; ``errors``: place in what was sent → why."""

    def __init__(self, errors: Mapping[int, RefusedError]) -> None:
        super().__init__(f"{len(errors)} refused")
        self.errors = errors


class KeyUsedError(exceptions.APIException):
    """An ``Idempotency-Key`` that was used for something else."""

    status_code = status.HTTP_422_UNPROCESSABLE_ENTITY
    default_detail = (
        "This Idempotency-Key was used for another request. Take a new one for each thing you want done."
    )


class ShownOnceError(exceptions.APIException):
    """A request whose answer held a secret was sent again; ``made`` is that answer without the secret."""

    status_code = status.HTTP_409_CONFLICT
    default_detail = (
        "This was done already, and its secret shown in that answer, once. If nobody kept it, take back what was made, "
        "and make another with a new Idempotency-Key (of a webhook, exchange its secret again, with If-Match)."
    )

    def __init__(self, made: Mapping[str, Any]) -> None:
        super().__init__()
        self.made = made


class MissingError(exceptions.APIException):
    """Some of the rows that were named are not there; ``ids`` are they."""

    status_code = status.HTTP_404_NOT_FOUND
    default_detail = "Some of these are not there. Nothing was changed."

    def __init__(self, ids: Sequence[str]) -> None:
        super().__init__()
        self.ids = ids


@contextmanager
def beside(field: str = "", **called: str) -> Iterator[None]:
    """What is refused in here without a field of its own is about ``field`` of the body.

    ``called``: what the body calls a column that operations name.
    """
    try:
        yield
    except RefusedError as error:
        error.field = called.get(error.field, error.field) or field
        raise


def answer_problem(error: Exception, context: Mapping[str, Any]) -> Response | None:
    """DRF's exception handler; None for what is a fault of ours, which is logged and answered with 500."""
    found = _problem(error)
    if found is None:
        return None
    code, more, headers = found
    set_rollback()
    request: Request = context["request"]
    phrase = HTTPStatus(code).phrase
    body = {"type": "about:blank", "title": phrase, "status": code, **more}
    body["detail"] = _sayable(str(body["detail"]))
    body["request_id"] = getattr(request, "request_id", "")
    return Response(body, status=code, headers=headers, content_type=MEDIA_TYPE)


# Status, what is special about a problem, and its headers.
Found = tuple[int, dict[str, Any], dict[str, str]]


@singledispatch
def _problem(error: Exception) -> Found | None:
    """What to say of an error; None for what is a fault of ours."""
    words = outage_words(error)
    return (503, {"detail": words}, {"Retry-After": "60"}) if words else None


@_problem.register
def _(error: RefusedError) -> Found:
    errors = [_error(_path(error.field), error.message, "refused")]
    return 422, {"detail": error.message, "errors": errors}, {}


@_problem.register
def _(error: BrandBusyError) -> Found:
    return 503, {"detail": error.message}, {"Retry-After": "60"}


@_problem.register
def _(error: InUseError) -> Found:
    used = [{"type": kind, "id": pk, "name": name} for kind, pk, name in error.dependents]
    return 409, {"detail": error.message, "dependents": used}, {}


@_problem.register
def _(error: UndoBlockedError) -> Found:
    used = [
        {"type": one.kind, "id": str(one.object_id), "name": f"{one.label}: {one.why}"}
        for one in error.obstacles
    ]
    return 409, {"detail": error.message, "dependents": used}, {}


@_problem.register
def _(error: RefusedItemsError) -> Found:
    errors = [
        _error([str(place), *_path(refused.field)], refused.message, "refused")
        for place, refused in sorted(error.errors.items())
    ]
    return 422, {"detail": "Some were refused; nothing was done.", "errors": errors}, {}


@_problem.register
def _(error: exceptions.APIException) -> Found:
    return error.status_code, {"detail": str(error.detail)}, _headers(error)


@_problem.register
def _(error: exceptions.ValidationError) -> Found:
    errors = list(_errors(error.get_full_details(), []))
    return 400, {"detail": errors[0]["detail"] if errors else "Invalid.", "errors": errors}, {}


@_problem.register
def _(error: PreconditionFailedError) -> Found:
    return 412, {"detail": str(error.detail), "current": error.current}, {"ETag": error.etag}


@_problem.register
def _(error: ShownOnceError) -> Found:
    return error.status_code, {"detail": str(error.detail), "made": error.made}, {}


@_problem.register
def _(error: MissingError) -> Found:
    return 404, {"detail": str(error.detail), "missing": list(error.ids)}, {}


@_problem.register(Http404)
@_problem.register(OtherBrandError)
def _(_missing: Exception) -> Found:
    return 404, {"detail": "There is no such thing in this brand."}, {}


@_problem.register
def _(_denied: PermissionDenied) -> Found:
    return 403, {"detail": "Your role or token does not allow this."}, {}


def _headers(error: exceptions.APIException) -> dict[str, str]:
    headers = {}
    if header := getattr(error, "auth_header", None):
        headers["WWW-Authenticate"] = header
    if (wait := getattr(error, "wait", None)) is not None:
        headers["Retry-After"] = str(int(wait) + 1)
    return headers


def _path(field: str) -> list[str]:
    return [field] if field else []


def _errors(details: Any, path: list[str | int]) -> Iterator[dict[str, str]]:
    """The messages of a ValidationError, each with its place in what was sent."""
    if isinstance(details, dict) and set(details) == {"message", "code"}:
        yield _error(path, str(details["message"]), str(details["code"]))
    elif isinstance(details, dict):
        for key, inner in details.items():
            yield from _errors(inner, path if key == "non_field_errors" else [*path, key])
    else:
        messages = all(isinstance(inner, dict) and set(inner) == {"message", "code"} for inner in details)
        for place, inner in enumerate(details):
            yield from _errors(inner, path if messages else [*path, place])


def _error(path: Sequence[str | int], detail: str, code: str) -> dict[str, str]:
    """One error. What begins with ``?`` is a parameter of the address, everything else a place in the body."""
    parts = [_sayable(str(part)) for part in path]
    detail = _sayable(detail)
    if parts and parts[0].startswith("?"):
        return {"parameter": parts[0][1:], "detail": detail, "code": code}
    pointer = "".join(f"/{part.replace('~', '~0').replace('/', '~1')}" for part in parts)
    return {"pointer": pointer, "detail": detail, "code": code}


def _sayable(text: str) -> str:
    """``text`` as an answer can hold it. What was sent in the wrong place may stand in it: no code leaves so.

    A lone surrogate, which JSON can name and UTF-8 cannot hold, is written out.
    """
    return masked(text.encode("utf-8", "backslashreplace").decode())
