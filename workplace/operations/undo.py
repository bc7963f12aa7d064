"""Taking back what one click changed in many rows, as far as nobody has changed them since.

The audit holds what stood there before. Each kind of change goes back through an operation of its own, so that rules,
gaps and the audit follow as they do for any other write.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any
from uuid import UUID

from django.db.models import Model

from authorizations.enums import EndSource, RightTrigger
from authorizations.models import AuthorizationCode, CodeRequest, UsageRight
from authorizations.operations.answers import reopen_requests
from authorizations.operations.codes import Correction, correct_codes
from authorizations.operations.posts import attach_brief
from authorizations.operations.requests import withdraw_requests
from authorizations.operations.rights import Correction as RightCorrection
from authorizations.operations.rights import correct_rights
from authorizations.windows import Term
from brands.models import AdAccount, AuditEntry, Brand, BrandOwned
from brands.operations.audit import plain
from brands.operations.edits import Edit, locked, rows_with
from brands.rules import Action
from campaigns.models import Flight
from campaigns.operations.flights import (
    Move,
    assign_ad_account,
    edit_flights,
    move_flights,
    put_back_states,
)
from campaigns.operations.flights_copies import take_back_flights
from campaigns.operations.touched import value_of
from creators.models import Creator
from creators.operations import edit_creators
from posts.models import Brief, Post, StageEvent
from posts.operations.posts import edit_posts
from posts.operations.stages import take_back_stages
from sparktrack.core.actors import Actor
from sparktrack.core.refusals import RefusedError

# Whoever comes back later looks at each thing again.
UNDO_FOR = timedelta(hours=24)

# A row as it is now, and the values that it had before the change.
Before = tuple[Any, Mapping[str, Any]]

# The fields of rows, by id, that somebody has set since the change.
Later = Mapping[UUID, set[str]]


# A stage that went by mistake goes for good; what else the same click did may be taken back.
_STAYS = frozenset({"post.stage_taken_back"})


class NothingToUndoError(RefusedError):
    """The change is not theirs, too old, of a kind that is not taken back, or was taken back already."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Undoing:
    """How one kind of change is taken back: what it was made to, what doing it needs leave for."""

    model: type[BrandOwned]
    action: Action
    back: Callable[[Brand, Sequence[Before], datetime, Actor], object]
    # What still is as the change left it; usually the rows whose fields say so.
    find: Callable[[Brand, Sequence[AuditEntry], Later], list[Before]] | None = None


@dataclass(frozen=True, slots=True)
class Undone:
    """How many rows are as they were; how many changes stay: the same was changed since, or what was there is gone."""

    rows: int
    changed_since: int


def _edits(found: Sequence[Before]) -> list[Edit[Any]]:
    return [Edit(row, values) for row, values in found]


def _moves(found: Sequence[Before]) -> list[Move]:
    return [
        Move(row, values.get("starts_on", row.starts_on), values.get("ends_on", row.ends_on))
        for row, values in found
    ]


def _accounts(brand: Brand, found: Sequence[Before], now: datetime, actor: Actor) -> None:
    flights: dict[AdAccount | None, list[Flight]] = defaultdict(list)
    for row, values in found:
        flights[values["ad_account"]].append(row)
    for account, rows in flights.items():
        assign_ad_account(brand=brand, flights=rows, ad_account=account, now=now, actor=actor)


def _corrections(found: Sequence[Before]) -> list[Correction]:
    """Windows of codes as they were before an extension."""
    return [
        Correction(
            row,
            window_days=values.get("window_days", row.window_days),
            expires_on=values.get("expires_on", row.expires_on),
            expires_at=values["expires_at"],
            source=EndSource(values.get("end_source", row.end_source)),
        )
        for row, values in found
    ]


def _briefs(brand: Brand, found: Sequence[Before], now: datetime, actor: Actor) -> None:
    posts: dict[Brief | None, list[Post]] = defaultdict(list)
    for row, values in found:
        posts[values["brief"]].append(row)
    for brief, rows in posts.items():
        attach_brief(brand=brand, posts=rows, brief=brief, now=now, actor=actor)


def _last_stages(brand: Brand, entries: Sequence[AuditEntry], _later: Later) -> list[Before]:
    """The stages that these entries noted, as far as no other was reached since."""
    posts = {entry.object_id for entry in entries if entry.object_id}
    rows = sorted(rows_with(StageEvent, brand, "post", posts), key=lambda event: (event.at, event.pk))
    last = {event.post_id: event for event in rows}
    return [
        (event, {})
        for entry in entries
        if entry.object_id and (event := last.get(entry.object_id))
        if {"stage": event.stage, "at": plain(event.at)} == entry.after
    ]


def _still_open(brand: Brand, entries: Sequence[AuditEntry], _later: Later) -> list[Before]:
    """The requests that these entries noted and that nobody has answered or withdrawn since."""
    ids = {entry.object_id for entry in entries}
    return [(row, {}) for row in rows_with(CodeRequest, brand, "pk", ids) if row.is_open]


def _as_planned(brand: Brand, entries: Sequence[AuditEntry], later: Later) -> list[Before]:
    """The flights that these entries planned and that nobody has touched since."""
    ids = {entry.object_id for entry in entries}
    return [(row, {}) for row in rows_with(Flight, brand, "pk", ids - later.keys())]


def _terms(brand: Brand, found: Sequence[Before], now: datetime, actor: Actor) -> None:
    """The terms of rights as they were: not an early end, the extension is unsaid."""
    corrections = [
        RightCorrection(
            row,
            RightTrigger(row.trigger),
            row.starts_on,
            Term(
                values.get("ends_on", row.ends_on),
                values.get("term_days", row.term_days),
                values.get("term_months", row.term_months),
                values.get("perpetual", row.perpetual),
            ),
        )
        for row, values in found
    ]
    correct_rights(brand=brand, corrections=corrections, now=now, actor=actor)


UNDOINGS: dict[str, Undoing] = {
    "post.brief_attached": Undoing(model=Post, action=Action.WRITE_POSTS, back=_briefs),
    "post.stage_reached": Undoing(
        model=Post,
        action=Action.WRITE_POSTS,
        back=lambda brand, found, now, actor: take_back_stages(
            brand=brand, events=[row for row, _ in found], now=now, actor=actor
        ),
        find=_last_stages,
    ),
    "code.extended": Undoing(
        model=AuthorizationCode,
        action=Action.WRITE_CODES,
        back=lambda brand, found, now, actor: correct_codes(
            brand=brand, corrections=_corrections(found), now=now, actor=actor
        ),
    ),
    "request.made": Undoing(
        model=CodeRequest,
        action=Action.WRITE_CODES,
        back=lambda brand, found, now, actor: withdraw_requests(
            brand=brand, requests=[row for row, _ in found], now=now, actor=actor
        ),
        find=_still_open,
    ),
    **dict.fromkeys(
        ("request.answered", "request.withdrawn"),
        Undoing(
            model=CodeRequest,
            action=Action.WRITE_CODES,
            back=lambda brand, found, now, actor: reopen_requests(
                brand=brand, requests=[row for row, _ in found], now=now, actor=actor
            ),
        ),
    ),
    "post.edited": Undoing(
        model=Post,
        action=Action.WRITE_POSTS,
        back=lambda brand, found, now, actor: edit_posts(
            brand=brand, edits=_edits(found), now=now, actor=actor
        ),
    ),
    "creator.edited": Undoing(
        model=Creator,
        action=Action.WRITE_CREATORS,
        back=lambda brand, found, now, actor: edit_creators(
            brand=brand, edits=_edits(found), now=now, actor=actor
        ),
    ),
    "right.extended": Undoing(model=UsageRight, action=Action.WRITE_RIGHTS, back=_terms),
    "flight.planned": Undoing(
        model=Flight,
        action=Action.PLAN_FLIGHTS,
        back=lambda brand, found, now, actor: take_back_flights(
            brand=brand, flights=[row for row, _ in found], now=now, actor=actor
        ),
        find=_as_planned,
    ),
    "flight.edited": Undoing(
        model=Flight,
        action=Action.PLAN_FLIGHTS,
        back=lambda brand, found, now, actor: edit_flights(
            brand=brand, edits=_edits(found), now=now, actor=actor
        ),
    ),
    "flight.moved": Undoing(
        model=Flight,
        action=Action.PLAN_FLIGHTS,
        back=lambda brand, found, now, actor: move_flights(
            brand=brand, moves=_moves(found), now=now, actor=actor
        ),
    ),
    "flight.account_assigned": Undoing(model=Flight, action=Action.PLAN_FLIGHTS, back=_accounts),
    **dict.fromkeys(
        ("flight.launched", "flight.paused", "flight.resumed", "flight.ended", "flight.reopened"),
        Undoing(
            model=Flight,
            action=Action.PLAN_FLIGHTS,
            back=lambda brand, found, now, actor: put_back_states(
                brand=brand, states=found, now=now, actor=actor
            ),
        ),
    ),
}


def undo_change(
    *, brand: Brand, change: str, allowed: frozenset[Action], now: datetime, actor: Actor
) -> Undone:
    """Put back what the acting person did under the request id ``change`` within the last day.

    Rows that anybody changed since in the same fields stay as they are. Raises NothingToUndoError if there is nothing
    of theirs that they may take back, or more than that, and what the operations raise.
    """
    with locked(brand):
        entries = AuditEntry.objects.for_brand(brand).filter(
            at__gte=now - UNDO_FOR, request_id=change, actor_id=actor.id
        )
        by_action: dict[str, list[AuditEntry]] = defaultdict(list)
        others: set[str] = set()
        for entry in entries.order_by("-at", "-pk"):
            if entry.action in UNDOINGS:
                by_action[entry.action].append(entry)
            else:
                others.add(entry.action)
        if not change or not by_action or not all(UNDOINGS[name].action in allowed for name in by_action):
            raise NothingToUndoError("There is nothing to take back here any more.")
        if others - _STAYS:
            # Half of it would leave what nobody did: a request for a code that waits, and its code.
            kinds = ", ".join(sorted(re.sub(r"[._]", " ", name) for name in others - _STAYS))
            raise NothingToUndoError(f"This also did what is not taken back: {kinds}. Nothing was changed.")
        # Before the first is taken back: what that sets in the same row was set by nobody else.
        later = {name: _changed_later(brand, found) for name, found in by_action.items()}
        rows: set[Any] = set()
        stay = 0
        for name, found in by_action.items():
            kind = UNDOINGS[name]
            find = kind.find or partial(_as_before, kind.model)
            back = find(brand, found, later[name])
            stay += len(found) - len(back)
            rows |= {row.pk for row, _ in back}
            if back:
                UNDOINGS[name].back(brand, back, now, actor)
    if not rows:
        raise NothingToUndoError("Somebody has changed all of it since, or it was taken back already.")
    return Undone(len(rows), stay)


def _as_before(
    model: type[BrandOwned], brand: Brand, entries: Sequence[AuditEntry], later: Later
) -> list[Before]:
    """The rows that still are as the change left them, each with the values from before it."""
    ids = {entry.object_id for entry in entries}
    current = {row.pk: row for row in rows_with(model, brand, "pk", ids)}
    fields = {field.name: field for field in model._meta.concrete_fields}
    found: list[Before] = []
    for entry in entries:
        row = current.get(entry.object_id) if entry.object_id else None
        if row is None or later.get(row.pk, set()) & entry.after.keys():
            continue
        # What operations of ours leave no trace of, such as the hand of somebody in the database.
        if any(plain(getattr(row, fields[name].attname)) != value for name, value in entry.after.items()):
            continue
        found.append((row, {name: value_of(fields[name], value) for name, value in entry.before.items()}))
    return _with_related(found, model)


def _changed_later(brand: Brand, entries: Sequence[AuditEntry]) -> Later:
    """The fields of each row that somebody has set since, be it to the same value again."""
    first = min(entry.pk for entry in entries)
    ids = {entry.object_id for entry in entries}
    later: dict[UUID, set[str]] = defaultdict(set)
    for entry in rows_with(AuditEntry, brand, "object_id", ids, pk__gt=first):
        if not _is_of(entry, entries[0]) and entry.object_id is not None:
            later[entry.object_id] |= entry.after.keys()
    return later


def _is_of(entry: AuditEntry, change: AuditEntry) -> bool:
    """Whether both are of one change. Callers choose request ids: two may choose the same."""
    return (entry.request_id, entry.actor_id) == (change.request_id, change.actor_id)


def _with_related(found: list[Before], model: type[BrandOwned]) -> list[Before]:
    """The same, with rows where values are the ids of rows: operations take rows.

    What named a row that is gone by now stays as it is: with none in its place it would not be as it was.
    """
    related = {
        field.name: field.related_model for field in model._meta.concrete_fields if field.related_model
    }
    rows: dict[tuple[str, Any], Model] = {}
    for name, other in related.items():
        ids = {values[name] for _, values in found if values.get(name) is not None}
        if ids:
            assert isinstance(other, type)
            rows |= {(name, row.pk): row for row in other._default_manager.filter(pk__in=ids)}
    whole: list[Before] = []
    for row, values in found:
        named = {(name, value) for name, value in values.items() if name in related and value is not None}
        if named <= rows.keys():
            whole.append((row, {**values, **{name: rows[name, value] for name, value in named}}))
    return whole
