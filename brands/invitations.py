"""The secret in an invitation link: 256 random bits, of which only a hash is stored."""

import hashlib
import secrets

from django.conf import settings
from django.urls import reverse

# Recognisable, so that logs can leave it out (sparktrack.core.logs).
_PREFIX = "inv_"


def new_token() -> str:
    """A fresh token; it exists in its link only."""
    return _PREFIX + secrets.token_urlsafe(32)


def token_hash(token: str) -> str:
    """What the database knows of a token: SHA-256 is enough for 256 random bits."""
    return hashlib.sha256(token.encode()).hexdigest()


def invitation_url(token: str) -> str:
    """The link to send, on SITE_URL."""
    return settings.SITE_URL + reverse("invitation", args=[token])
