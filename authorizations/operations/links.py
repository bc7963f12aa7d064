"""Account links: the windows of posts that need no code."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from authorizations.models import AccountLink
from authorizations.operations.gaps import coverage_change
from authorizations.windows import WindowError
from brands.models import AdAccount, Brand
from brands.operations.audit import BATCH, Change, record_changes
from brands.operations.edits import Edit, edit_rows, locked, require_brand, reread, rows_with
from creators.models import Creator
from sparktrack.core.actors import Actor


@dataclass(frozen=True, slots=True)
class LinkDraft:
    """A creator's account was linked to an ad account at ``starts_at`` (UTC); a null end is open."""

    creator: Creator
    ad_account: AdAccount
    starts_at: datetime
    ends_at: datetime | None = None


def open_links(
    *, brand: Brand, drafts: Sequence[LinkDraft], now: datetime, actor: Actor
) -> list[AccountLink]:
    """Put links on file. Raises WindowError for an end that is not after the start, or a second open link."""
    for draft in drafts:
        require_brand(brand, draft.creator, draft.ad_account)
        if draft.ends_at is not None and draft.ends_at <= draft.starts_at:
            raise WindowError("The link ends before it starts.", field="ends_at")
    with coverage_change(brand) as touched:
        creators = (draft.creator.pk for draft in drafts)
        still_open = {
            (row.creator_id, row.ad_account_id)
            for row in rows_with(AccountLink, brand, "creator", creators, ends_at__isnull=True)
        }
        rows = []
        for draft in drafts:
            key = (draft.creator.pk, draft.ad_account.pk)
            if draft.ends_at is None:
                if key in still_open:
                    raise WindowError(f"{draft.creator} is already linked to {draft.ad_account}.")
                still_open.add(key)
            rows.append(
                AccountLink(
                    brand=brand,
                    creator=draft.creator,
                    ad_account=draft.ad_account,
                    starts_at=draft.starts_at,
                    ends_at=draft.ends_at,
                    last_seen_at=now,
                    created_at=now,
                )
            )
        touched.creators.update(row.creator_id for row in rows)
        AccountLink.objects.bulk_create(rows, batch_size=BATCH)
        changes = [
            Change("link.opened", row, after={"starts_at": row.starts_at, "ends_at": row.ends_at})
            for row in rows
        ]
        record_changes(brand, changes, now=now, actor=actor)
    return rows


def close_links(
    *, brand: Brand, links: Sequence[AccountLink], at: datetime, now: datetime, actor: Actor
) -> list[AccountLink]:
    """The links ended at ``at``. Raises WindowError if one had not started by then."""
    with coverage_change(brand) as touched:
        rows = reread(AccountLink, brand, links, related=("creator", "ad_account"))
        if any(at <= row.starts_at for row in rows.values()):
            raise WindowError("The link ends before it starts.")
        changed = edit_rows(
            AccountLink,
            brand=brand,
            edits=[Edit(row, {"ends_at": at}) for row in rows.values()],
            editable=frozenset({"ends_at"}),
            action="link.closed",
            now=now,
            actor=actor,
        )
        touched.creators.update(link.creator_id for link in changed)
    return changed


def see_links(
    *, brand: Brand, links: Sequence[AccountLink], at: datetime, now: datetime, actor: Actor
) -> list[AccountLink]:
    """Somebody saw in Ads Manager at ``at`` that these links are there; an earlier look changes nothing.

    Raises WindowError for an instant to come.
    """
    if at > now:
        raise WindowError("This is still to come.", field="at")
    with locked(brand):
        rows = reread(AccountLink, brand, links, related=("creator", "ad_account"))
        return edit_rows(
            AccountLink,
            brand=brand,
            edits=[
                Edit(row, {"last_seen_at": at})
                for row in rows.values()
                if row.last_seen_at is None or row.last_seen_at < at
            ],
            editable=frozenset({"last_seen_at"}),
            action="link.seen",
            now=now,
            actor=actor,
        )
