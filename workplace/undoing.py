"""What follows a change of many rows: how many, said at the top of the next page, and a button that takes it back."""

from dataclasses import replace

from django.contrib import messages
from django.utils.html import format_html

from brands.access import BrandRequest, actor_of
from brands.models import AuditEntry
from sparktrack.core.actors import Actor
from sparktrack.core.clock import utc_now
from sparktrack.core.ids import uuid7
from workplace.once import REMEMBERED, page_of


def actor_of_change(request: BrandRequest) -> Actor:
    """The person behind the request, with an id for this change alone: what is done by it can be taken back at once.

    A page with an id of its own (``workplace.once``) gives it: sent twice it is the same change.
    """
    return replace(actor_of(request), request_id=page_of(request) or f"change-{uuid7().hex}")


def say_done(request: BrandRequest, words: str, actor: Actor) -> None:
    """Say ``words`` on the next page, with the button that undoes what ``actor`` did (base.html holds its form).

    Where nothing changed there is no button; one query.
    """
    if not _left_a_trace(request, actor.request_id):
        messages.info(request, words)
        return
    messages.success(
        request,
        format_html(
            '<span>{}</span> <button class="btn link" form="undo" name="change" value="{}">Undo</button>',
            words,
            actor.request_id,
        ),
        extra_tags="undoable",
    )


def was_done(request: BrandRequest) -> bool:
    """Whether this very page was sent before and changed something; ask under the lock of the brand."""
    page = page_of(request)
    return bool(page) and _left_a_trace(request, page)


def _left_a_trace(request: BrandRequest, request_id: str) -> bool:
    entries = AuditEntry.objects.for_brand(request.brand)
    recent = entries.filter(at__gte=utc_now() - REMEMBERED)
    return recent.filter(request_id=request_id, actor_id=str(request.user.pk)).exists()
