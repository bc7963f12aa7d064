"""The tokens of a brand as its admins see them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from brands.enums import TokenScope
from brands.models import ApiToken, Brand
from workplace.settings_words import SCOPES, address_words


@dataclass(frozen=True, slots=True)
class TokenLine:
    """A token, and what it may and from where in words."""

    token: ApiToken
    may: str
    addresses: str


@dataclass(frozen=True, slots=True)
class Tokens:
    """The tokens that count, and those that do so no more; of each the newest first."""

    live: Sequence[TokenLine]
    over: Sequence[TokenLine]


# Of those that are over so many are shown: who looks for older ones finds them in the audit.
MOST_OVER = 50


def token_line(token: ApiToken) -> TokenLine:
    """One token in words."""
    return TokenLine(token, SCOPES[TokenScope(token.scope)], address_words(token.allowed_addresses))


def tokens(brand: Brand, *, now: datetime) -> Tokens:
    """All that count at ``now`` and the newest of the others; two queries."""
    rows = ApiToken.objects.for_brand(brand).select_related("created_by").order_by("-created_at", "-pk")
    return Tokens(
        live=[token_line(token) for token in rows.live(now)],
        over=[token_line(token) for token in rows.over(now)[:MOST_OVER]],
    )
