"""Short ways for tests of account pages."""

from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, generate_totp_secret, hotp_value
from django.test import Client

from sparktrack.core.clock import utc_now
from tests.factories import PASSWORD

LOGIN = "/accounts/login/"


def try_login(client, user_or_email, password=PASSWORD, **extra):
    """Posts the login form."""
    email = getattr(user_or_email, "email", user_or_email)
    return client.post(LOGIN, {"login": email, "password": password}, **extra)


def browser(user, **extra):
    """A browser in which ``user`` has logged in."""
    client = Client(**extra)
    assert try_login(client, user).status_code == 302
    return client


def is_logged_in(client):
    """Whether the profile opens."""
    return client.get("/account/").status_code == 200


def give_app(user):
    """An authenticator app for ``user``; its secret."""
    secret = generate_totp_secret()
    TOTP.activate(user, secret)
    RecoveryCodes.activate(user)
    return secret


def app_code(secret, steps=0):
    """What the app shows now, or ``steps`` half minutes later."""
    return format_hotp_value(hotp_value(secret, int(utc_now().timestamp()) // 30 + steps))


def recovery_codes(user):
    """The unused recovery codes."""
    return Authenticator.objects.get(user=user, type="recovery_codes").wrap().get_unused_codes()


def confirm_it_is_me(client, password=PASSWORD):
    """Answers the question for the password before something sensitive."""
    return client.post("/accounts/reauthenticate/", {"password": password})
