"""Mail: the stored bytes, through any backend of Django; what the server says, sorted.

A repeat is the same message to the last byte, with the Message-ID and the Date of the first, so that whoever gets it
twice can tell (RFC 1047 says why that cannot be ruled out).
"""

import smtplib
import time
from email import message_from_bytes, policy
from email.message import EmailMessage, Message
from http import HTTPStatus
from typing import Any, Self

from anymail.backends.base import AnymailBaseBackend
from anymail.exceptions import AnymailAPIError, AnymailRecipientsRefused
from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection
from django.core.mail.backends.smtp import EmailBackend as SMTPBackend

from alerts.enums import AttemptOutcome
from alerts.models import Delivery
from alerts.sending.answers import Answer

# Connecting has EMAIL_TIMEOUT. Afterwards a server may think: who hangs up on one that is about to accept gets the mail
# sent twice. All answers together stay below the lease (operations/deliveries.py).
ANSWER_SECONDS = 60
_WORDS = 250
# A connection that had been closed says so at once.
_AT_ONCE_SECONDS = 2.0
_SERVICE_GOES = 421  # "closing the channel": the server's habit after some mails, or about to restart
_NOT_THIS_MAIL = {
    HTTPStatus.UNAUTHORIZED,
    HTTPStatus.FORBIDDEN,
    HTTPStatus.REQUEST_TIMEOUT,
    HTTPStatus.TOO_MANY_REQUESTS,
}
_WRITTEN_BY_PROVIDERS = {"from", "to", "subject", "mime-version", "content-type", "content-transfer-encoding"}


class Mailer:
    """Sends over one connection while it is used as a context; a connection that erred is replaced."""

    def __init__(self) -> None:
        self._connection: Any = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self._close()

    def send(self, delivery: Delivery) -> Answer:
        """Hand ``delivery.message`` to the server for ``delivery.address``; never raises for what a server does."""
        used, began = self._connection is not None, time.monotonic()
        answer, stale = self._try(delivery)
        # It was closed since the mail before: that says nothing about this one. (A server that fell silent may have
        # taken it.)
        if stale and used and time.monotonic() - began < _AT_ONCE_SECONDS:
            answer, _ = self._try(delivery)
        return answer

    def _try(self, delivery: Delivery) -> tuple[Answer, bool]:
        """The answer, and whether it only means that a used connection was over."""
        try:
            connection = self._open()
        except Exception as error:  # noqa: BLE001 - backends of providers raise what they like
            self._close()
            return Answer(AttemptOutcome.DEFERRED, f"No connection. {_said(error)}", away=True), False
        try:
            sent = connection.send_messages([stored_mail(delivery, connection)])
        except Exception as error:  # noqa: BLE001
            self._close()
            return _sorted(error), _is_over(error)
        if not sent:
            return Answer(AttemptOutcome.BROKEN, "The mail backend took nothing."), False
        return Answer(AttemptOutcome.ACCEPTED), False

    def _open(self) -> Any:
        if self._connection is None:
            self._connection = get_connection()
            self._connection.open()
            # Only SMTP has a socket that is kept.
            if sock := getattr(getattr(self._connection, "connection", None), "sock", None):
                sock.settimeout(ANSWER_SECONDS)
        return self._connection

    def _close(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            try:
                connection.close()
            except (OSError, smtplib.SMTPException):
                return  # it is gone already


def stored_mail(delivery: Delivery, connection: object) -> EmailMultiAlternatives:
    """The stored message as Django's backends take it.

    SMTP and files write ``message()``, the stored bytes. Providers read the fields, which are filled from them.
    """
    data = bytes(delivery.message or b"")
    mail = _StoredMail(data, from_email=settings.DEFAULT_FROM_EMAIL, to=[delivery.address])
    if not isinstance(connection, SMTPBackend):
        mail.fill()
        _name_repeat(connection, mail, delivery)
    return mail


class _StoredMail(EmailMultiAlternatives):
    def __init__(self, data: bytes, **fields: Any) -> None:
        super().__init__(**fields)
        self._data = data

    def message(self, **_how: Any) -> Any:
        """The bytes as they were stored."""
        return _Written(self._data)

    def fill(self) -> None:
        """Subject, bodies and headers, read out of the bytes."""
        parsed: EmailMessage = message_from_bytes(self._data, policy=policy.default)
        text, html = parsed.get_body(("plain",)), parsed.get_body(("html",))
        self.subject = str(parsed["Subject"] or "")
        self.from_email = str(parsed["From"] or self.from_email)
        self.body = text.get_content() if text else ""
        if html:
            self.attach_alternative(html.get_content(), "text/html")
        self.extra_headers = {
            name: str(value) for name, value in parsed.items() if name.lower() not in _WRITTEN_BY_PROVIDERS
        }


class _Written(Message):
    """A message that is written already; all that a backend asks of it is its bytes."""

    def __init__(self, data: bytes) -> None:
        super().__init__()
        self._data = data

    def as_bytes(self, *_how: Any, linesep: str = "\n") -> bytes:
        """The stored bytes, with the line ends that are asked for."""
        return self._data if linesep == "\r\n" else self._data.replace(b"\r\n", linesep.encode())

    def as_string(self, *_how: Any, **_more: Any) -> str:
        """The same as text, for whoever prints it."""
        return self.as_bytes().decode("utf-8", errors="replace")


def _name_repeat(connection: Any, mail: EmailMultiAlternatives, delivery: Delivery) -> None:
    """Providers that know a repeat by a key get the delivery's id, and drop the second one.

    Resend reads a header of the request (for a day), Brevo one among the headers of the mail (for a quarter of an hour:
    longer than a lease). Postmark and Mailgun know none.
    """
    if isinstance(connection, AnymailBaseBackend):
        if connection.esp_name == "Resend":
            connection.session.headers["Idempotency-Key"] = str(delivery.pk)
        elif connection.esp_name == "Brevo":
            mail.extra_headers["idempotencyKey"] = str(delivery.pk)


def _is_over(error: Exception) -> bool:
    return (
        isinstance(error, smtplib.SMTPServerDisconnected) or getattr(error, "smtp_code", 0) == _SERVICE_GOES
    )


def _sorted(error: Exception) -> Answer:
    """What an error while sending means: 4xx, time-outs and broken connections pass, 5xx for the recipient stays."""
    said = _said(error)
    match error:
        case smtplib.SMTPRecipientsRefused():
            return _by_smtp(min((code for code, _ in error.recipients.values()), default=0), said)
        case smtplib.SMTPSenderRefused() | smtplib.SMTPHeloError():
            # Our sender, not this recipient: nobody else would fare better.
            return Answer(AttemptOutcome.DEFERRED, said, away=True)
        case smtplib.SMTPResponseException():
            return _by_smtp(error.smtp_code, said)
        case AnymailAPIError():
            return _by_http(error.status_code, said)
    if isinstance(error, (AnymailRecipientsRefused, smtplib.SMTPNotSupportedError)):
        # The latter: an address beyond ASCII, and a server that knows only ASCII.
        return Answer(AttemptOutcome.REFUSED, said)
    passing = isinstance(error, OSError)  # time-outs, resets, whatever else smtplib raises
    return Answer(AttemptOutcome.DEFERRED if passing else AttemptOutcome.BROKEN, said)


def _by_smtp(code: int, said: str) -> Answer:
    if code >= 500:
        return Answer(AttemptOutcome.REFUSED, said)
    return Answer(AttemptOutcome.DEFERRED, said, away=code == _SERVICE_GOES)


def _by_http(status: int | None, said: str) -> Answer:
    """A provider's interface: a wrong key, a limit, an error of theirs or no answer say nothing about this mail."""
    if status is None or status >= HTTPStatus.INTERNAL_SERVER_ERROR or status in _NOT_THIS_MAIL:
        return Answer(AttemptOutcome.DEFERRED, said, away=True)
    return Answer(AttemptOutcome.REFUSED, said)


def _said(error: Exception) -> str:
    """The server's words on one line, else the kind of error with its own."""
    words: Any
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        code, words = next(iter(error.recipients.values()), (0, b""))
    elif isinstance(error, smtplib.SMTPResponseException):
        code, words = error.smtp_code, error.smtp_error
    else:
        return " ".join(f"{type(error).__name__}: {error}".split())[:_WORDS]
    text = str(words, "utf-8", "replace") if isinstance(words, bytes) else words
    return " ".join(f"{code} {text}".split())[:_WORDS]
