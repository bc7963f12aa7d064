import re

import pytest
from django.conf import settings
from django.core import mail
from django.test import Client

from brands.models import User
from tests.brands.people import browser, confirm_it_is_me, give_app, try_login
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db

EMAIL = "/accounts/email/"


def change(client, email, **extra):
    """Asks for another address."""
    return client.post(EMAIL, {"email": email, "action_add": ""}, **extra)


def confirmation(message):
    """The path of the link in a mail."""
    (link,) = re.findall(r"http\S+/confirm-email/\S+", message.body)
    assert link.startswith(settings.SITE_URL + "/")
    return link.removeprefix(settings.SITE_URL)


def test_the_email_changes_only_after_the_password_was_typed_once_more():
    client = browser(UserFactory())
    assert change(client, "new@example.com")["Location"].startswith("/accounts/reauthenticate/")
    assert mail.outbox == []


@pytest.mark.parametrize("with_app", [False, True])
def test_a_new_address_counts_once_its_mail_was_answered(with_app):
    user = UserFactory()
    old = user.email
    client = browser(user)
    if with_app:
        give_app(user)
    confirm_it_is_me(client)
    change(client, "New@Example.com", headers={"host": "evil.example"})
    user.refresh_from_db()
    assert user.email == old
    message = mail.outbox[-1]
    assert message.to == ["new@example.com"]
    assert "evil.example" not in message.body
    path = confirmation(message)
    client.get(path)
    user.refresh_from_db()
    assert user.email == old
    client.post(path)
    user.refresh_from_db()
    assert user.email == "new@example.com"
    assert [message.to for message in mail.outbox if "was changed" in message.subject] == [[old]]
    assert try_login(Client(), "new@example.com").status_code == 302
    assert try_login(Client(), old).status_code == 200


def test_the_address_of_somebody_else_is_not_taken_and_not_told():
    other = UserFactory()
    user = UserFactory()
    client = browser(user)
    confirm_it_is_me(client)
    change(client, other.email)
    for message in mail.outbox:
        if "/confirm-email/" in message.body:
            client.post(confirmation(message))
    user.refresh_from_db()
    assert user.email != other.email
    assert User.objects.filter(email=other.email).get() == other
