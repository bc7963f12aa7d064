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

# As many characters as the audit keeps of a request id.
_LONGEST = 64


def actor_of_change(request: BrandRequest) -> Actor:
    """The person behind the request, with an id for this change alone: what is done by it can be taken back at once.

    A page with an id of its own (``workplace.once``) gives it: sent twice it is the same change, until it is taken
    back; sent after that it is a new one.
    """
    return replace(actor_of(request), request_id=_turn(request) or f"change-{uuid7().hex}")


def actor_of_undo(request: BrandRequest, change: str) -> Actor:
    """The person behind the request, who takes ``change`` back: the audit of it says so."""
    return replace(actor_of(request), request_id=undo_of(change))


def undo_of(change: str) -> str:
    """The request id under which taking ``change`` back stands in the audit."""
    return f"undo-{change}"[:_LONGEST]


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
    """Whether this very page was sent before and changed something that stands; ask under the lock of the brand.

    What was taken back does not stand: the page does it again.
    """
    turn = _turn(request)
    return bool(turn) and _left_a_trace(request, turn)


def _turn(request: BrandRequest) -> str:
    """The id of what the page changes now: one more for each time that its change was taken back; empty without id."""
    page = turn = page_of(request)
    number = 1
    while page and _left_a_trace(request, undo_of(turn)):
        number += 1
        turn = f"{page}-{number}"
    return turn


def _left_a_trace(request: BrandRequest, request_id: str) -> bool:
    entries = AuditEntry.objects.for_brand(request.brand)
    recent = entries.filter(at__gte=utc_now() - REMEMBERED)
    return recent.filter(request_id=request_id, actor_id=str(request.user.pk)).exists()
