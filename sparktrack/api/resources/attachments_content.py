"""``attachments/{id}/content``: a file in base64, on its way in and out."""

import base64
import binascii
import json
from collections.abc import Iterable, Iterator
from http import HTTPStatus
from typing import Any

from django.http import StreamingHttpResponse
from drf_spectacular.utils import OpenApiExample, extend_schema_field, extend_schema_serializer
from rest_framework import serializers
from rest_framework.exceptions import APIException, NotFound

from brands.models import Attachment
from brands.operations.attachments import media_type
from workplace.queries.evidence_files import NoFileError, stored_file

# Behind the last field.
_END = b'"}'


@extend_schema_field({"type": "string", "format": "byte", "minLength": 1})
class Content(serializers.CharField):
    """A file in base64."""

    default_error_messages = {"base64": "This is not base64."}

    def __init__(self, **options: Any) -> None:
        super().__init__(trim_whitespace=False, **options)

    def to_internal_value(self, data: Any) -> Any:
        """The bytes."""
        if not isinstance(data, str):
            self.fail("invalid")
        try:
            return base64.b64decode(super().to_internal_value(data), validate=True)
        except (binascii.Error, ValueError):
            self.fail("base64")


@extend_schema_serializer(
    examples=[
        OpenApiExample(
            "A text",
            {
                "id": "019aa1e0-7c2e-7b0f-8a63-0c4a1de0b6f5",
                "name": "consent.txt",
                "media_type": "text/plain",
                "sha256": "931a9374f6aa811c76aec74ee90767452f8305887a6397bd5ab893a01f2fc9ff",
                "size": 20,
                "content": "WWVzLCB1c2UgaXQgZm9yIGFkcy4=",
            },
            response_only=True,
        )
    ]
)
class ContentAnswer(serializers.Serializer[Any]):
    """A file. ``media_type`` is what its name says; ``sha256`` that of the day on which it came."""

    id = serializers.UUIDField()
    name = serializers.CharField()
    media_type = serializers.CharField()
    sha256 = serializers.CharField()
    size = serializers.IntegerField(help_text="In bytes.")
    content = Content()


class StoreAwayError(APIException):
    """The store of files cannot be read at this moment."""

    status_code = HTTPStatus.SERVICE_UNAVAILABLE
    default_detail = "The store of files does not answer at this moment. Try again later."
    wait = 59


def content_of(row: Attachment) -> StreamingHttpResponse:
    """The file of ``row`` as JSON, sent as it is read. Raises NotFound for a link and for a file that is gone."""
    try:
        found = stored_file(row)
    except NoFileError as error:
        raise NotFound(str(error)) from None
    except OSError as error:
        raise StoreAwayError from error
    said = {
        "id": str(row.pk),
        "name": row.name,
        "media_type": media_type(row.name),
        "sha256": row.sha256,
        "size": found.size,
        "content": "",
    }
    before, after = json.dumps(said).encode()[: -len(_END)], _END
    length = len(before) + -(-found.size // 3) * 4 + len(after)
    headers = {"Cache-Control": "no-store, private", "Content-Length": str(length)}
    told = _told(before, found.pieces(), after)
    return StreamingHttpResponse(told, content_type="application/json", headers=headers)


def _told(before: bytes, pieces: Iterable[bytes], after: bytes) -> Iterator[bytes]:
    """``pieces`` in base64, of which each three bytes are four characters, between what stands around them."""
    yield before
    rest = b""
    for piece in pieces:
        rest += piece
        whole = len(rest) - len(rest) % 3
        yield base64.b64encode(rest[:whole])
        rest = rest[whole:]
    yield base64.b64encode(rest)
    yield after
