"""``EMAIL_URL`` as settings: an SMTP server, or a provider's interface through django-anymail."""

from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

_PORTS = {"smtp": 25, "smtp+tls": 587, "smtp+ssl": 465}
# Those whose backend needs nothing but a key and is maintained. Amazon SES would need its SDK, anymail has dropped
# SendGrid: both have SMTP servers.
_PROVIDERS = {
    "brevo": "BREVO_API_KEY",
    "mailgun": "MAILGUN_API_KEY",
    "postmark": "POSTMARK_SERVER_TOKEN",
    "resend": "RESEND_API_KEY",
}
SCHEMES = (*_PORTS, *_PROVIDERS)


def mail_settings(url: str, *, timeout: int) -> dict[str, Any]:
    """Django's settings for ``url``, whose scheme is one of ``SCHEMES``; ``timeout`` in seconds.

    ``smtp+tls`` begins in the clear and must switch to TLS (STARTTLS), ``smtp+ssl`` is TLS from the first byte.
    Providers are written ``postmark://:<token>@``; mailgun may name its sender domain as host and ``?region=eu``.
    Raises ImproperlyConfigured for what would not work or would send a password unencrypted; it never quotes ``url``.
    """
    parts = urlsplit(url)
    user, password = unquote(parts.username or ""), unquote(parts.password or "")
    if parts.scheme in _PROVIDERS:
        return _of_provider(parts.scheme, password or user, parts.hostname or "", parts.query, timeout)
    if not parts.hostname:
        raise ImproperlyConfigured("EMAIL_URL must name the mail server.")
    if parts.query or parts.path.strip("/"):
        raise ImproperlyConfigured("EMAIL_URL must end after the port: a / in the password is written %2F.")
    if parts.scheme == "smtp" and (user or password):
        raise ImproperlyConfigured(
            "EMAIL_URL would send the password unencrypted: use smtp+tls:// or smtp+ssl://."
        )
    return {
        "EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend",
        "EMAIL_HOST": parts.hostname,
        "EMAIL_PORT": parts.port or _PORTS[parts.scheme],
        "EMAIL_HOST_USER": user,
        "EMAIL_HOST_PASSWORD": password,
        "EMAIL_USE_TLS": parts.scheme == "smtp+tls",
        "EMAIL_USE_SSL": parts.scheme == "smtp+ssl",
    }


def _of_provider(scheme: str, key: str, domain: str, query: str, timeout: int) -> dict[str, Any]:
    if not key:
        raise ImproperlyConfigured(f"EMAIL_URL must hold the provider's key: {scheme}://:<key>@.")
    anymail: dict[str, Any] = {_PROVIDERS[scheme]: key, "REQUESTS_TIMEOUT": timeout}
    options = parse_qs(query)
    if scheme == "mailgun":
        if domain:
            anymail["MAILGUN_SENDER_DOMAIN"] = domain
        if options.pop("region", []) == ["eu"]:
            anymail["MAILGUN_API_URL"] = "https://api.eu.mailgun.net/v3"
    elif domain:
        raise ImproperlyConfigured(f"EMAIL_URL needs no host with a provider: {scheme}://:<key>@.")
    if options:
        raise ImproperlyConfigured(f"EMAIL_URL has an option that {scheme} does not know.")
    return {"EMAIL_BACKEND": f"anymail.backends.{scheme}.EmailBackend", "ANYMAIL": anymail}
