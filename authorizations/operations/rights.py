"""Usage rights: granted, extended, ended, triggered, described."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any, TypeVar

from authorizations.enums import RightTrigger
from authorizations.models import UsageRight
from authorizations.operations.gaps import Touched, coverage_change
from authorizations.operations.terms import term_of
from authorizations.windows import Term, WindowError, right_bounds
from brands.models import Brand, User
from brands.operations.audit import BATCH, Change, record_changes
from brands.operations.edits import (
    Edit,
    edit_rows,
    refuse_others,
    require_brand,
    require_members,
    reread,
)
from creators.models import Creator
from posts.models import Brief, Post
from sparktrack.core.actors import Actor
from sparktrack.core.bulk import insert

ItemT = TypeVar("ItemT")


@dataclass(frozen=True, slots=True)
class RightDraft:
    """A right as the contract states it, on exactly one of post, brief and creator.

    ``starts_on`` is needed for the trigger ``fixed``; for the others it stays empty until the trigger happens.
    """

    post: Post | None = None
    brief: Brief | None = None
    creator: Creator | None = None
    trigger: RightTrigger = RightTrigger.FIXED
    starts_on: date | None = None
    term: Term = field(default_factory=Term)
    paid_amplification: bool = False
    channels: Sequence[str] = ()
    territories: Sequence[str] = ()
    asset_owner: str = ""
    comments_owner: str = ""
    creator_may_remove: bool | None = None
    fee: Decimal | None = None
    spend_cap: Decimal | None = None
    contract_reference: str = ""
    granted_by: str = ""
    approved_by: User | None = None
    approved_at: datetime | None = None


def grant_rights(
    *, brand: Brand, drafts: Sequence[RightDraft], now: datetime, actor: Actor
) -> list[UsageRight]:
    """Put rights on file; dates are read in the brand's zone.

    Raises WindowError for a term that ends before it starts, a fixed start that is missing, or a right that is not on
    exactly one thing; NotAMemberError for an approver from outside.
    """
    require_members(brand, [draft.approved_by for draft in drafts], field="approved_by")
    with coverage_change(brand) as touched:
        rows = [_new_row(touched.brand, draft, now) for draft in drafts]
        for row in rows:
            _touch(touched, row)
        insert(rows)
        record_changes(
            brand, [Change("right.granted", row, after=_described(row)) for row in rows], now=now, actor=actor
        )
    return rows


@dataclass(frozen=True, slots=True)
class NewTerm:
    """Another term for a right that is on file."""

    right: UsageRight
    term: Term


def extend_rights(*, brand: Brand, terms: Sequence[NewTerm], now: datetime, actor: Actor) -> list[UsageRight]:
    """Agree longer terms, or state one that was not stated.

    Raises WindowError if a new term says no end, or one that is not later than the old one.
    """

    def values(right: UsageRight, term: Term, zone: str) -> dict[str, Any]:
        if term == Term():
            raise WindowError("Say until when the rights are extended.")
        start, end = right_bounds(right.starts_on, term, zone)
        shorter = end is not None and (right.ends_at is None or end < right.ends_at)
        same = end == right.ends_at and term != term_of(right)
        if right.starts_on is not None and right.term_stated and (shorter or same):
            raise WindowError("An extension must end later than the rights do now.")
        return {**_term_fields(term), "starts_at": start, "ends_at": end}

    items = [(item.right, item.term) for item in terms]
    return _edit(brand, items, values, action="right.extended", now=now, actor=actor)


def end_rights(
    *, brand: Brand, rights: Sequence[UsageRight], ends_on: date, now: datetime, actor: Actor
) -> list[UsageRight]:
    """The rights end early; ``ends_on`` is their last day.

    Raises WindowError if they have not started by then, or end before that anyway.
    """

    def values(right: UsageRight, last: date, zone: str) -> dict[str, Any]:
        if right.starts_on is None:
            raise WindowError("These rights have not started yet.")
        term = Term(ends_on=last)
        _, end = right_bounds(right.starts_on, term, zone)
        if end is not None and right.ends_at is not None and end > right.ends_at:
            raise WindowError("The rights end before that day anyway: extend them instead.")
        return {**_term_fields(term), "ends_at": end}

    items = [(right, ends_on) for right in rights]
    return _edit(brand, items, values, action="right.ended", now=now, actor=actor)


def trigger_rights(
    *, brand: Brand, rights: Sequence[UsageRight], happened_on: date, now: datetime, actor: Actor
) -> list[UsageRight]:
    """What starts these rights (delivery, posting …) happened on ``happened_on``: they count from that day.

    Said again, it corrects the day. Raises WindowError for rights whose start the contract fixes.
    """

    def values(right: UsageRight, day: date, zone: str) -> dict[str, Any]:
        if right.trigger == RightTrigger.FIXED:
            raise WindowError("The contract fixes the start of these rights: nothing has to happen first.")
        start, end = right_bounds(day, term_of(right), zone)
        return {"starts_on": day, "starts_at": start, "ends_at": end}

    items = [(right, happened_on) for right in rights]
    return _edit(brand, items, values, action="right.triggered", now=now, actor=actor)


@dataclass(frozen=True, slots=True)
class Correction:
    """What a contract says about the time of a right, all of it."""

    right: UsageRight
    trigger: RightTrigger
    starts_on: date | None
    term: Term


def correct_rights(
    *, brand: Brand, corrections: Sequence[Correction], now: datetime, actor: Actor
) -> list[UsageRight]:
    """The time of a right was noted wrongly: put it right, whichever way its dates move.

    What was agreed anew is an extension or an early end. Raises WindowError for a term that ends before it starts and
    for a fixed start that is missing.
    """

    def values(_right: UsageRight, item: Correction, zone: str) -> dict[str, Any]:
        _require_start(item.trigger, item.starts_on)
        start, end = right_bounds(item.starts_on, item.term, zone)
        return {
            "trigger": item.trigger.value,
            "starts_on": item.starts_on,
            "starts_at": start,
            "ends_at": end,
            **_term_fields(item.term),
        }

    items = [(item.right, item) for item in corrections]
    return _edit(brand, items, values, action="right.corrected", now=now, actor=actor)


def edit_rights(
    *, brand: Brand, edits: Sequence[Edit[UsageRight]], now: datetime, actor: Actor
) -> list[UsageRight]:
    """Change what a right says besides its dates.

    Raises ValueError for a field that is not edited here, NotAMemberError for an approver from outside.
    """
    for edit in edits:
        refuse_others(edit.values, _DETAILS)
    require_members(brand, [edit.values.get("approved_by") for edit in edits], field="approved_by")

    def values(_right: UsageRight, new: Mapping[str, Any], _zone: str) -> dict[str, Any]:
        return dict(new)

    items = [(edit.row, edit.values) for edit in edits]
    return _edit(brand, items, values, action="right.edited", now=now, actor=actor)


def rewrite_right_instants(*, touched: Touched, zone: str) -> int:
    """Read the typed dates of all rights of the brand in another zone; part of a zone change.

    Not audited a row: the change of the zone is. Returns how many rights moved.
    """
    moved = []
    for right in UsageRight.objects.for_brand(touched.brand).filter(starts_on__isnull=False):
        bounds = right_bounds(right.starts_on, term_of(right), zone)
        if bounds != (right.starts_at, right.ends_at):
            right.starts_at, right.ends_at = bounds
            moved.append(right)
            _touch(touched, right)
    UsageRight.objects.bulk_update(moved, ["starts_at", "ends_at"], batch_size=BATCH)
    return len(moved)


def _new_row(brand: Brand, draft: RightDraft, now: datetime) -> UsageRight:
    holders = [holder for holder in (draft.post, draft.brief, draft.creator) if holder is not None]
    if len(holders) != 1:
        raise WindowError("A right is on one post, one brief or one creator.")
    require_brand(brand, *holders)
    _require_start(draft.trigger, draft.starts_on)
    start, end = right_bounds(draft.starts_on, draft.term, brand.time_zone)
    return UsageRight(
        brand=brand,
        post=draft.post,
        brief=draft.brief,
        creator=draft.creator,
        trigger=draft.trigger,
        starts_on=draft.starts_on,
        starts_at=start,
        ends_at=end,
        **_term_fields(draft.term),
        paid_amplification=draft.paid_amplification,
        channels=list(draft.channels),
        territories=list(draft.territories),
        asset_owner=draft.asset_owner,
        comments_owner=draft.comments_owner,
        creator_may_remove=draft.creator_may_remove,
        fee=draft.fee,
        spend_cap=draft.spend_cap,
        contract_reference=draft.contract_reference,
        granted_by=draft.granted_by,
        approved_by=draft.approved_by,
        approved_at=draft.approved_at,
        created_at=now,
    )


def _require_start(trigger: RightTrigger, starts_on: date | None) -> None:
    if trigger is RightTrigger.FIXED and starts_on is None:
        raise WindowError("Say on which day the rights start.", field="starts_on")


def _edit(
    brand: Brand,
    items: Sequence[tuple[UsageRight, ItemT]],
    values: Callable[[UsageRight, ItemT, str], dict[str, Any]],
    *,
    action: str,
    now: datetime,
    actor: Actor,
) -> list[UsageRight]:
    """Apply ``values(right as it is now, item, zone)`` one after the other; returns the rights that changed."""
    with coverage_change(brand) as touched:
        rows = reread(UsageRight, brand, [right for right, _ in items])
        zone = touched.brand.time_zone
        changed = edit_rows(
            UsageRight,
            brand=brand,
            edits=(Edit(row := rows[right.pk], values(row, item, zone)) for right, item in items),
            editable=_DETAILS | _DATES,
            action=action,
            now=now,
            actor=actor,
        )
        for right in changed:
            _touch(touched, right)
    return changed


def _touch(touched: Touched, right: UsageRight) -> None:
    if right.post_id:
        touched.posts.add(right.post_id)
    if right.brief_id:
        touched.briefs.add(right.brief_id)
    if right.creator_id:
        touched.creators.add(right.creator_id)


def _term_fields(term: Term) -> dict[str, Any]:
    return {
        "ends_on": term.ends_on,
        "term_days": term.days,
        "term_months": term.months,
        "perpetual": term.perpetual,
    }


def _described(right: UsageRight) -> dict[str, Any]:
    names = (
        "post",
        "brief",
        "creator",
        "trigger",
        "starts_on",
        *_TERM,
        "paid_amplification",
        "contract_reference",
    )
    return {name: value for name in names if (value := getattr(right, name)) not in (None, "", False)}


_TERM = ("ends_on", "term_days", "term_months", "perpetual")
_DATES = frozenset({"trigger", "starts_on", "starts_at", "ends_at", *_TERM})
_DETAILS = frozenset(
    {
        "paid_amplification",
        "channels",
        "territories",
        "asset_owner",
        "comments_owner",
        "creator_may_remove",
        "fee",
        "spend_cap",
        "contract_reference",
        "granted_by",
        "approved_by",
        "approved_at",
    }
)
