"""The sides of a lapse: what a code, a right or the post itself lacks, apart from the rest (DOMAIN.md §7)."""

from collections.abc import Iterable

from alerts.enums import AlertKind
from authorizations.enums import Reason
from authorizations.rules import RIGHTS_REASONS, Gap


def is_of(kind: AlertKind, reason: Reason) -> bool:
    """Whether a reason belongs to alerts of this kind; of the code side are all that are neither rights nor post."""
    if kind is AlertKind.RIGHTS:
        return reason in RIGHTS_REASONS
    if kind is AlertKind.POST:
        return reason is Reason.POST_UNAVAILABLE
    return reason is not Reason.POST_UNAVAILABLE and reason not in RIGHTS_REASONS


def one_side(gaps: Iterable[Gap], kind: AlertKind) -> list[Gap]:
    """The stretches in which one side fails, from the gaps of a post in order, as if nothing else were missing."""
    found: list[Gap] = []
    for gap in gaps:
        reasons = tuple(reason for reason in gap.reasons if is_of(kind, reason))
        if not reasons:
            continue
        last = found[-1] if found else None
        if last is not None and last.ends_at == gap.starts_at and last.reasons == reasons:
            found[-1] = Gap(last.starts_at, gap.ends_at, reasons)
        else:
            found.append(Gap(gap.starts_at, gap.ends_at, reasons))
    return found
