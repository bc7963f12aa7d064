"""``Idempotency-Key``: a POST that is sent again gets the first answer, and does nothing a second time."""

import json
import re
from collections.abc import Callable, Mapping
from datetime import timedelta
from http import HTTPStatus
from typing import Any

from django.conf import settings
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.encoders import JSONEncoder

from brands.models import Brand
from brands.operations.edits import locked
from sparktrack.api.callers import ApiRequest
from sparktrack.api.models import KeptAnswer
from sparktrack.api.problems import KeyUsedError, ShownOnceError
from sparktrack.api.versions import VERSION
from sparktrack.core.secrets import fingerprint

# Answers are kept for so long.
KEPT = timedelta(days=1)
_LONGEST = 255
_KEY = re.compile("[!-~]*")
_HEADERS = ("Location", VERSION)
# Instead of the status of an answer that held a secret: what is sent again gets this one.
_HELD_SECRET = HTTPStatus.CONFLICT.value


def done_once(
    request: ApiRequest, brand: Brand, now: Any, do: Callable[[], Response], *, secret: str = ""
) -> Response:
    """What ``do`` answers, under the lock of the brand; with a key that was used, its first answer.

    What ``do`` refuses by an exception is not kept: nothing was done, so it may be tried again. The answer is written
    in the same transaction as what it tells of. ``secret``: the field, anywhere in the answer, that holds a secret.
    No cache keeps such an answer, and neither do we: we keep the rest, and refuse what is sent again with it.

    Raises KeyUsedError for a key of another request, ShownOnceError for one whose answer held a secret.
    """
    key = request.headers.get("Idempotency-Key", "")
    with locked(brand):
        if not key or request.method != "POST":
            return _told(do(), secret)[0]
        if len(key) > _LONGEST or not _KEY.fullmatch(key):
            raise ValidationError({"?Idempotency-Key": [f"1 to {_LONGEST} printable characters, no blanks."]})
        # Somebody takes a code for a key: it is not kept as it is, either.
        key = fingerprint(key, key=settings.FINGERPRINT_KEY)
        sender, asked = str(request.user.pk), _digest(request)
        kept = KeptAnswer.objects.for_brand(brand).filter(sender=sender, key=key).first()
        if kept is not None and kept.at > now - KEPT:
            if kept.asked != asked:
                raise KeyUsedError
            if kept.status == _HELD_SECRET:
                raise ShownOnceError(json.loads(kept.body))
            request.now = kept.at  # its ETag is of that instant
            return Response(
                json.loads(kept.body),
                status=kept.status,
                headers={**kept.headers, "Idempotency-Replayed": "true"},
            )
        response, rest = _told(do(), secret)
        if kept is not None:
            kept.delete()
        KeptAnswer.objects.create(
            brand=brand,
            sender=sender,
            key=key,
            asked=asked,
            status=response.status_code if rest == response.data else _HELD_SECRET,
            headers={name: response[name] for name in _HEADERS if name in response},
            body=json.dumps(rest, cls=JSONEncoder),
            at=now,
        )
        return response


def _told(response: Response, secret: str) -> tuple[Response, Any]:
    """The answer, and what of it may be kept."""
    rest = _without(secret, response.data) if secret else response.data
    if rest != response.data:
        response["Cache-Control"] = "no-store, private"
    return response, rest


def _without(secret: str, data: Any) -> Any:
    """``data`` without the fields of this name, unless nothing is in them."""
    if isinstance(data, Mapping):
        return {name: _without(secret, value) for name, value in data.items() if name != secret or not value}
    if isinstance(data, list):
        return [_without(secret, value) for value in data]
    return data


def forget_answers(*, now: Any) -> int:
    """Delete answers that are older than KEPT; returns how many."""
    return KeptAnswer.objects.filter(at__lte=now - KEPT).delete()[0]


def _digest(request: Request) -> str:
    """Of what was asked, under a key: a code may be in it, and nobody shall be able to try which."""
    body = json.dumps(request.data, sort_keys=True, cls=JSONEncoder)
    text = f"{request.method} {request.get_full_path()}\n{body}"
    return fingerprint(text, key=settings.FINGERPRINT_KEY)
