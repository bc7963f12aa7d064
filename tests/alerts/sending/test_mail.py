"""Mail through a real server: what it says is sorted, and a repeat is the same message to the last byte."""

import smtplib
from datetime import UTC, datetime
from email import message_from_bytes, policy

import pytest
import requests
from anymail.exceptions import AnymailAPIError, AnymailRecipientsRefused
from django.core import mail as outgoing
from django.core.mail import get_connection

from alerts.letters.mime import mime
from alerts.models import Delivery
from alerts.sending import mail
from alerts.sending.mail import Mailer, stored_mail
from brands.models import User
from tests.alerts.sending.post import letter
from tests.faults.sink import GREYLISTED, HANG_UP, UNKNOWN, sink
from tests.servers import free_port

pytestmark = [pytest.mark.once, pytest.mark.django_db]

NOW = datetime(2026, 11, 22, 3, tzinfo=UTC)
A, B = "a@example.com", "b@example.com"


@pytest.fixture
def smtp(settings):
    """Mail goes to ``port`` of this machine."""

    def to(port):
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", port

    return to


def ready(address=A, number=1):
    """A message as the engine hands it over."""
    user = User(email=address, full_name="Ana Núñez")
    delivery = Delivery(
        key=f"test:{number}", user=user, address=address, message_id=f"<{number}@example.com>", dated_at=NOW
    )
    delivery.message = mime(delivery, letter(delivery, now=NOW))
    return delivery


def said(answer):
    return answer.outcome.value, answer.text, answer.away


def test_the_stored_bytes_arrive_over_one_connection(smtp):
    with sink() as server, Mailer() as mailer:
        smtp(server.port)
        sent = [ready(number=number) for number in range(3)]
        assert [mailer.send(delivery).outcome for delivery in sent] == ["accepted"] * 3
        assert [arrived.content for arrived in server.accepted] == [delivery.message for delivery in sent]
        assert server.connections == 1
    parsed = message_from_bytes(sent[0].message, policy=policy.default)
    assert (parsed["Message-ID"], parsed["Date"].datetime) == ("<0@example.com>", NOW)


def test_what_the_server_says_of_a_recipient(smtp):
    answers = {"gone@example.com": UNKNOWN, "later@example.com": GREYLISTED}
    with sink(at_rcpt=lambda address, _: answers.get(address)) as server, Mailer() as mailer:
        smtp(server.port)
        assert said(mailer.send(ready("gone@example.com"))) == ("refused", UNKNOWN, False)
        assert said(mailer.send(ready("later@example.com"))) == ("deferred", GREYLISTED, False)
        assert said(mailer.send(ready())) == ("accepted", "", False)


def test_a_domain_beyond_ascii_reaches_any_server(smtp):
    with sink() as server, Mailer() as mailer:
        smtp(server.port)
        assert said(mailer.send(ready("ana@bücher.example"))) == ("accepted", "", False)
        assert [arrived.to for arrived in server.accepted] == ["ana@xn--bcher-kva.example"]


def test_what_the_server_says_of_a_message(smtp):
    answers = ["554 Looks like spam", "452 No room now"]
    with sink(at_data=lambda _, times: answers[times] if times < 2 else None) as server, Mailer() as mailer:
        smtp(server.port)
        delivery = ready()
        assert said(mailer.send(delivery)) == ("refused", "554 Looks like spam", False)
        assert said(mailer.send(delivery)) == ("deferred", "452 No room now", False)
        assert said(mailer.send(delivery)) == ("accepted", "", False)


def test_a_server_that_hangs_up_in_the_middle_gets_the_mail_again_over_a_new_connection(smtp):
    with sink(at_data=lambda _, times: HANG_UP if times == 0 else None) as server, Mailer() as mailer:
        smtp(server.port)
        delivery = ready()
        first = mailer.send(delivery)
        assert (first.outcome, first.away) == ("deferred", False)
        assert mailer.send(delivery).outcome == "accepted"
        assert server.connections == 2


def test_a_connection_that_was_over_is_replaced_at_once(smtp):
    with sink() as server, Mailer() as mailer:
        smtp(server.port)
        mailer.send(ready())
        mailer._connection.connection.sock.shutdown(2)
        assert mailer.send(ready(number=2)).outcome == "accepted"
        assert server.connections == 2


def test_a_server_that_says_nothing_is_left_after_a_while(smtp, monkeypatch):
    monkeypatch.setattr(mail, "ANSWER_SECONDS", 0.2)
    with sink(at_data=lambda _, times: 1.0 if times == 0 else None) as server, Mailer() as mailer:
        smtp(server.port)
        answer = mailer.send(ready())
        assert (answer.outcome, answer.away) == ("deferred", False)


def test_a_server_that_does_not_answer_is_away(smtp):
    smtp(free_port())
    with Mailer() as mailer:
        answer = mailer.send(ready())
    assert (answer.outcome, answer.away) == ("deferred", True)
    assert answer.text.startswith("No connection. ConnectionRefusedError")


class Response:
    """What a provider's interface answered."""

    reason, text = "a reason", "some words"

    def __init__(self, status):
        self.status_code = status

    def json(self):
        raise ValueError


@pytest.mark.parametrize(
    ("error", "outcome", "away"),
    [
        (smtplib.SMTPSenderRefused(550, b"Not you", "x@example.com"), "deferred", True),
        (smtplib.SMTPDataError(421, b"Closing"), "deferred", True),
        (smtplib.SMTPNotSupportedError("SMTPUTF8"), "refused", False),
        (TimeoutError("timed out"), "deferred", False),
        (AnymailAPIError("post", status_code=401, response=Response(401)), "deferred", True),
        (AnymailAPIError("post", status_code=422, response=Response(422)), "refused", False),
        (AnymailAPIError("post", status_code=503, response=Response(503)), "deferred", True),
        (AnymailAPIError("no answer"), "deferred", True),
        (AnymailRecipientsRefused(), "refused", False),
        (KeyError("ours"), "broken", False),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Exception) else None,
)
def test_every_other_error_is_sorted(error, outcome, away):
    answer = mail._sorted(error)
    assert (answer.outcome, answer.away) == (outcome, away)


@pytest.mark.parametrize("backend", ["locmem", "filebased"])
def test_other_backends_get_the_same_bytes(settings, tmp_path, backend):
    settings.EMAIL_BACKEND = f"django.core.mail.backends.{backend}.EmailBackend"
    settings.EMAIL_FILE_PATH = tmp_path
    delivery = ready()
    with Mailer() as mailer:
        assert mailer.send(delivery).outcome == "accepted"
    if backend == "locmem":
        [sent] = outgoing.outbox
        assert (sent.to, sent.subject) == ([A], "Stops Thu 3 Dec 09:30: test:1")
        written = sent.message().as_bytes(linesep="\r\n")
    else:
        [file] = tmp_path.iterdir()
        written = file.read_bytes().split(b"-" * 79)[0].rstrip(b"\n").replace(b"\n", b"\r\n") + b"\r\n"
    assert written == delivery.message


@pytest.fixture
def posted(monkeypatch):
    """The requests that would go to a provider; each is answered as Resend and Brevo do."""
    sent = []

    def request(session, **how):
        sent.append({**how, "headers": {**session.headers, **how["headers"]}})
        answer = requests.Response()
        answer.status_code = 201
        answer._content = b'{"id": "1", "messageId": "1"}'
        return answer

    monkeypatch.setattr(requests.Session, "request", request)
    return sent


@pytest.mark.parametrize("provider", ["resend", "brevo", "postmark"])
def test_a_provider_gets_the_same_fields_and_can_tell_a_repeat(settings, posted, provider):
    settings.ANYMAIL = {"RESEND_API_KEY": "k", "BREVO_API_KEY": "k", "POSTMARK_SERVER_TOKEN": "k"}
    settings.EMAIL_BACKEND = f"anymail.backends.{provider}.EmailBackend"
    delivery = ready()
    with Mailer() as mailer:
        for _ in range(2):
            mailer.send(delivery)
    first, second = posted
    assert first["data"] == second["data"]
    assert "Stops Thu 3 Dec 09:30: test:1" in first["data"]
    assert "<1@example.com>" in first["data"]
    assert "In-Reply-To" not in first["data"]
    assert "lapse-1@example.com" in first["data"]
    if provider == "resend":
        assert first["headers"]["Idempotency-Key"] == str(delivery.pk)
    if provider == "brevo":
        assert f'"idempotencyKey": "{delivery.pk}"' in first["data"]


def test_a_backend_that_takes_nothing_is_a_mistake_of_ours(settings, monkeypatch):
    settings.EMAIL_BACKEND = "django.core.mail.backends.dummy.EmailBackend"
    delivery = ready()
    assert stored_mail(delivery, get_connection()).message().as_string().startswith("From: ")
    monkeypatch.setattr("django.core.mail.backends.dummy.EmailBackend.send_messages", lambda *_mails: 0)
    with Mailer() as mailer:
        assert said(mailer.send(delivery)) == ("broken", "The mail backend took nothing.", False)
