"""A form that makes something is sent once: two clicks, or a page that is loaded again, make one row.

The page holds an id of its own (``{% load once %}{% once %}``). With a digest of what was typed it stands as request id
in the audit of what was made: whoever sends the same again finds what is there, whoever goes back and types something
else makes something else. Ask under the lock of the brand::

    with locked(request.brand):
        if made := made_by(request, "flight"):
            return redirect("flight", slug=request.brand.slug, flight=made)
        plan_flights(…, actor=actor_of_page(request))
"""

from dataclasses import replace
from datetime import timedelta
from hashlib import sha256
from uuid import UUID

from brands.access import BrandRequest, actor_of
from brands.models import AuditEntry
from sparktrack.core.actors import Actor
from sparktrack.core.clock import utc_now

# So long a page may lie open; the audit of a day is read by its index.
REMEMBERED = timedelta(days=1)
_OURS = {"csrfmiddlewaretoken", "once"}


def actor_of_page(request: BrandRequest) -> Actor:
    """The person behind the request, with the id of the page that was sent; without one as ``actor_of``."""
    page = page_of(request)
    actor = actor_of(request)
    return replace(actor, request_id=page) if page else actor


def made_by(request: BrandRequest, kind: str) -> UUID | None:
    """The id of what this page made before (``kind``: the name of its model, such as ``flight``), None if nothing."""
    page = page_of(request)
    if not page:
        return None
    entries = AuditEntry.objects.for_brand(request.brand).filter(
        at__gte=utc_now() - REMEMBERED, request_id=page, actor_id=str(request.user.pk), object_kind=kind
    )
    found: UUID | None = entries.order_by("at", "pk").values_list("object_id", flat=True).first()
    return found


def page_of(request: BrandRequest) -> str:
    """``page-<id>-<digest of what was typed>``, empty for a page without an id."""
    try:
        page = UUID(request.POST.get("once", ""))
    except ValueError:
        return ""
    typed = sorted((name, values) for name, values in request.POST.lists() if name not in _OURS)
    files = sorted((name, [file.name for file in each]) for name, each in request.FILES.lists())
    digest = sha256(repr((request.path, typed, files)).encode("utf-8", "backslashreplace")).hexdigest()
    return f"page-{page.hex}-{digest[:16]}"
