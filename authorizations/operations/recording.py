"""Codes that arrive: recorded, recognised as a repeat or an extension, or as the replacement of an older one."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from authorizations.enums import EndSource
from authorizations.inputs import SLICE
from authorizations.models import AuthorizationCode
from authorizations.operations.answers import acted_at, answer_requests
from authorizations.operations.gaps import coverage_change, sliced
from authorizations.secrets import (
    code_fingerprint,
    open_source_post_code,
    seal_code,
    seal_source_post_code,
)
from authorizations.windows import CodeWindow, code_window
from brands.models import Brand
from brands.operations.audit import BATCH, Change, record_changes
from brands.operations.edits import require_brand
from posts.models import Post
from sparktrack.core.actors import Actor
from sparktrack.core.bulk import insert
from sparktrack.core.refusals import RefusedError
from sparktrack.tiktok.codes import CleanCode, clean_code


class DuplicateCodeError(RefusedError):
    """The code already belongs to another post of the brand."""

    def __init__(self, post: Post) -> None:
        """``post`` is the one that has the code."""
        self.post = post
        super().__init__(f"This code is already on file for another post: {post}.", field="code")


class WrongPostError(RefusedError):
    """A code cannot replace the code of another post."""


@dataclass(frozen=True, slots=True)
class CodeDraft:
    """A code as somebody hands it in; see ``code_window`` for what start, days and end mean.

    ``code`` may be pasted as it came: it is cleaned here, and it is kept out of every representation.
    """

    post: Post
    code: str = field(repr=False)
    starts_on: date | None = None
    starts_at: datetime | None = None
    window_days: int | None = None
    expires_on: date | None = None
    expires_at: datetime | None = None
    start_assumed: bool = False
    end_source: EndSource = EndSource.COMPUTED
    supersedes: AuthorizationCode | None = None
    source_post_code: str = field(default="", repr=False)


class Outcome(StrEnum):
    """What became of a draft."""

    CREATED = "created"
    EXTENDED = "extended"
    REPEATED = "repeated"


@dataclass(frozen=True, slots=True)
class Recorded:
    """The row of a code and what the draft did to it."""

    code: AuthorizationCode
    outcome: Outcome


def record_codes(*, brand: Brand, drafts: Sequence[CodeDraft], now: datetime, actor: Actor) -> list[Recorded]:
    """Put codes on file, one answer a draft, in order.

    A code that the post already has is an extension if the draft ends later, else a repeat, which leaves its window as
    it is; a draft whose start is only assumed counts its days from the start on file. A new source-post code is kept in
    both cases. Dates are read in the brand's zone. What is new answers the request for it, if somebody asked.

    Raises DuplicateCodeError for a code of another post, WrongPostError for a replacement of one, NoCode or MaskedCode
    for a text that is no code, WindowError for a window that is none; nothing is written then.
    """
    with coverage_change(brand) as touched:
        zone = touched.brand.time_zone
        for draft in drafts:
            require_brand(brand, draft.post, draft.supersedes)
            if draft.supersedes is not None and draft.supersedes.post_id != draft.post.pk:
                raise WrongPostError("A replacement must be a code of the same post.", field="supersedes")
        cleaned = [clean_code(draft.code) for draft in drafts]
        fingerprints = [code_fingerprint(code.value) for code in cleaned]
        on_file = _by_fingerprint(brand, fingerprints)
        answers: list[Recorded] = []
        created: list[AuthorizationCode] = []
        changed: dict[str, AuthorizationCode] = {}
        changes: list[Change] = []
        for draft, code, print_ in zip(drafts, cleaned, fingerprints, strict=True):
            known = on_file.get(print_)
            window = _window(draft, known, zone)
            if known is None:
                row = _new_row(brand, draft, code, print_, window, now=now)
                on_file[print_] = row
                created.append(row)
                touched.posts.add(draft.post.pk)
                action = "code.replaced" if draft.supersedes else "code.recorded"
                changes.append(Change(action, row, after=described(row)))
                answers.append(Recorded(row, Outcome.CREATED))
            elif known.post_id != draft.post.pk:
                raise DuplicateCodeError(known.post)
            elif window.expires_at > known.expires_at:
                before = described(known)
                known.expires_at = window.expires_at
                known.window_days = code_window(
                    zone=zone, starts_at=known.starts_at, expires_at=window.expires_at
                ).window_days
                known.expires_on = draft.expires_on
                known.end_source = draft.end_source
                changed[print_] = known
                touched.posts.add(known.post_id)
                changes.append(Change("code.extended", known, before, described(known)))
                answers.append(Recorded(known, Outcome.EXTENDED))
            else:
                answers.append(Recorded(known, Outcome.REPEATED))
            if known is not None and _keep_source_post_code(known, draft):
                changed[print_] = known
                changes.append(Change("code.source_post_code_kept", known))
        insert(created)
        AuthorizationCode.objects.bulk_update(changed.values(), _CHANGING, batch_size=BATCH)
        record_changes(brand, changes, now=now, actor=actor)
        answering = [
            (each.code, acted_at(each.code, now) if each.outcome is Outcome.CREATED else now)
            for each in answers
            if each.outcome is not Outcome.REPEATED
        ]
        answer_requests(brand=brand, codes=answering, now=now, actor=actor)
    return answers


def described(row: AuthorizationCode) -> dict[str, object]:
    """What the audit keeps of a code: never the code itself."""
    return {
        "post": row.post_id,
        "ending": row.ending,
        "starts_at": row.starts_at,
        "expires_at": row.expires_at,
        "window_days": row.window_days,
        "end_source": row.end_source,
        "supersedes": row.supersedes_id,
    }


def _window(draft: CodeDraft, known: AuthorizationCode | None, zone: str) -> CodeWindow:
    better = known if known is not None and draft.start_assumed else draft
    return code_window(
        zone=zone,
        starts_on=better.starts_on,
        starts_at=better.starts_at,
        window_days=draft.window_days,
        expires_on=draft.expires_on,
        expires_at=draft.expires_at,
    )


def _by_fingerprint(brand: Brand, fingerprints: Sequence[str]) -> dict[str, AuthorizationCode]:
    return {
        row.fingerprint: row
        for part in sliced(set(fingerprints), SLICE)
        for row in AuthorizationCode.objects.for_brand(brand)
        .filter(fingerprint__in=part)
        .select_related("post")
    }


def _new_row(
    brand: Brand, draft: CodeDraft, code: CleanCode, print_: str, window: CodeWindow, *, now: datetime
) -> AuthorizationCode:
    sealed = seal_code(code.value, brand_id=brand.pk, fingerprint=print_)
    row = AuthorizationCode(
        brand=brand,
        post=draft.post,
        ciphertext=sealed.ciphertext,
        key_id=sealed.key_id,
        fingerprint=print_,
        ending=code.ending,
        starts_on=draft.starts_on,
        starts_at=window.starts_at,
        expires_on=draft.expires_on,
        expires_at=window.expires_at,
        window_days=window.window_days,
        start_assumed=draft.start_assumed,
        end_source=draft.end_source,
        supersedes=draft.supersedes,
        created_at=now,
    )
    _keep_source_post_code(row, draft)
    return row


def _keep_source_post_code(row: AuthorizationCode, draft: CodeDraft) -> bool:
    """Seal the source-post code of ``draft`` beside the code of ``row``; says whether it was not there before."""
    if not draft.source_post_code:
        return False
    code = clean_code(draft.source_post_code).value
    if open_source_post_code(row) == code:
        return False
    sealed = seal_source_post_code(code, row)
    row.source_post_ciphertext, row.source_post_key_id = sealed.ciphertext, sealed.key_id
    return True


_CHANGING = (
    "expires_at",
    "expires_on",
    "window_days",
    "end_source",
    "source_post_ciphertext",
    "source_post_key_id",
)
