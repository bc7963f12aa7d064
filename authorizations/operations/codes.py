"""Codes on file: corrected, extended, revoked, rejected, verified, applied, revealed."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, TypeAlias, TypeVar

from django.db import transaction

from authorizations.enums import EndSource
from authorizations.models import AuthorizationCode, CodeUse
from authorizations.operations.answers import answer_requests
from authorizations.operations.gaps import coverage_change
from authorizations.secrets import open_code, open_source_post_code
from authorizations.windows import WindowError, code_window, refuse_odd_length
from brands.models import AdAccount, Brand
from brands.operations.audit import BATCH, Change, record_changes
from brands.operations.edits import Edit, edit_rows, locked, require_brand, reread, rows_with
from sparktrack.core.actors import Actor

ItemT = TypeVar("ItemT")
Values: TypeAlias = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Extension:
    """The same code is good for longer: by days, or until a date or an instant; ``source`` says who says so."""

    code: AuthorizationCode
    days: int | None = None
    expires_on: date | None = None
    expires_at: datetime | None = None
    # Only the creator can extend a code: a sheet that does not know of it yet must not shorten it again.
    source: EndSource = EndSource.CREATOR


@dataclass(frozen=True, slots=True)
class Correction:
    """What was typed for a code was wrong; see ``code_window``. What is None stays as it is."""

    code: AuthorizationCode
    starts_on: date | None = None
    starts_at: datetime | None = None
    window_days: int | None = None
    expires_on: date | None = None
    expires_at: datetime | None = None
    source: EndSource = EndSource.COMPUTED


@dataclass(frozen=True, slots=True)
class Verification:
    """What TikTok, or a person who read it there, says of a code's window."""

    code: AuthorizationCode
    expires_at: datetime
    starts_at: datetime | None = None
    source: EndSource = EndSource.TIKTOK


@dataclass(frozen=True, slots=True)
class Use:
    """A code was taken to an ad account (None = nobody said which)."""

    code: AuthorizationCode
    ad_account: AdAccount | None = None


def extend_codes(
    *, brand: Brand, extensions: Sequence[Extension], now: datetime, actor: Actor
) -> list[AuthorizationCode]:
    """Lengthen codes; of two extensions of one code the second goes on from the first. Open requests are answered.

    Raises WindowError if a new end is not later than the old one.
    """

    def values(code: AuthorizationCode, item: Extension, zone: str) -> Values:
        end = item.expires_at
        if item.days is not None:
            refuse_odd_length(item.days)
            end = code.expires_at + timedelta(days=item.days)
        window = code_window(
            zone=zone,
            starts_on=code.starts_on,
            starts_at=code.starts_at,
            expires_on=item.expires_on,
            expires_at=end,
        )
        if window.expires_at <= code.expires_at:
            raise WindowError("An extension must end later than the code does now.")
        return {
            "expires_at": window.expires_at,
            "expires_on": None if item.days is not None else item.expires_on,
            "window_days": window.window_days,
            "end_source": item.source,
        }

    with coverage_change(brand):
        changed = _edit(
            brand,
            [(item.code, item) for item in extensions],
            values,
            action="code.extended",
            now=now,
            actor=actor,
        )
        # Nobody says when the creator did it.
        answer_requests(brand=brand, codes=[(code, now) for code in changed], now=now, actor=actor)
    return changed


def correct_codes(
    *, brand: Brand, corrections: Sequence[Correction], now: datetime, actor: Actor
) -> list[AuthorizationCode]:
    """Set right what was typed wrongly about a window. A start moves the end with it unless days or an end are given.

    Raises WindowError for a window that is none.
    """

    def values(code: AuthorizationCode, item: Correction, zone: str) -> Values:
        moved = item.starts_on is not None or item.starts_at is not None
        starts_on = item.starts_on if moved else code.starts_on
        starts_at = item.starts_at if moved else code.starts_at
        days, expires_on, expires_at = item.window_days, item.expires_on, item.expires_at
        if days is None and expires_on is None and expires_at is None:
            # The length stays, to the second: the end may have been read to the second in Ads Manager.
            start = code_window(zone=zone, starts_on=starts_on, starts_at=starts_at, window_days=1).starts_at
            days, expires_at = code.window_days, start + (code.expires_at - code.starts_at)
            expires_on = None if moved else code.expires_on
        window = code_window(
            zone=zone,
            starts_on=starts_on,
            starts_at=starts_at,
            window_days=days,
            expires_on=expires_on,
            expires_at=expires_at,
        )
        return {
            "starts_on": starts_on,
            "starts_at": window.starts_at,
            "expires_on": expires_on,
            "expires_at": window.expires_at,
            "window_days": window.window_days,
            "start_assumed": code.start_assumed and not moved,
            "end_source": item.source,
        }

    return _edit(
        brand,
        [(item.code, item) for item in corrections],
        values,
        action="code.corrected",
        now=now,
        actor=actor,
    )


def revoke_codes(
    *, brand: Brand, codes: Sequence[AuthorizationCode], at: datetime, now: datetime, actor: Actor
) -> list[AuthorizationCode]:
    """The creator withdrew these codes at ``at``; a code that was revoked earlier keeps its instant."""

    def values(code: AuthorizationCode, at: datetime, _zone: str) -> Values:
        return {"revoked_at": at if code.revoked_at is None else min(at, code.revoked_at)}

    return _edit(brand, [(code, at) for code in codes], values, action="code.revoked", now=now, actor=actor)


def unrevoke_codes(
    *, brand: Brand, codes: Sequence[AuthorizationCode], now: datetime, actor: Actor
) -> list[AuthorizationCode]:
    """The revocation was a mistake: the codes are good again to their natural end."""

    def values(_code: AuthorizationCode, _item: None, _zone: str) -> Values:
        return {"revoked_at": None}

    return _edit(
        brand, [(code, None) for code in codes], values, action="code.unrevoked", now=now, actor=actor
    )


def reject_codes(
    *, brand: Brand, codes: Sequence[AuthorizationCode], error: str, now: datetime, actor: Actor
) -> list[AuthorizationCode]:
    """TikTok refused these codes with ``error`` (its own words, kept to 300 characters): they count as not on file.

    A code that was rejected before keeps its first instant.
    """

    def values(code: AuthorizationCode, error: str, _zone: str) -> Values:
        return {"rejected_at": code.rejected_at or now, "rejected_error": error}

    return _edit(
        brand, [(code, error[:300]) for code in codes], values, action="code.rejected", now=now, actor=actor
    )


def verify_codes(
    *, brand: Brand, verifications: Sequence[Verification], now: datetime, actor: Actor
) -> list[AuthorizationCode]:
    """Take over the windows that TikTok states (source ``tiktok``) or a person read in Ads Manager.

    A typed start is dropped where an instant takes its place, a typed end where the instant differs from it. A
    rejection is lifted: TikTok knows the code. Raises WindowError for an end that is not after the start.
    """

    def values(code: AuthorizationCode, item: Verification, zone: str) -> Values:
        start = item.starts_at or code.starts_at
        window = code_window(zone=zone, starts_at=start, expires_at=item.expires_at)
        return {
            "starts_at": start,
            "starts_on": code.starts_on if item.starts_at is None else None,
            "start_assumed": code.start_assumed and item.starts_at is None,
            "expires_at": window.expires_at,
            "expires_on": code.expires_on if window.expires_at == code.expires_at else None,
            "window_days": window.window_days,
            "end_source": item.source,
            "last_checked_at": now,
            "rejected_at": None,
            "rejected_error": "",
        }

    return _edit(
        brand,
        [(item.code, item) for item in verifications],
        values,
        action="code.verified",
        now=now,
        actor=actor,
    )


def mark_applied(*, brand: Brand, uses: Sequence[Use], now: datetime, actor: Actor) -> list[CodeUse]:
    """Note that codes were taken to ad accounts; a use that is known already is left as it is."""
    for use in uses:
        require_brand(brand, use.code, use.ad_account)
    with locked(brand):
        known = {
            (row.code_id, row.ad_account_id)
            for row in rows_with(CodeUse, brand, "code", (use.code.pk for use in uses))
        }
        rows: dict[tuple[object, object], CodeUse] = {}
        for use in uses:
            key = (use.code.pk, use.ad_account.pk if use.ad_account else None)
            if key not in known:
                rows[key] = CodeUse(
                    brand=brand, code=use.code, ad_account=use.ad_account, by_id=actor.user_id, at=now
                )
        CodeUse.objects.bulk_create(rows.values(), batch_size=BATCH)
        record_changes(
            brand,
            [Change("code.applied", row.code, after={"ad_account": row.ad_account}) for row in rows.values()],
            now=now,
            actor=actor,
        )
    return list(rows.values())


def reveal_codes(
    *, brand: Brand, codes: Sequence[AuthorizationCode], copied: bool = False, now: datetime, actor: Actor
) -> list[str]:
    """The codes in clear, for a person who may see them; every reveal is in the audit.

    ``copied``: they go to the clipboard and are not looked at. Raises UndecryptableError when a key is missing; then
    nothing is revealed.
    """
    action = "code.copied" if copied else "code.revealed"
    return _opened(brand, codes, open_code, action, now=now, actor=actor)


def reveal_source_post_codes(
    *, brand: Brand, codes: Sequence[AuthorizationCode], now: datetime, actor: Actor
) -> list[str]:
    """The codes of the source posts (duet, stitch) that were kept beside ``codes``; empty where there is none.

    Raises UndecryptableError when a key is missing; then nothing is revealed.
    """
    kept = [code for code in codes if code.source_post_ciphertext is not None]
    action = "code.source_post_code_revealed"
    opened = _opened(brand, kept, open_source_post_code, action, now=now, actor=actor)
    found = dict(zip((code.pk for code in kept), opened, strict=True))
    return [found.get(code.pk, "") for code in codes]


def _opened(
    brand: Brand,
    codes: Sequence[AuthorizationCode],
    opened: Callable[[AuthorizationCode], str],
    action: str,
    *,
    now: datetime,
    actor: Actor,
) -> list[str]:
    require_brand(brand, *codes)
    with transaction.atomic():
        record_changes(brand, [Change(action, code) for code in codes], now=now, actor=actor)
        return [opened(code) for code in codes]


def _edit(
    brand: Brand,
    items: Sequence[tuple[AuthorizationCode, ItemT]],
    values: Callable[[AuthorizationCode, ItemT, str], Values],
    *,
    action: str,
    now: datetime,
    actor: Actor,
) -> list[AuthorizationCode]:
    """Apply ``values(code as it is now, item, zone)`` one after the other; returns the codes that changed."""
    with coverage_change(brand) as touched:
        rows = reread(AuthorizationCode, brand, [code for code, _ in items])
        zone = touched.brand.time_zone
        changed = edit_rows(
            AuthorizationCode,
            brand=brand,
            edits=(Edit(row := rows[code.pk], values(row, item, zone)) for code, item in items),
            editable=_EDITABLE,
            action=action,
            now=now,
            actor=actor,
        )
        touched.posts.update(code.post_id for code in changed)
    return changed


_EDITABLE = frozenset(
    {
        "starts_on",
        "starts_at",
        "start_assumed",
        "expires_on",
        "expires_at",
        "window_days",
        "end_source",
        "last_checked_at",
        "revoked_at",
        "rejected_at",
        "rejected_error",
    }
)
