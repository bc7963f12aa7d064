"""What follows a change of many rows: how many, said at the top of the next page, and a button that takes it back."""

from dataclasses import replace

from django.contrib import messages
from django.utils.html import format_html

from brands.access import BrandRequest, actor_of
from brands.models import AuditEntry
from sparktrack.core.actors import Actor
from sparktrack.core.ids import uuid7


def actor_of_change(request: BrandRequest) -> Actor:
    """The person behind the request, with an id for this change alone: what is done by it can be taken back at once."""
    return replace(actor_of(request), request_id=f"change-{uuid7().hex}")


def say_done(request: BrandRequest, words: str, actor: Actor) -> None:
    """Say ``words`` on the next page, with the button that undoes what ``actor`` did (base.html holds its form).

    Where nothing changed there is no button; one query.
    """
    if not AuditEntry.objects.for_brand(request.brand).filter(request_id=actor.request_id).exists():
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
