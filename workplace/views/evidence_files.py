"""Attachments, handed out to those who may read contracts."""

from collections.abc import Iterator
from uuid import UUID

from django.db.models.fields.files import FieldFile
from django.http import Http404, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_safe

from brands.access import BrandRequest, brand_view
from brands.models import Attachment
from brands.rules import Action


@require_safe
@brand_view(action=Action.READ_FEES)
def attachment(request: BrandRequest, attachment: UUID) -> HttpResponseBase:
    """The file as it came, to be saved and never shown by the browser: a contract names its fee, a chat a contact."""
    row = get_object_or_404(Attachment.objects.for_brand(request.brand), pk=attachment)
    file: FieldFile = row.file
    if not file:
        raise Http404("That is a link, not a file.")
    try:
        size = file.size
    except FileNotFoundError:
        raise Http404("The file is not in the store any more.") from None
    headers = {
        "Cache-Control": "no-store, private",
        "Content-Disposition": content_disposition_header(as_attachment=True, filename=row.name)
        or "attachment",
        "Content-Length": str(size),
        "X-Content-Type-Options": "nosniff",
    }
    return StreamingHttpResponse(_pieces(file), content_type="application/octet-stream", headers=headers)


def _pieces(file: FieldFile) -> Iterator[bytes]:
    """Opened only when somebody reads: an answer that nobody waits for any more leaves no open file."""
    with file.open("rb") as content:
        yield from content.chunks()
