"""A letter as the bytes of a mail: made once, in this one place, and repeated as they are.

By hand, because the library's newer policy folds a long address in ``List-Unsubscribe`` into encoded words, which no
provider reads, and its older one takes three times as long; so do its encoded words. The answer depends on its
arguments and settings only.
"""

import re
from binascii import b2a_base64, b2a_qp
from collections.abc import Iterator
from datetime import UTC
from email.utils import format_datetime, parseaddr
from urllib.parse import urlsplit

from django.conf import settings
from django.utils.encoding import punycode

from alerts.letters.letter import Letter
from alerts.letters.lines import one_line
from alerts.models import Delivery

# An encoded name must not grow longer than a line of RFC 5322 may be.
_LONGEST_NAME = 60
# Bytes of an encoded word: the first one stands on the line with the name of its header.
_ENCODED = 42
_DOMAIN = re.compile(r"[A-Za-z0-9.-]+")


class HeaderError(ValueError):
    """A header would not be one line of plain characters: nothing is sent then."""


def mime(delivery: Delivery, letter: Letter) -> bytes:
    """The mail: headers, plain text, HTML; CRLF throughout.

    To the ``address`` of the delivery, else of its person; Message-ID and Date are the delivery's. Raises HeaderError
    for a header with a line break or another control character.
    """
    boundary = f"=_{delivery.pk.hex}"
    head = [
        *_headers(delivery, letter),
        f'Content-Type: multipart/alternative; boundary="{boundary}"',
        "",
        "",
    ]
    body = b"".join(
        f"--{boundary}\r\nContent-Type: text/{kind}; charset=utf-8\r\n"
        "Content-Transfer-Encoding: quoted-printable\r\n\r\n".encode()
        + _quoted(text)
        + b"\r\n"  # that of the boundary: the text keeps its own
        for kind, text in (("plain", letter.text), ("html", letter.html))
        if text
    )
    return "\r\n".join(head).encode("ascii") + body + f"--{boundary}--\r\n".encode()


def site_host() -> str:
    """The host of this site, as it stands behind the @ of a Message-ID."""
    return urlsplit(settings.SITE_URL).hostname or "localhost"


def _headers(delivery: Delivery, letter: Letter) -> Iterator[str]:
    name, address = parseaddr(settings.DEFAULT_FROM_EMAIL)
    yield _address("From", name, address)
    person = delivery.user
    to = delivery.address or (person.email if person else "")
    yield _address("To", person.full_name if person else "", _in_ascii(to))
    yield _text("Subject", one_line(letter.subject, 250))
    yield _plain("Date", format_datetime(delivery.dated_at.astimezone(UTC)))
    yield _plain("Message-ID", delivery.message_id)
    for key, value in letter.headers.items():
        yield _plain(key, value)
    # A machine wrote it: nobody's out-of-office need answer (RFC 3834; Exchange has a header of its own).
    yield "Auto-Submitted: auto-generated"
    yield "X-Auto-Response-Suppress: All"
    yield "Content-Language: en"
    yield "MIME-Version: 1.0"


def _address(key: str, name: str, address: str) -> str:
    shown = one_line(name, _LONGEST_NAME)
    if not shown:
        return _plain(key, address)
    if not shown.isascii():
        return f"{_text(key, shown)} {_plain('', f'<{address}>')}"
    escaped = shown.replace("\\", "\\\\").replace('"', '\\"')
    return _plain(key, f'"{escaped}" <{address}>')


def _in_ascii(address: str) -> str:
    """``ana@bücher.example`` with its domain in IDNA, as Django hands it to the server; others as they are."""
    local, _, domain = address.rpartition("@")
    if domain.isascii():
        return address
    try:
        encoded = punycode(domain)
    except UnicodeError:
        encoded = ""
    if not _DOMAIN.fullmatch(encoded):  # a wide comma or @ becomes a real one
        raise HeaderError("The domain of an address is none.")
    return f"{local}@{encoded}"


def _text(key: str, value: str) -> str:
    """A header of words: as it is if short and ASCII, else in encoded words of 75 characters (RFC 2047)."""
    if value.isascii() and len(value) < 70 and "=?" not in value:
        return _plain(key, value)
    words, word = [], b""
    for sign in map(str.encode, value):  # no character is cut
        if len(word) + len(sign) > _ENCODED:
            words.append(word)
            word = b""
        word += sign
    return f"{key}: " + "\r\n ".join(
        f"=?utf-8?b?{b2a_base64(each, newline=False).decode()}?=" for each in (*words, word)
    )


def _plain(key: str, value: str) -> str:
    if not value.isascii() or not value.isprintable():
        raise HeaderError(f"{key or 'An address'} is no line of plain characters.")
    return f"{key}: {value}" if key else value


def _quoted(text: str) -> bytes:
    lines = "\r\n".join(text.splitlines()) + "\r\n"
    return b2a_qp(lines.encode(), istext=True)
