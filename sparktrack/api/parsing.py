"""What is sent, read as JSON: in UTF-8 whatever its charset is said to be, of a size and depth that can be handled."""

import json
from collections.abc import Mapping
from typing import Any

from django.conf import settings
from rest_framework.exceptions import APIException, ParseError
from rest_framework.parsers import BaseParser
from rest_framework.utils import json as strict_json


class TooLargeError(APIException):
    """The body is larger than what is read."""

    status_code = 413
    default_code = "too_large"

    def __init__(self, most: int) -> None:
        super().__init__(f"Send at most {most:,} bytes at once.")


class PlainJSONParser(BaseParser):
    """JSON as RFC 8259 has it. A view that takes larger bodies says so: ``most_bytes``.

    Not one of DRF's: those are handed the whole body, of whatever size the settings allow for pages.
    """

    media_type = "application/json"

    def parse(
        self, stream: Any, media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> Any:
        """The value. Raises ParseError and TooLargeError."""
        view = (parser_context or {}).get("view")
        most: int = getattr(view, "most_bytes", None) or settings.DATA_UPLOAD_MAX_MEMORY_SIZE
        content = stream.read(most + 1)
        if len(content) > most:
            raise TooLargeError(most)
        try:
            return json.loads(content.decode("utf-8"), parse_constant=strict_json.strict_constant)
        except RecursionError:
            raise ParseError("JSON parse error - this is nested too deeply.") from None
        except ValueError as error:
            raise ParseError(f"JSON parse error - {error}") from None
