"""How django-allauth and axes behave here: no sign-up, links in mails from SITE_URL, sealed second factors."""

import base64
from io import BytesIO
from typing import Any
from urllib.parse import quote

import qrcode
from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.http import url_has_allowed_host_and_scheme
from qrcode.image.svg import SvgPathFillImage

from sparktrack.core.addresses import client_ip
from sparktrack.core.secrets import KeyRing, Sealed

_DEVICE_SALT = "brands.known-device"
_DEVICE_SECONDS = 180 * 24 * 60 * 60
_FACTOR_CONTEXT = b"second-factor"


class AccountAdapter(DefaultAccountAdapter):
    """Accounts come from invitations; addresses are never taken from the request's Host."""

    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "email_password_mismatch": "E-mail and password do not fit together.",
        "incorrect_password": "That is not your password.",
        "enter_current_password": "That is not your current password.",
        "too_many_login_attempts": "Too many tries. Wait five minutes, then try again.",
        "rate_limited": "Too many tries. Wait five minutes, then try again.",
        "duplicate_email": "That is your e-mail already.",
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Never: see brands.operations.people.join."""
        return False

    def is_safe_url(self, url: str) -> bool:
        """Only paths of this site, whatever the Host says."""
        return url_has_allowed_host_and_scheme(url, allowed_hosts=None)

    def get_client_ip(self, request: HttpRequest) -> str:
        """The client behind our trusted proxies."""
        return client_ip(request) or "0.0.0.0"  # noqa: S104 - "unknown", nothing is bound to it

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        """Back to the profile."""
        return reverse("profile")

    def get_reset_password_from_key_url(self, key: str) -> str:
        """The link in the reset mail."""
        path = reverse("account_reset_password_from_key", kwargs={"uidb36": "UID", "key": "KEY"})
        return settings.SITE_URL + path.replace("UID-KEY", quote(key))

    def get_email_confirmation_url(self, request: HttpRequest, emailconfirmation: Any) -> str:
        """The link in the mail that confirms a new address."""
        return settings.SITE_URL + reverse("account_confirm_email", args=[emailconfirmation.key])

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Mails know the site by SITE_URL."""
        super().send_mail(template_prefix, email, {**context, "site_url": settings.SITE_URL})

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """Axes counts failures and locks out; at a device it lets pass, allauth's own limit counts instead."""
        if is_known_device(request, credentials):
            super().pre_authenticate(request, **credentials)

    def post_login(self, request: HttpRequest, user: Any, **kwargs: Any) -> HttpResponse:
        """Remembers the device, so that strangers who fail on purpose cannot lock this person out of it."""
        response: HttpResponse = super().post_login(request, user, **kwargs)
        response.set_cookie(
            settings.DEVICE_COOKIE_NAME,
            signing.dumps(_device_mark(user.email), salt=_DEVICE_SALT),
            max_age=_DEVICE_SECONDS,
            secure=settings.SESSION_COOKIE_SECURE,
            httponly=True,
            samesite="Lax",
        )
        return response


def _device_mark(email: str) -> str:
    return salted_hmac(_DEVICE_SALT, email.strip().lower(), algorithm="sha256").hexdigest()


def is_known_device(request: HttpRequest, credentials: dict[str, Any] | None) -> bool:
    """Whether the account in ``credentials`` has logged in from this browser in the last 180 days."""
    cookie = request.COOKIES.get(settings.DEVICE_COOKIE_NAME)
    email = (credentials or {}).get("email")
    if not cookie or not email:
        return False
    try:
        mark = signing.loads(cookie, salt=_DEVICE_SALT, max_age=_DEVICE_SECONDS)
    except signing.BadSignature:
        return False
    return constant_time_compare(str(mark), _device_mark(str(email)))


class FactorAdapter(DefaultMFAAdapter):
    """Secrets of second factors are sealed under the key ring of the codes."""

    error_messages = {
        **DefaultMFAAdapter.error_messages,
        "incorrect_code": "That code is not right, or it was used. Type the one that the app shows now.",
    }

    def build_totp_svg(self, url: str) -> str:
        """The QR code on white, so that it can be scanned off a dark page too."""
        picture = BytesIO()
        qrcode.make(url, image_factory=SvgPathFillImage).save(picture)
        return picture.getvalue().decode()

    def encrypt(self, text: str) -> str:
        """``text`` sealed: the id of the key, a dot, the ciphertext in base64."""
        sealed = KeyRing(settings.CODE_KEYS).seal(text, context=_FACTOR_CONTEXT)
        return f"{sealed.key_id}.{base64.b64encode(sealed.ciphertext).decode()}"

    def decrypt(self, encrypted_text: str) -> str:
        """The text again. Raises UndecryptableError."""
        key_id, _, ciphertext = encrypted_text.partition(".")
        sealed = Sealed(key_id, base64.b64decode(ciphertext))
        return KeyRing(settings.CODE_KEYS).open(sealed, context=_FACTOR_CONTEXT)
