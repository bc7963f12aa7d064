"""``Idempotency-Key``: a POST that is sent again gets the first answer, and does nothing a second time."""

import json
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.conf import settings
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.encoders import JSONEncoder

from brands.models import Brand
from brands.operations.edits import locked
from sparktrack.api.models import KeptAnswer
from sparktrack.api.problems import KeyUsedError
from sparktrack.api.versions import VERSION
from sparktrack.core.secrets import fingerprint

# Answers are kept for so long.
KEPT = timedelta(days=1)
_LONGEST = 255
_KEY = re.compile("[!-~]*")
_HEADERS = ("Location", VERSION)


def done_once(request: Request, brand: Brand, now: Any, do: Callable[[], Response]) -> Response:
    """What ``do`` answers, under the lock of the brand; with a key that was used, its first answer.

    What ``do`` refuses by an exception is not kept: nothing was done, so it may be tried again. The answer is written
    in the same transaction as what it tells of. Raises KeyUsedError for a key of another request.
    """
    key = request.headers.get("Idempotency-Key", "")
    with locked(brand):
        if not key or request.method != "POST":
            return do()
        if len(key) > _LONGEST or not _KEY.fullmatch(key):
            raise ValidationError({"?Idempotency-Key": [f"1 to {_LONGEST} printable characters, no blanks."]})
        # Somebody takes a code for a key: it is not kept as it is, either.
        key = fingerprint(key, key=settings.FINGERPRINT_KEY)
        sender, asked = str(request.user.pk), _digest(request)
        kept = KeptAnswer.objects.for_brand(brand).filter(sender=sender, key=key).first()
        if kept is not None and kept.at > now - KEPT:
            if kept.asked != asked:
                raise KeyUsedError
            return Response(
                json.loads(kept.body),
                status=kept.status,
                headers={**kept.headers, "Idempotency-Replayed": "true"},
            )
        response = do()
        if kept is not None:
            kept.delete()
        KeptAnswer.objects.create(
            brand=brand,
            sender=sender,
            key=key,
            asked=asked,
            status=response.status_code,
            headers={name: response[name] for name in _HEADERS if name in response},
            body=json.dumps(response.data, cls=JSONEncoder),
            at=now,
        )
        return response


def forget_answers(*, now: Any) -> int:
    """Delete answers that are older than KEPT; returns how many."""
    return KeptAnswer.objects.filter(at__lte=now - KEPT).delete()[0]


def _digest(request: Request) -> str:
    """Of what was asked, under a key: a code may be in it, and nobody shall be able to try which."""
    body = json.dumps(request.data, sort_keys=True, cls=JSONEncoder)
    text = f"{request.method} {request.get_full_path()}\n{body}"
    return fingerprint(text, key=settings.FINGERPRINT_KEY)
