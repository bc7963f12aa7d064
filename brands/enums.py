"""The words of brands: roles, scopes of tokens, and what an attachment hangs on (DOMAIN.md §2, §3)."""

from enum import StrEnum


class Role(StrEnum):
    """What a member may do in a brand, least first."""

    VIEWER = "viewer"
    BUYER = "buyer"
    MANAGER = "manager"
    ADMIN = "admin"


class TokenScope(StrEnum):
    """What a script with a token may do in the brand, least first."""

    READ = "read"
    WRITE = "write"


class TokenState(StrEnum):
    """Whether a token counts, and why not; derived, never stored."""

    LIVE = "live"
    EXPIRED = "expired"
    REVOKED = "revoked"


class AttachmentSubject(StrEnum):
    """The kinds of things an attachment can prove."""

    RIGHT = "right"
    CODE = "code"
    POST = "post"
    REQUEST = "request"
