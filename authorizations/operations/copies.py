"""Rights that are agreed for another post, too: each is a right of its own from then on."""

from collections.abc import Sequence
from datetime import datetime

from authorizations.enums import RightTrigger
from authorizations.models import UsageRight
from authorizations.operations.gaps import coverage_change
from authorizations.operations.rights import RightDraft, grant_rights
from authorizations.operations.terms import term_of
from brands.models import Brand, Membership
from brands.operations.edits import require_brand, reread
from posts.models import Post
from sparktrack.core.actors import Actor


def copy_rights(
    *, brand: Brand, rights: Sequence[UsageRight], post: Post, now: datetime, actor: Actor
) -> list[UsageRight]:
    """Put the same rights on file for ``post``, with the days they have: nothing more is claimed than was agreed.

    Fee and spend cap stay with the first one: they were agreed once, and reports add them up. An approver who has
    left the brand is not named in the copy. Raises OtherBrandError.
    """
    require_brand(brand, post, *rights)
    with coverage_change(brand):
        found = reread(UsageRight, brand, rights, related=("approved_by",))
        members = set(Membership.objects.for_brand(brand).values_list("user_id", flat=True))
        drafts = [_same(found[right.pk], post, members) for right in rights]
        return grant_rights(brand=brand, drafts=drafts, now=now, actor=actor)


def _same(right: UsageRight, post: Post, members: set[object]) -> RightDraft:
    approved = right.approved_by_id in members
    return RightDraft(
        post=post,
        trigger=RightTrigger(right.trigger),
        starts_on=right.starts_on,
        term=term_of(right),
        paid_amplification=right.paid_amplification,
        channels=right.channels,
        territories=right.territories,
        asset_owner=right.asset_owner,
        comments_owner=right.comments_owner,
        creator_may_remove=right.creator_may_remove,
        contract_reference=right.contract_reference,
        granted_by=right.granted_by,
        approved_by=right.approved_by if approved else None,
        approved_at=right.approved_at if approved else None,
    )
