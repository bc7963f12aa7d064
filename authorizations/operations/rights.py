"""Usage rights: granted, extended, ended, triggered, described."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from authorizations.enums import RightTrigger
from authorizations.models import UsageRight
from authorizations.operations.gaps import Touched, coverage_change
from authorizations.windows import Term, WindowError, right_bounds
from brands.models import Brand, User
from brands.operations.audit import BATCH, Change, record_changes
from brands.operations.edits import Edit, edit_rows, require_brand, reread
from creators.models import Creator
from posts.models import Brief, Post
from sparktrack.core.actors import Actor


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
    exactly one thing.
    """
    with coverage_change(brand) as touched:
        rows = [_new_row(touched.brand, draft, now) for draft in drafts]
        for row in rows:
            _touch(touched, row)
        UsageRight.objects.bulk_create(rows, batch_size=BATCH)
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

    Raises WindowError if a new end is not later than the old one.
    """
    by_id = {item.right.pk: item.term for item in terms}

    def values(right: UsageRight, zone: str) -> dict[str, Any]:
        term = by_id[right.pk]
        start, end = right_bounds(right.starts_on, term, zone)
        shorter = end is not None and (right.ends_at is None or end <= right.ends_at)
        if right.starts_on is not None and right.term_stated and shorter:
            raise WindowError("An extension must end later than the rights do now.")
        return {**_term_fields(term), "starts_at": start, "ends_at": end}

    return _edit(brand, [item.right for item in terms], values, action="right.extended", now=now, actor=actor)


def end_rights(
    *, brand: Brand, rights: Sequence[UsageRight], ends_on: date, now: datetime, actor: Actor
) -> list[UsageRight]:
    """The rights end early; ``ends_on`` is their last day. Raises WindowError if they have not started by then."""

    def values(right: UsageRight, zone: str) -> dict[str, Any]:
        if right.starts_on is None:
            raise WindowError("These rights have not started yet.")
        term = Term(ends_on=ends_on)
        _, end = right_bounds(right.starts_on, term, zone)
        return {**_term_fields(term), "ends_at": end}

    return _edit(brand, rights, values, action="right.ended", now=now, actor=actor)


def trigger_rights(
    *, brand: Brand, rights: Sequence[UsageRight], happened_on: date, now: datetime, actor: Actor
) -> list[UsageRight]:
    """What starts these rights (delivery, posting …) happened on ``happened_on``: they count from that day."""

    def values(right: UsageRight, zone: str) -> dict[str, Any]:
        start, end = right_bounds(happened_on, _term_of(right), zone)
        return {"starts_on": happened_on, "starts_at": start, "ends_at": end}

    return _edit(brand, rights, values, action="right.triggered", now=now, actor=actor)


def edit_rights(
    *, brand: Brand, edits: Sequence[Edit[UsageRight]], now: datetime, actor: Actor
) -> list[UsageRight]:
    """Change what a right says besides its dates. Raises ValueError for a field that is not edited here."""
    by_id = {edit.row.pk: edit.values for edit in edits}

    def values(right: UsageRight, _zone: str) -> dict[str, Any]:
        unknown = set(by_id[right.pk]) - _DETAILS
        if unknown:
            raise ValueError(f"Not edited here: {', '.join(sorted(unknown))}.")
        return dict(by_id[right.pk])

    return _edit(brand, [edit.row for edit in edits], values, action="right.edited", now=now, actor=actor)


def rewrite_right_instants(*, touched: Touched, zone: str) -> int:
    """Read the typed dates of all rights of the brand in another zone; part of a zone change.

    Not audited a row: the change of the zone is. Returns how many rights moved.
    """
    moved = []
    for right in UsageRight.objects.for_brand(touched.brand).filter(starts_on__isnull=False):
        bounds = right_bounds(right.starts_on, _term_of(right), zone)
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
    if draft.trigger is RightTrigger.FIXED and draft.starts_on is None:
        raise WindowError("Say on which day the rights start.")
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


def _edit(
    brand: Brand,
    rights: Sequence[UsageRight],
    values: Callable[[UsageRight, str], dict[str, Any]],
    *,
    action: str,
    now: datetime,
    actor: Actor,
) -> list[UsageRight]:
    """Apply ``values(right as it is now, zone)`` to each right; returns the rights that changed."""
    with coverage_change(brand) as touched:
        rows = reread(UsageRight, brand, rights)
        changed = edit_rows(
            UsageRight,
            brand=brand,
            edits=[Edit(row, values(row, touched.brand.time_zone)) for row in rows.values()],
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


def _term_of(right: UsageRight) -> Term:
    return Term(right.ends_on, right.term_days, right.term_months, right.perpetual)


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
_DATES = frozenset({"starts_on", "starts_at", "ends_at", *_TERM})
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
