"""Mails of the embedded default: each is a file in ``var/mail/`` instead of being sent, and shown at /dev/mail/."""

import os
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email import message_from_bytes
from email.errors import HeaderParseError
from email.header import decode_header, make_header
from email.message import Message
from email.parser import BytesParser
from email.utils import getaddresses
from itertools import islice
from pathlib import Path
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.mail.backends.base import BaseEmailBackend
from django.core.mail.message import EmailMessage

from sparktrack.core.ids import uuid7

_LOOKED_THROUGH = 2_000  # of the newest mails, when somebody searches
_HEADERS = 64 * 1024  # bytes of a file in which they are looked for


class EmailBackend(BaseEmailBackend):
    """Writes every mail to a file of its own, for its owner only; a reader never meets half of one."""

    def __init__(self, file_path: str | Path | None = None, **options: Any) -> None:
        super().__init__(**options)
        self._folder = Path(file_path or settings.EMAIL_FILE_PATH)
        self._lock = threading.Lock()

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        """Stores them; returns how many. Raises OSError unless ``fail_silently``."""
        written = 0
        with self._lock:
            for message in email_messages:
                if not message.recipients():
                    continue
                try:
                    self._write(message.message().as_bytes())
                except OSError:
                    if not self.fail_silently:
                        raise
                else:
                    written += 1
        return written

    def _write(self, content: bytes) -> None:
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        path = self._folder / f"{uuid7()}.eml"
        part = path.with_suffix(".part")
        with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(content)
        part.replace(path)


@dataclass(frozen=True, slots=True)
class Listed:
    """A line of the list. Texts are empty where the mail does not say."""

    pk: UUID
    at: datetime
    subject: str
    sender: str
    recipients: str


@dataclass(frozen=True, slots=True)
class Opened:
    """One mail with all its parts, as far as they can be read; ``source`` is the file itself."""

    line: Listed
    headers: list[tuple[str, str]]
    text: str
    html: str
    attachments: list[str]
    source: bytes


class Mailbox:
    """The stored mails of a folder, newest first. A file that is damaged or half there is shown as far as it goes."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def page(self, *, size: int, before: UUID | None = None, words: str = "") -> list[Listed]:
        """At most ``size`` mails that came before ``before``; ``words`` must be in their recipients or subject."""
        lines = (line for path in self._newest(before) if (line := self._listed(path)))
        wanted = words.casefold()
        if wanted:
            seen = islice(lines, _LOOKED_THROUGH)
            lines = (line for line in seen if wanted in f"{line.recipients}\n{line.subject}".casefold())
        return list(islice(lines, size))

    def open(self, pk: UUID) -> Opened | None:
        """The mail, or None if there is none."""
        path = self._folder / f"{pk}.eml"
        try:
            source = path.read_bytes()
        except FileNotFoundError:
            return None
        mail = message_from_bytes(source)
        return Opened(
            line=_line(pk, mail),
            headers=[(name, _decoded(value)) for name, value in mail.items()],
            text=_first(mail, "text/plain"),
            html=_first(mail, "text/html"),
            attachments=[name for part in mail.walk() if (name := part.get_filename())],
            source=source,
        )

    def _newest(self, before: UUID | None) -> Iterator[Path]:
        paths = sorted(self._folder.glob("*.eml"), reverse=True)  # ids sort by time
        return (path for path in paths if before is None or path.stem < str(before))

    def _listed(self, path: Path) -> Listed | None:
        try:
            pk = UUID(path.stem)
            with path.open("rb") as file:
                head = file.read(_HEADERS)
        except (ValueError, FileNotFoundError):  # no file of ours, or deleted at this moment
            return None
        return _line(pk, BytesParser().parsebytes(head, headersonly=True))


def _line(pk: UUID, mail: Message) -> Listed:
    names = ("To", "Cc", "Bcc")
    people = getaddresses([_decoded(value) for name in names for value in mail.get_all(name, [])])
    return Listed(
        pk=pk,
        at=datetime.fromtimestamp(
            (pk.int >> 80) / 1000, tz=UTC
        ),  # UUIDv7 begins with its time in milliseconds
        subject=_decoded(mail.get("Subject", "")),
        sender=_decoded(mail.get("From", "")),
        recipients=", ".join(address for _, address in people if address),
    )


def _decoded(value: Any) -> str:
    """A header as people read it; as it stands where it cannot be decoded."""
    raw = " ".join(str(value).split())
    try:
        return str(make_header(decode_header(raw)))
    except (HeaderParseError, LookupError, UnicodeError, ValueError):
        return raw


def _first(mail: Message, kind: str) -> str:
    """The first part of this type that is no attachment."""
    for part in mail.walk():
        if part.get_content_type() == kind and part.get_content_disposition() != "attachment":
            content = part.get_payload(decode=True)
            if isinstance(content, bytes):
                return _text(content, part.get_content_charset() or "utf-8")
    return ""


def _text(content: bytes, charset: str) -> str:
    try:
        return content.decode(charset, "replace")
    except LookupError:
        return content.decode("utf-8", "replace")
