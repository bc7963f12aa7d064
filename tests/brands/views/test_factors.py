from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.core import mail
from django.test import Client

from sparktrack.core.secrets import UndecryptableError
from tests.brands.people import (
    app_code,
    browser,
    confirm_it_is_me,
    give_app,
    is_logged_in,
    recovery_codes,
    try_login,
)
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db

ADD = "/accounts/factors/app/add/"
REMOVE = "/accounts/factors/app/remove/"
ASK = "/accounts/factors/authenticate/"


def test_an_app_is_added_after_the_password_and_recovery_codes_are_shown_once():
    user = UserFactory()
    client = browser(user)
    confirm_it_is_me(client)
    page = client.get(ADD)
    response = client.post(ADD, {"code": app_code(page.context["form"].secret)}, follow=True)
    codes = recovery_codes(user)
    assert all(code in response.content.decode() for code in codes)
    again = client.get("/accounts/factors/recovery-codes/").content.decode()
    assert not any(code in again for code in codes)


@pytest.mark.parametrize("path", [ADD, "/accounts/factors/recovery-codes/new/"])
def test_factors_change_only_after_the_password_was_typed_once_more(path):
    client = browser(UserFactory())
    assert client.get(path)["Location"].startswith("/accounts/reauthenticate/")
    assert client.post(path, {"code": "000000"})["Location"].startswith("/accounts/reauthenticate/")


def test_removing_an_app_asks_for_the_password_too():
    user = UserFactory()
    secret = give_app(user)
    client = Client()
    try_login(client, user)
    client.post(ASK, {"code": app_code(secret)})
    assert client.post(REMOVE)["Location"].startswith("/accounts/reauthenticate/")
    assert Authenticator.objects.filter(user=user, type="totp").exists()


def test_the_password_alone_no_longer_opens_the_account():
    user = UserFactory()
    secret = give_app(user)
    client = Client()
    assert try_login(client, user)["Location"] == ASK
    assert not is_logged_in(client)
    assert client.get("/")["Location"].startswith("/accounts/login/")
    client.post(ASK, {"code": app_code(secret)})
    assert is_logged_in(client)


def test_a_wrong_code_does_not_get_in_and_many_wrong_ones_are_stopped():
    user = UserFactory()
    secret = give_app(user)
    client = Client()
    try_login(client, user)
    for _ in range(10):
        client.post(ASK, {"code": "000000"})
    client.post(ASK, {"code": app_code(secret)})
    assert not is_logged_in(client)


@pytest.mark.parametrize("seconds", [0, 29, 31, 59])
def test_a_code_works_once_however_long_it_would_be_right(seconds):
    user = UserFactory()
    secret = give_app(user)
    with time_machine.travel(datetime(2026, 11, 21, 12, tzinfo=UTC), tick=False) as clock:
        code = app_code(secret)
        first, second = Client(), Client()
        try_login(first, user)
        first.post(ASK, {"code": code})
        clock.shift(timedelta(seconds=seconds))
        try_login(second, user)
        second.post(ASK, {"code": f"{code[:3]} {code[3:]}"})
        assert is_logged_in(first)
        assert not is_logged_in(second)


@pytest.mark.parametrize(("steps", "gets_in"), [(-2, False), (-1, True), (1, True), (2, False)])
def test_a_clock_may_be_half_a_minute_off(steps, gets_in):
    user = UserFactory()
    secret = give_app(user)
    with time_machine.travel(datetime(2026, 11, 21, 12, tzinfo=UTC), tick=False):
        client = Client()
        try_login(client, user)
        client.post(ASK, {"code": app_code(secret, steps)})
        assert is_logged_in(client) == gets_in


def test_a_recovery_code_works_once():
    user = UserFactory()
    give_app(user)
    code = recovery_codes(user)[0]
    first, second = Client(), Client()
    for client in (first, second):
        try_login(client, user)
        client.post(ASK, {"code": code})
    assert is_logged_in(first)
    assert not is_logged_in(second)


@pytest.mark.django_db(transaction=True)  # allauth tells of a new factor after the commit
def test_adding_an_app_ends_the_other_sessions_and_is_mailed():
    user = UserFactory()
    here, elsewhere = browser(user), browser(user)
    confirm_it_is_me(here)
    here.post(ADD, {"code": app_code(here.get(ADD).context["form"].secret)})
    assert is_logged_in(here)
    assert not is_logged_in(elsewhere)
    assert "second factor" in mail.outbox[-1].subject


def test_removing_an_app_ends_the_other_sessions_and_the_recovery_codes():
    user = UserFactory()
    here, elsewhere = browser(user), browser(user)
    give_app(user)
    confirm_it_is_me(here)
    here.post(REMOVE)
    assert not Authenticator.objects.filter(user=user).exists()
    assert is_logged_in(here)
    assert not is_logged_in(elsewhere)


def test_secrets_of_factors_are_sealed_in_the_database():
    user = UserFactory()
    secret = give_app(user)
    stored = Authenticator.objects.get(user=user, type="totp").data["secret"]
    assert secret not in stored
    assert stored.startswith(f"{next(reversed(settings.CODE_KEYS))}.")


def test_without_the_key_a_factor_opens_nothing(settings):
    user = UserFactory()
    secret = give_app(user)
    settings.CODE_KEYS = {"1": b"another key, 32 bytes long......"}
    client = Client()
    try_login(client, user)
    with pytest.raises(UndecryptableError):
        client.post(ASK, {"code": app_code(secret)})


def test_the_page_says_whether_the_factor_is_on_and_how_many_codes_are_left():
    user = UserFactory()
    client = browser(user)
    assert "Off." in client.get("/accounts/factors/").content.decode()
    give_app(user)
    assert "10 recovery codes left" in client.get("/accounts/factors/").content.decode()
