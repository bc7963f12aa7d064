"""Codes that come answer the requests of their posts; what is taken back opens them again."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID

from authorizations.models import AuthorizationCode, CodeRequest
from brands.models import Brand
from brands.operations.edits import Edit, edit_rows, locked, reread, rows_with
from sparktrack.core.actors import Actor

_EDITABLE = frozenset({"answered_by", "answered_at", "withdrawn_at"})


def answer_requests(
    *, brand: Brand, codes: Iterable[tuple[AuthorizationCode, datetime]], now: datetime, actor: Actor
) -> list[CodeRequest]:
    """The open requests of these codes' posts are answered; call it under the lock of the brand.

    ``codes``: each with the instant at which its creator acted, as far as that is known. Who generated the code before
    they were asked took no time; nobody acts in the future. A code that is over by now answers nothing: old sheets
    bring such.
    """
    came: dict[UUID, tuple[datetime, AuthorizationCode]] = {}
    for code, at in codes:
        known = came.get(code.post_id)
        if code.expires_at > now and (known is None or at < known[0]):
            came[code.post_id] = (at, code)
    if not came:
        return []
    waiting = rows_with(
        CodeRequest, brand, "post", came, answered_at=None, withdrawn_at=None, asked_at__lte=now
    )
    edits = []
    for row in waiting:
        at, code = came[row.post_id]
        edits.append(
            Edit(row, {"answered_by": code, "answered_at": min(max(at, row.asked_at), now)}),
        )
    return _edit(brand, edits, "request.answered", now=now, actor=actor)


def acted_at(code: AuthorizationCode, now: datetime) -> datetime:
    """When the creator of a new code acted: at its start, if somebody knows that, else when it was put on file."""
    return now if code.start_assumed else code.starts_at


def reopen_requests(
    *, brand: Brand, requests: Sequence[CodeRequest], now: datetime, actor: Actor
) -> list[CodeRequest]:
    """What answered or withdrew these requests was taken back; returns those that changed.

    Where the creator was asked again meanwhile, the later request stays the open one and the earlier counts as
    withdrawn.
    """
    with locked(brand):
        rows = sorted(reread(CodeRequest, brand, requests).values(), key=lambda row: row.pk, reverse=True)
        posts = {row.post_id for row in rows}
        waiting = {
            row.post_id
            for row in rows_with(CodeRequest, brand, "post", posts, answered_at=None, withdrawn_at=None)
        }
        edits = []
        for row in rows:
            withdrawn_at = (row.withdrawn_at or now) if row.post_id in waiting else None
            waiting.add(row.post_id)
            if not row.is_open:
                values = {"answered_by": None, "answered_at": None, "withdrawn_at": withdrawn_at}
                edits.append(Edit(row, values))
        return _edit(brand, edits, "request.reopened", now=now, actor=actor)


def _edit(
    brand: Brand, edits: Iterable[Edit[CodeRequest]], action: str, *, now: datetime, actor: Actor
) -> list[CodeRequest]:
    return edit_rows(
        CodeRequest, brand=brand, edits=edits, editable=_EDITABLE, action=action, now=now, actor=actor
    )
