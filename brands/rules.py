"""Who may do what in a brand: the one policy table (DOMAIN.md §2); and whether a token counts."""

from datetime import datetime
from enum import StrEnum

from brands.enums import Role, TokenScope, TokenState


class Action(StrEnum):
    """What a page, endpoint or button asks leave for. Reading everything else is ``view``."""

    VIEW = "view"
    READ_CONTACTS = "read_contacts"
    READ_FEES = "read_fees"
    READ_INTERNAL_NOTES = "read_internal_notes"
    PLAN_FLIGHTS = "plan_flights"  # plan, move, launch, pause, resume, end
    WRITE_CODES = "write_codes"  # record, extend, revoke
    REVEAL_CODES = "reveal_codes"  # reveal, copy, mark applied
    MARK_POSTS_GONE = "mark_posts_gone"
    RUN_ANYWAY = "run_anyway"
    CORRECT_CODES = "correct_codes"  # correct, reject, verify
    WRITE_CREATORS = "write_creators"
    WRITE_POSTS = "write_posts"  # also briefs, stages, metrics
    WRITE_RIGHTS = "write_rights"
    IMPORT_TRACKER = "import_tracker"  # also undo
    EXPORT_REVEALED = "export_revealed"
    MANAGE_PEOPLE = "manage_people"
    CHANGE_SETTINGS = "change_settings"  # also ad accounts, channels, tokens
    READ_AUDIT = "read_audit"


# Least first; each role may also do what the one before it may.
_ADDED: dict[Role, frozenset[Action]] = {
    Role.VIEWER: frozenset({Action.VIEW}),
    Role.BUYER: frozenset(
        {
            Action.READ_CONTACTS,
            Action.READ_FEES,
            Action.READ_INTERNAL_NOTES,
            Action.PLAN_FLIGHTS,
            Action.WRITE_CODES,
            Action.REVEAL_CODES,
            Action.MARK_POSTS_GONE,
        }
    ),
    Role.MANAGER: frozenset(
        {
            Action.RUN_ANYWAY,
            Action.CORRECT_CODES,
            Action.WRITE_CREATORS,
            Action.WRITE_POSTS,
            Action.WRITE_RIGHTS,
            Action.IMPORT_TRACKER,
            Action.EXPORT_REVEALED,
        }
    ),
    Role.ADMIN: frozenset({Action.MANAGE_PEOPLE, Action.CHANGE_SETTINGS, Action.READ_AUDIT}),
}


def _policy() -> dict[Role, frozenset[Action]]:
    allowed: frozenset[Action] = frozenset()
    table: dict[Role, frozenset[Action]] = {}
    for role, added in _ADDED.items():
        allowed |= added
        table[role] = allowed
    return table


POLICY = _policy()

# What a script may do with its token: "read = viewer plus contacts, write = manager" (DOMAIN.md §2).
TOKEN_POLICY: dict[TokenScope, frozenset[Action]] = {
    TokenScope.READ: POLICY[Role.VIEWER] | {Action.READ_CONTACTS},
    TokenScope.WRITE: POLICY[Role.MANAGER],
}


def may(role: str, action: Action) -> bool:
    """Whether a member with ``role`` may do ``action``. Raises ValueError for a role there is not."""
    return action in POLICY[Role(role)]


def token_may(scope: str, action: Action) -> bool:
    """Whether a token of ``scope`` may do ``action``. Raises ValueError for a scope there is not."""
    return action in TOKEN_POLICY[TokenScope(scope)]


def token_state(*, expires_at: datetime | None, revoked_at: datetime | None, now: datetime) -> TokenState:
    """Whether a token counts at ``now``; ``expires_at`` None: it never ends by itself. Revoked goes before expired."""
    if revoked_at is not None:
        return TokenState.REVOKED
    is_over = expires_at is not None and expires_at <= now
    return TokenState.EXPIRED if is_over else TokenState.LIVE
