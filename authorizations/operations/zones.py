"""The typed dates of codes and rights, read anew when the brand's zone changes (DOMAIN.md §4)."""

from authorizations.enums import EndSource
from authorizations.models import AuthorizationCode
from authorizations.operations.gaps import Touched
from authorizations.operations.rights import rewrite_right_instants
from authorizations.windows import DAY
from brands.operations.audit import BATCH
from sparktrack.core.days import first_instant

# Who says these ends says them to the second.
_READ = frozenset({EndSource.TIKTOK, EndSource.ADS_MANAGER})


def rewrite_brand_instants(*, touched: Touched, zone: str) -> int:
    """Read the typed dates of the brand's codes and rights in the IANA ``zone``; returns how many rows moved.

    Part of a zone change: call it inside that operation's ``coverage_change``. An end that was counted from a typed
    start in whole days moves with it; an instant that TikTok, Ads Manager or a person gave does not move, and a start
    that would come after such an end stays.
    """
    moved = []
    for code in AuthorizationCode.objects.for_brand(touched.brand).filter(starts_on__isnull=False):
        start = first_instant(code.starts_on, zone)
        end = code.expires_at
        if code.end_source not in _READ and end == code.starts_at + code.window_days * DAY:
            end = start + code.window_days * DAY
        if start != code.starts_at and start < end:
            code.starts_at, code.expires_at = start, end
            moved.append(code)
            touched.posts.add(code.post_id)
    AuthorizationCode.objects.bulk_update(moved, ["starts_at", "expires_at"], batch_size=BATCH)
    return len(moved) + rewrite_right_instants(touched=touched, zone=zone)
