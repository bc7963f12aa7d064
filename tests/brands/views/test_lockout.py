from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from axes.models import AccessAttempt
from django.test import Client

from tests.brands.people import LOGIN, browser, is_logged_in, try_login
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db

LIMIT = 10


def fail(email, times, **extra):
    """Failed logins, each in a fresh browser; the status of each."""
    return [try_login(Client(**extra), email, "wrong password").status_code for _ in range(times)]


def test_the_tenth_failure_locks_the_account_from_everywhere_even_with_the_right_password():
    user = UserFactory()
    assert fail(user.email, LIMIT) == [200] * (LIMIT - 1) + [429]
    elsewhere = Client(REMOTE_ADDR="198.51.100.7")
    response = try_login(elsewhere, user)
    assert response.status_code == 429
    assert "Too many tries" in response.content.decode()
    assert response["Retry-After"] == "900"
    assert not is_logged_in(elsewhere)


def test_an_unknown_email_is_locked_just_the_same():
    assert fail("nobody@example.com", LIMIT + 1)[-2:] == [429, 429]


def test_an_address_that_tries_many_accounts_is_locked_for_all_of_them():
    for number in range(LIMIT):
        try_login(Client(), f"victim{number}@example.com", "wrong password")
    assert try_login(Client(), UserFactory()).status_code == 429
    assert try_login(Client(REMOTE_ADDR="198.51.100.7"), UserFactory()).status_code == 302


def test_an_ipv6_site_counts_as_one_address():
    for number in range(LIMIT):
        client = Client(REMOTE_ADDR=f"2001:db8:1:2::{number + 1:x}")
        try_login(client, f"victim{number}@example.com", "wrong password")
    assert try_login(Client(REMOTE_ADDR="2001:db8:1:2:ffff::1"), UserFactory()).status_code == 429
    assert try_login(Client(REMOTE_ADDR="2001:db8:1:3::1"), UserFactory()).status_code == 302


def test_changing_the_forwarded_address_does_not_help():
    user = UserFactory()
    codes = [
        try_login(
            Client(), user, "wrong password", headers={"x-forwarded-for": f"203.0.113.{number}"}
        ).status_code
        for number in range(LIMIT)
    ]
    assert codes[-1] == 429
    assert set(AccessAttempt.objects.values_list("ip_address", flat=True)) == {"127.0.0.1"}


def test_of_many_tries_from_as_many_addresses_at_most_twenty_are_evaluated(monkeypatch):
    from allauth.account.auth_backends import AuthenticationBackend

    evaluated = []
    original = AuthenticationBackend.authenticate
    monkeypatch.setattr(
        AuthenticationBackend,
        "authenticate",
        lambda self, request, **credentials: evaluated.append(1) or original(self, request, **credentials),
    )
    user = UserFactory()
    for number in range(60):
        address = f"10.0.{number}.1"
        response = try_login(Client(REMOTE_ADDR=address), user, f"wrong password {number}")
        if number > LIMIT:
            assert response.status_code == 429
    assert len(evaluated) <= 20


def test_the_lock_opens_after_a_quarter_of_an_hour_even_if_tried_meanwhile():
    user = UserFactory()
    start = datetime(2026, 11, 21, 12, tzinfo=UTC)
    with time_machine.travel(start, tick=False) as clock:
        fail(user.email, LIMIT)
        clock.shift(timedelta(minutes=14))
        assert try_login(Client(), user).status_code == 429
        clock.shift(timedelta(minutes=1, seconds=1))
        assert try_login(Client(), user).status_code == 302


def test_strangers_cannot_lock_a_person_out_of_a_device_they_use():
    user = UserFactory()
    mine = browser(user)
    mine.post("/accounts/logout/")
    fail(user.email, LIMIT + 5, REMOTE_ADDR="198.51.100.7")
    assert try_login(Client(), user).status_code == 429
    assert try_login(mine, user).status_code == 302


def test_a_known_device_is_limited_too():
    user = UserFactory()
    mine = browser(user)
    mine.post("/accounts/logout/")
    for _ in range(LIMIT):
        assert try_login(mine, user, "wrong password").status_code == 200
    response = try_login(mine, user)
    assert "Too many tries. Wait five minutes" in response.content.decode()
    assert not is_logged_in(mine)


def test_a_device_known_to_one_account_is_a_stranger_to_another():
    attacker, victim = UserFactory(), UserFactory()
    client = browser(attacker)
    client.post("/accounts/logout/")
    statuses = [try_login(client, victim, "wrong password").status_code for _ in range(LIMIT)]
    assert statuses[-1] == 429


def test_a_forged_device_cookie_is_no_known_device():
    user = UserFactory()
    client = Client()
    client.cookies["device"] = "x:1:forged"
    assert [try_login(client, user, "wrong password").status_code for _ in range(LIMIT)][-1] == 429


def test_passwords_are_not_kept_with_the_failures():
    try_login(Client(), UserFactory(), "canary-password")
    assert AccessAttempt.objects.exists()
    assert "canary-password" not in str(list(AccessAttempt.objects.values()))


def test_the_link_of_an_invitation_is_not_kept_with_the_failures():
    token = "inv_" + "canary" * 7
    here = f"/invitations/{token}/"
    Client().post(f"{LOGIN}?next={here}", {"login": "a@example.com", "password": "wrong", "next": here})
    assert AccessAttempt.objects.exists()
    assert token not in str(list(AccessAttempt.objects.values()))


def test_the_question_for_the_password_before_something_sensitive_is_limited_too():
    client = browser(UserFactory())
    statuses = [
        client.post("/accounts/reauthenticate/", {"password": "wrong password"}).status_code
        for _ in range(12)
    ]
    assert statuses[-1] == 429


def test_one_address_that_floods_the_login_is_stopped():
    statuses = [Client().post(LOGIN, {"login": "", "password": ""}).status_code for _ in range(61)]
    assert statuses[-1] == 429
