"""The typed dates of codes and rights, read anew when the brand's zone changes (DOMAIN.md §4)."""

from authorizations.models import AuthorizationCode
from authorizations.operations.gaps import Touched
from authorizations.operations.rights import rewrite_right_instants
from brands.operations.audit import BATCH
from sparktrack.core.days import first_instant


def rewrite_brand_instants(*, touched: Touched, zone: str) -> int:
    """Read the typed dates of the brand's codes and rights in the IANA ``zone``; returns how many rows moved.

    Part of a zone change: call it inside that operation's ``coverage_change``. A code with a typed start keeps its
    length; one that TikTok or a person gave as an instant does not move.
    """
    moved = []
    for code in AuthorizationCode.objects.for_brand(touched.brand).filter(starts_on__isnull=False):
        start = first_instant(code.starts_on, zone)
        if start != code.starts_at:
            code.expires_at += start - code.starts_at
            code.starts_at = start
            moved.append(code)
            touched.posts.add(code.post_id)
    AuthorizationCode.objects.bulk_update(moved, ["starts_at", "expires_at"], batch_size=BATCH)
    return len(moved) + rewrite_right_instants(touched=touched, zone=zone)
