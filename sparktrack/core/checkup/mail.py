"""Mail: the server is asked all that is asked before a mail, and none is sent unless somebody says to whom."""

import smtplib
import socket
import ssl
from collections.abc import Iterator
from email.utils import parseaddr
from pathlib import Path
from typing import Any

from anymail.exceptions import AnymailError
from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from requests import RequestException

from sparktrack.core.checkup.findings import Finding, fine, first_line, note, wrong

ABOUT = "Mail"
_SMTP = "django.core.mail.backends.smtp.EmailBackend"
_TROUBLES: dict[type[Exception], str] = {
    socket.gaierror: "there is no such host: look at EMAIL_URL.",
    ConnectionRefusedError: "nothing listens there: look at host and port of EMAIL_URL.",
    TimeoutError: "no answer in time: a firewall may be in between.",
    ssl.SSLError: "it does not speak TLS there: smtp+tls:// is for port 587, smtp+ssl:// for port 465.",
    smtplib.SMTPNotSupportedError: "it offers no TLS or no login: smtp:// without user and password may be right.",
    smtplib.SMTPServerDisconnected: "it hung up. Is smtp+ssl:// needed instead of smtp+tls://?",
}


def check_mail() -> Iterator[Finding]:
    """Connects, encrypts, logs in, and asks whether mails of our sender are taken."""
    backend = settings.EMAIL_BACKEND
    if backend == _SMTP:
        yield from _check_smtp()
    elif backend.startswith("anymail."):
        provider = backend.split(".")[2].capitalize()
        yield note(
            ABOUT, f"goes through {provider}, from {settings.DEFAULT_FROM_EMAIL}; --send-to proves it."
        )
    else:
        folder = Path(settings.EMAIL_FILE_PATH)
        yield note(
            ABOUT, f"is kept in {folder} instead of being sent, and shown at {settings.SITE_URL}/dev/mail/."
        )


def _check_smtp() -> Iterator[Finding]:
    where = f"{settings.EMAIL_HOST}:{settings.EMAIL_PORT}"
    connection: Any = get_connection()
    try:
        connection.open()
        smtp: smtplib.SMTP = connection.connection
        smtp.ehlo_or_helo_if_needed()
        smtp.noop()
        code, answer = smtp.mail(parseaddr(settings.DEFAULT_FROM_EMAIL)[1])
        smtp.rset()
    except (OSError, smtplib.SMTPException) as error:
        yield wrong(ABOUT, f"{where}: {_trouble(error)}")
        return
    finally:
        connection.fail_silently = True
        connection.close()
    if code >= 400:
        said = _said(answer)
        yield wrong(ABOUT, f"{where} takes no mail from {settings.DEFAULT_FROM_EMAIL}: {code} {said}")
        return
    how = "with TLS" if settings.EMAIL_USE_TLS or settings.EMAIL_USE_SSL else "without encryption"
    # Not as whom: with some providers the name is the key.
    login = ", lets us log in" if settings.EMAIL_HOST_USER else ""
    yield fine(ABOUT, f"{where} answers {how}{login}, and takes mails from {settings.DEFAULT_FROM_EMAIL}.")


def send_test_mail(address: str) -> Finding:
    """Sends one mail to ``address`` and says whether it was accepted."""
    mail = EmailMessage(
        subject="sparktrack can send mails",
        body=f"This mail was sent by manage.py doctor of {settings.SITE_URL}.\n",
        to=[address],
    )
    try:
        accepted = mail.send()
    except (OSError, smtplib.SMTPException, AnymailError, RequestException) as error:
        return wrong("Test mail", f"to {address} was not accepted: {_trouble(error)}")
    if not accepted:
        return wrong("Test mail", f"to {address} was not accepted.")
    return fine("Test mail", f"to {address} was accepted. Whether it arrives, only the mailbox can tell.")


def _trouble(error: Exception) -> str:
    """The same kinds of error as people call them, and what to do."""
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"its certificate is not to be trusted ({error.verify_message})."
    # smtplib calls a server that it has waited for in vain disconnected.
    cause = error.__context__ if isinstance(error.__context__, TimeoutError) else error
    for kind, words in _TROUBLES.items():
        if isinstance(cause, kind):
            return words
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return "; ".join(f"{code} {_said(said)}" for code, said in error.recipients.values())
    if isinstance(error, smtplib.SMTPResponseException):
        refused = (
            "user and password are refused: " if isinstance(error, smtplib.SMTPAuthenticationError) else ""
        )
        return f"{refused}{error.smtp_code} {_said(error.smtp_error)}"
    return _said(first_line(error))


def _said(answer: bytes | str) -> str:
    text = answer.decode("utf-8", "replace") if isinstance(answer, bytes) else answer
    password = settings.EMAIL_HOST_PASSWORD
    text = " ".join(text.split())
    return text.replace(password, "…") if password else text
