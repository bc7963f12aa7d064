"""The words of authorizations: reasons, verdicts, states and choices (DOMAIN.md §3, §5, §6)."""

from enum import StrEnum


class Reason(StrEnum):
    """Why a post may not run at an instant."""

    NO_CODE = "no_code"
    CODE_NOT_STARTED = "code_not_started"
    CODE_EXPIRED = "code_expired"
    CODE_REVOKED = "code_revoked"
    NO_RIGHTS = "no_rights"
    RIGHTS_NOT_STARTED = "rights_not_started"
    RIGHTS_EXPIRED = "rights_expired"
    PAID_NOT_ALLOWED = "paid_not_allowed"
    POST_UNAVAILABLE = "post_unavailable"


class Verdict(StrEnum):
    """What a flight can expect from now on."""

    ENDED = "ended"
    BLOCKED = "blocked"
    LAPSES = "lapses"
    COVERED = "covered"


class CodeStatus(StrEnum):
    """A code at an instant; the first match of DOMAIN.md §5 wins."""

    REJECTED = "rejected"
    REVOKED = "revoked"
    SCHEDULED = "scheduled"
    EXPIRED = "expired"
    EXPIRING = "expiring"
    ACTIVE = "active"


class EndSource(StrEnum):
    """Who says when a code ends, strongest first."""

    TIKTOK = "tiktok"
    ADS_MANAGER = "ads_manager"
    CREATOR = "creator"
    COMPUTED = "computed"
    SHEET = "sheet"
    ASSUMED = "assumed"

    @property
    def strength(self) -> int:
        """A number that is larger for a source that counts for more."""
        return len(EndSource) - list(EndSource).index(self)


class RightTrigger(StrEnum):
    """What starts the term of a usage right."""

    FIXED = "fixed"
    CONTRACT = "contract"
    DELIVERY = "delivery"
    POSTING = "posting"
    FIRST_PAID_USE = "first_paid_use"
