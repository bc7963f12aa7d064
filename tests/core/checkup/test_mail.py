"""What the doctor says about mail servers: real ones, each with its own trouble."""

import socket
import ssl
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from sparktrack.core.checkup.findings import Verdict
from sparktrack.core.checkup.mail import check_mail, send_test_mail
from sparktrack.core.clock import utc_now
from tests import servers


class Inbox:
    """Keeps what it accepts; senders of ``refused.example`` and recipients ``nobody@`` it does not want."""

    def __init__(self) -> None:
        self.mails: list[Any] = []

    async def handle_MAIL(self, _server, _session, envelope, address, options):  # noqa: N802 - aiosmtpd calls it so
        if address.endswith("@refused.example"):
            return "550 5.7.1 we know no such domain"
        envelope.mail_from = address
        return "250 OK"

    async def handle_RCPT(self, _server, _session, envelope, address, options):  # noqa: N802
        if address.startswith("nobody@"):
            return "550 5.1.1 no such mailbox"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server, _session, envelope):  # noqa: N802
        self.mails.append(envelope)
        return "250 OK"


@contextmanager
def smtp_server(settings, **options):
    inbox = Inbox()
    controller = Controller(inbox, hostname="127.0.0.1", port=servers.free_port(), **options)
    controller.start()
    point_at(settings, controller.port)
    try:
        yield inbox
    finally:
        controller.stop()


def point_at(settings, port, host="127.0.0.1"):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = host, port
    settings.EMAIL_USE_TLS = settings.EMAIL_USE_SSL = False
    settings.EMAIL_HOST_USER = settings.EMAIL_HOST_PASSWORD = ""
    settings.EMAIL_TIMEOUT = 1
    settings.DEFAULT_FROM_EMAIL = "sparktrack <alerts@sparktrack.example>"


def answer():
    (finding,) = check_mail()
    return finding.verdict, finding.words


def test_a_server_that_works_gets_no_mail(settings):
    with smtp_server(settings) as inbox:
        verdict, words = answer()
    assert verdict == Verdict.FINE, words
    assert "without encryption" in words
    assert inbox.mails == []


def test_nothing_that_listens_and_no_such_host(settings):
    point_at(settings, servers.free_port())
    verdict, words = answer()
    assert verdict == Verdict.WRONG
    assert words.startswith(f"127.0.0.1:{settings.EMAIL_PORT}: nothing listens there")
    point_at(settings, 25, host="no-such-host.invalid")
    verdict, words = answer()
    assert verdict == Verdict.WRONG
    assert "no such host" in words


def test_a_server_that_says_nothing(settings):
    with socket.create_server(("127.0.0.1", 0)) as mute:
        point_at(settings, mute.getsockname()[1])
        assert "no answer in time" in answer()[1]


def test_a_password_that_is_refused_is_not_said(settings):
    def refuse(*_):
        return AuthResult(success=False, handled=False, message="535 5.7.8 not hunter2")

    with smtp_server(settings, authenticator=refuse, auth_require_tls=False):
        settings.EMAIL_HOST_USER, settings.EMAIL_HOST_PASSWORD = "mailer", "hunter2"
        verdict, words = answer()
    assert verdict == Verdict.WRONG
    assert "user and password are refused" in words
    assert "hunter2" not in words


def test_a_server_without_tls_or_login(settings):
    with smtp_server(settings):
        settings.EMAIL_USE_TLS = True
        assert "offers no TLS" in answer()[1]
        settings.EMAIL_USE_TLS, settings.EMAIL_USE_SSL = False, True
        assert "smtp+ssl:// for port 465" in answer()[1]


def certificate(folder):
    """A self-signed one for 127.0.0.1; the path of certificate and key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "mail.example")])
    now = utc_now()
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    path = folder / "certificate.pem"
    path.write_bytes(
        made.public_bytes(serialization.Encoding.PEM)
        + key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )
    return path


def test_a_certificate_that_nobody_vouches_for(settings, tmp_path):
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate(tmp_path))
    with smtp_server(settings, tls_context=context):
        settings.EMAIL_USE_TLS = True
        verdict, words = answer()
    assert verdict == Verdict.WRONG
    assert "certificate is not to be trusted" in words


def test_a_sender_that_the_server_does_not_take(settings):
    with smtp_server(settings):
        settings.DEFAULT_FROM_EMAIL = "alerts@refused.example"
        verdict, words = answer()
    assert verdict == Verdict.WRONG
    assert "takes no mail from alerts@refused.example: 550 5.7.1 we know no such domain" in words


def test_a_test_mail_is_sent_when_asked_for(settings):
    with smtp_server(settings) as inbox:
        assert send_test_mail("ada@example.com").verdict == Verdict.FINE
        refused = send_test_mail("nobody@example.com")
    (mail,) = inbox.mails
    assert mail.rcpt_tos == ["ada@example.com"]
    assert b"Subject: sparktrack can send mails" in mail.content
    assert refused.verdict == Verdict.WRONG
    assert "550 5.1.1 no such mailbox" in refused.words


def test_a_provider_and_the_folder_are_said_without_a_key(settings):
    settings.EMAIL_BACKEND = "anymail.backends.postmark.EmailBackend"
    settings.ANYMAIL = {"POSTMARK_SERVER_TOKEN": "hunter2", "REQUESTS_TIMEOUT": 1}
    verdict, words = answer()
    assert (verdict, "Postmark" in words, "hunter2" in words) == (Verdict.NOTE, True, False)
    settings.ANYMAIL = {**settings.ANYMAIL, "POSTMARK_API_URL": f"http://127.0.0.1:{servers.free_port()}/"}
    failed = send_test_mail("ada@example.com")
    assert failed.verdict == Verdict.WRONG
    assert "hunter2" not in failed.words
    settings.EMAIL_BACKEND = "sparktrack.core.mailbox.EmailBackend"
    assert answer()[0] == Verdict.NOTE
