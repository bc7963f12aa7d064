"""Attachments, handed out to those who may read contracts."""

from uuid import UUID

from django.http import Http404, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_safe

from brands.access import BrandRequest, brand_view
from brands.models import Attachment
from brands.rules import Action
from workplace.queries.evidence_files import NoFileError, stored_file


@require_safe
@brand_view(action=Action.READ_FEES)
def attachment(request: BrandRequest, attachment: UUID) -> HttpResponseBase:
    """The file as it came, to be saved and never shown by the browser: a contract names its fee, a chat a contact."""
    row = get_object_or_404(Attachment.objects.for_brand(request.brand), pk=attachment)
    try:
        found = stored_file(row)
    except NoFileError as error:
        raise Http404(str(error)) from None
    headers = {
        "Cache-Control": "no-store, private",
        "Content-Disposition": content_disposition_header(as_attachment=True, filename=row.name)
        or "attachment",
        "Content-Length": str(found.size),
        "X-Content-Type-Options": "nosniff",
    }
    return StreamingHttpResponse(found.pieces(), content_type="application/octet-stream", headers=headers)
