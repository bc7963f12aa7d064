"""Tokens of scripts: ``stk_<public>_<secret>``, of which the database keeps the public part and an HMAC."""

import hmac
import re
import secrets
import string
from dataclasses import dataclass, field
from uuid import UUID

from django.conf import settings

from sparktrack.core.secrets import fingerprint

# 16 characters tell tokens apart; 43 of 62 are 256 random bits.
_PUBLIC = string.ascii_lowercase + string.digits
_SECRET = string.ascii_letters + string.digits
_PUBLIC_LENGTH, _SECRET_LENGTH = 16, 43
_TOKEN = re.compile(rf"stk_([a-z0-9]{{{_PUBLIC_LENGTH}}})_([A-Za-z0-9]{{{_SECRET_LENGTH}}})", re.ASCII)


@dataclass(frozen=True, slots=True)
class TokenText:
    """A token as a script sends it."""

    public: str
    secret: str = field(repr=False)

    @property
    def whole(self) -> str:
        """``stk_<public>_<secret>``."""
        return f"stk_{self.public}_{self.secret}"


def new_token_text() -> TokenText:
    """A fresh token; its secret has 256 bits."""
    return TokenText(_drawn(_PUBLIC, _PUBLIC_LENGTH), _drawn(_SECRET, _SECRET_LENGTH))


def read_token_text(text: str) -> TokenText | None:
    """The parts of a token; None for a text that cannot be one."""
    found = _TOKEN.fullmatch(text)
    return TokenText(*found.groups()) if found else None


def current_pepper_id() -> str:
    """The id of the pepper that new tokens get."""
    return list(settings.TOKEN_PEPPERS)[-1]


def token_secret_hash(text: TokenText, *, brand_id: UUID, pepper_id: str) -> str:
    """The HMAC-SHA-256 of a token of this brand: a row cannot be moved to another. Raises KeyError without pepper."""
    return fingerprint(f"{brand_id.hex}|{text.whole}", key=settings.TOKEN_PEPPERS[pepper_id])


def is_token_secret(text: TokenText, *, brand_id: UUID, pepper_id: str, secret_hash: str) -> bool:
    """Whether the stored hash is that of ``text``, in the same time for each; False if its pepper is gone."""
    if pepper_id not in settings.TOKEN_PEPPERS:
        return False
    return hmac.compare_digest(token_secret_hash(text, brand_id=brand_id, pepper_id=pepper_id), secret_hash)


def _drawn(alphabet: str, length: int) -> str:
    return "".join(secrets.choice(alphabet) for _ in range(length))
