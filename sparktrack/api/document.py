"""The document as it is served: made once a process, for it takes a while and is the same for everybody."""

import json
from functools import cache

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe
from drf_spectacular.generators import SchemaGenerator

MEDIA_TYPE = "application/vnd.oai.openapi+json;version=3.1"


@cache
def document() -> bytes:
    """OpenAPI 3.1 as JSON; the same file stands in ``docs/openapi.json``."""
    made = SchemaGenerator().get_schema(request=None, public=True)  # type: ignore[no-untyped-call]
    return f"{json.dumps(made, indent=1, ensure_ascii=False)}\n".encode()


@require_safe
def show_document(_request: HttpRequest) -> HttpResponse:
    """The document, for everybody: it holds nothing of any brand."""
    return HttpResponse(document(), content_type=MEDIA_TYPE, headers={"Cache-Control": "public, max-age=300"})
