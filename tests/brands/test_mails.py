"""Mails of invitations: what one address does to the others."""

import smtplib

import pytest
from anymail.exceptions import AnymailAPIError, AnymailConfigurationError, AnymailRecipientsRefused
from django.core import mail
from django.core.mail.backends.locmem import EmailBackend
from requests import Response

from brands.enums import Role
from brands.mails import send_invitations
from brands.operations.invitations import Invite, invite_people
from tests.faults.sink import HANG_UP, sink
from tests.world import World

pytestmark = pytest.mark.django_db

UNKNOWN = {"odd@example.com": (550, b"No such person here")}
CLOSING = {"odd@example.com": (421, b"Closing")}


@pytest.fixture
def issued():
    names = ("first", "odd", "last")
    return invite_people(invites=[Invite(f"{name}@example.com", Role.BUYER) for name in names], **World().by)


def refused(status):
    response = Response()
    response.status_code = status
    return AnymailAPIError("post", status_code=status, response=response)


@pytest.mark.parametrize(
    ("error", "reached"),
    [
        (AnymailRecipientsRefused(), ["first", "last"]),
        (refused(422), ["first", "last"]),
        (smtplib.SMTPRecipientsRefused(UNKNOWN), ["first", "last"]),
        (smtplib.SMTPDataError(554, b"Spam"), ["first", "last"]),
        (ValueError("Invalid address"), ["first", "last"]),
        (smtplib.SMTPRecipientsRefused(CLOSING), ["first"]),
        (smtplib.SMTPServerDisconnected("gone"), ["first"]),
        (refused(401), ["first"]),
        (refused(503), ["first"]),
        (AnymailAPIError("no answer"), ["first"]),
        (AnymailConfigurationError("no key"), ["first"]),
        (TimeoutError("timed out"), ["first"]),
        (KeyError("ours"), ["first"]),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Exception) else None,
)
def test_a_refused_address_holds_up_nobody_and_a_dead_server_is_asked_once(
    issued, monkeypatch, error, reached
):
    send = EmailBackend.send_messages

    def send_messages(self, messages):
        if messages[0].to == ["odd@example.com"]:
            raise error
        return send(self, messages)

    monkeypatch.setattr(EmailBackend, "send_messages", send_messages)
    mailed = send_invitations(issued)
    addresses = [f"{name}@example.com" for name in reached]
    assert [one.invitation.email for one in issued if one.invitation.pk in mailed] == addresses
    assert [sent.to[0] for sent in mail.outbox] == addresses


@pytest.fixture
def smtp(settings):
    """Mail goes to ``port`` of this machine."""

    def to(port):
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", port

    return to


def test_nobody_waits_without_an_end_for_a_slow_server(issued, smtp, monkeypatch):
    monkeypatch.setattr("brands.mails._SECONDS", 0.3)
    with sink(at_data=lambda _address, _times: 0.2) as server:
        smtp(server.port)
        mailed = send_invitations(issued)
    assert 1 <= len(mailed) < 3
    assert issued[0].invitation.pk in mailed


@pytest.mark.parametrize("closes", [HANG_UP, "421 4.7.0 Closing"])
def test_a_server_that_closes_after_some_mails_is_asked_again(issued, smtp, closes):
    def close_once(address, times):
        return closes if address == "odd@example.com" and not times else None

    with sink(at_data=close_once) as server:
        smtp(server.port)
        assert len(send_invitations(issued)) == 3
    assert (server.connections, [mailed.to for mailed in server.accepted]) == (
        2,
        ["first@example.com", "odd@example.com", "last@example.com"],
    )


def test_a_server_that_closes_at_the_first_mail_is_not_asked_again(issued, smtp):
    with sink(at_data=lambda _address, _times: HANG_UP) as server:
        smtp(server.port)
        assert send_invitations(issued) == set()
    assert server.connections == 1
