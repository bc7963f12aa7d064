"""ETags: ``"<version>-<hash>"``. The version is of the row as it is stored, the hash of the whole answer.

No counter is kept in the rows: the version is a digest of their columns, so it cannot miss a change, whoever made it
(docs/decisions/036-a-rest-api.md).
"""

import hashlib
import re
from collections.abc import Iterable
from datetime import datetime
from enum import Enum
from typing import Any

from django.conf import settings
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request

from brands.models import BrandOwned
from sparktrack.api.fields import as_instant
from sparktrack.core.secrets import fingerprint

# The header that carries the version of a row from the view to its ETag; it never leaves.
VERSION = "sparktrack-version"
_DIGITS = 16
# Where the moment of asking stands in an answer, as it is rendered: the first gap of a flight or post that is open, and
# what says of when an answer is.
_ASKED_AT = (b'"gaps":[{"starts_at":"%s"', b'"as_of":"%s"', b'"made_at":"%s"')
_TAG = re.compile(r'(?:W/)?"([0-9a-f]{16})(?:-[0-9a-f]{16})?"')


def version_of(row: BrandOwned, also: Iterable[str] = ()) -> str:
    """16 hex digits that change with any column of ``row``, and with the attributes named by ``also``.

    Made with a key of ours: whoever may not read a fee must not find it by trying what gives this version.
    """
    values = [(field.attname, getattr(row, field.attname)) for field in row._meta.concrete_fields]
    values += [(name, getattr(row, name)) for name in also]
    plain = [(name, _as_read(value)) for name, value in values]
    return fingerprint(f"version {plain!r}", key=settings.FINGERPRINT_KEY)[:_DIGITS]


def _as_read(value: Any) -> Any:
    """A value of a row as a database gives it back; one that was just written may be a word of an enum."""
    if isinstance(value, Enum):
        return value.value
    return bytes(value) if isinstance(value, memoryview) else value


def tag_of(content: bytes, version: str = "", *, now: datetime) -> str:
    """The ETag of an answer with this content, about a row of this version (empty: about many).

    What may not run now has a gap that begins now, whenever one asks, and some answers say of when they are: the tag is
    that of an answer which says "now". It is a weak one then, for not every byte is the same.
    """
    timeless = content
    for place in _ASKED_AT:
        timeless = timeless.replace(place % as_instant(now).encode(), place % b"now")
    digest = hashlib.sha256(timeless).hexdigest()[:_DIGITS]
    tag = f'"{version}-{digest}"' if version else f'"{digest}"'
    return tag if timeless == content else f"W/{tag}"


def wanted_versions(request: Request) -> frozenset[str] | None:
    """The versions of ``If-Match``; None for any, or if it is not sent. Raises ValidationError for another text."""
    text = request.headers.get("If-Match", "*").strip()
    if text == "*":
        return None
    found = [_TAG.fullmatch(part.strip()) for part in text.split(",")]
    if None in found:
        raise ValidationError({"?If-Match": ["Send the ETag that came with what you read."]})
    return frozenset(match[1] for match in found if match)


def refuse_versions(request: Request) -> None:
    """Raises ValidationError for an ``If-Match`` about many rows: it must not pass for having been looked at."""
    if wanted_versions(request) is not None:
        raise ValidationError({"?If-Match": ["Several rows have no one version. Send them one by one."]})
