"""The bytes of a mail, read again by the library's own parser."""

from datetime import UTC, datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default

import pytest
from django.test import override_settings

from alerts.enums import DeliveryKind
from alerts.letters.letter import Letter
from alerts.letters.mime import HeaderError, mime
from alerts.models import Delivery
from brands.models import User
from sparktrack.core.ids import uuid7

DATED = datetime(2026, 11, 21, 14, 5, tzinfo=UTC)
LETTER = Letter(
    subject="Stops Thu 3 Dec 09:30: Morning routine · @maya.glow · Q4 Glow",
    text="Stops.\n\nThe code ends.\n.\nFrom here on: ≈ $420 a day\n",
    html="<!DOCTYPE html><p>Stops \u2013 " + "long " * 300 + "</p>",
    headers={
        "List-Unsubscribe": f"<https://sparktrack.example/mail/unsubscribe/{'a' * 150}/>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
        "References": "<lapse-1@sparktrack.example>",
    },
)


def delivery(**fields):
    user = User(email=fields.pop("email", "ana@example.com"), full_name=fields.pop("name", "Ana Silva"))
    pk = uuid7()
    fields = {"message_id": f"<{pk.hex}@sparktrack.example>", "dated_at": DATED, **fields}
    return Delivery(id=pk, kind=DeliveryKind.ALERT, key="alert:1", user=user, **fields)


def parsed(raw: bytes) -> EmailMessage:
    message = message_from_bytes(raw, policy=default)
    assert isinstance(message, EmailMessage)
    assert message.defects == []
    return message


def part(message: EmailMessage, kind: str) -> str:
    body = message.get_body((kind,))
    assert body is not None
    assert body.defects == []
    return str(body.get_content()).replace("\r\n", "\n")


def test_a_mail_reads_back_as_it_was_written():
    row = delivery()
    message = parsed(mime(row, LETTER))
    assert message["Subject"] == LETTER.subject
    assert str(message["To"]) == "Ana Silva <ana@example.com>"
    assert message["From"].addresses[0].addr_spec == "sparktrack@localhost"
    assert message["Date"].datetime == DATED
    assert message["Message-ID"] == row.message_id
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["Content-Language"] == "en"
    assert part(message, "plain") == LETTER.text
    assert part(message, "html").rstrip("\n") == LETTER.html


def test_the_same_delivery_and_letter_give_the_same_bytes():
    row = delivery()
    assert mime(row, LETTER) == mime(row, LETTER)


def test_lines_are_short_ascii_and_end_in_crlf():
    raw = mime(delivery(), LETTER)
    assert raw.isascii()
    assert b"\n" not in raw.replace(b"\r\n", b"")
    assert b"\r" not in raw.replace(b"\r\n", b"")
    _, _, body = raw.partition(b"\r\n\r\n")
    assert max(map(len, body.split(b"\r\n"))) <= 78
    assert max(map(len, raw.split(b"\r\n"))) <= 998


def test_the_address_to_unsubscribe_stays_in_one_piece():
    # Encoded words would hide it from every provider (RFC 8058).
    raw = mime(delivery(), LETTER)
    assert f"\r\nList-Unsubscribe: {LETTER.headers['List-Unsubscribe']}\r\n".encode() in raw


@pytest.mark.parametrize(
    "name", ["Ana\r\nBcc: evil@example.com", "Ana\nBcc: evil@example.com", "\rX: y", "a\x00b"]
)
def test_a_name_cannot_add_a_header(name):
    message = parsed(mime(delivery(name=name), LETTER))
    assert "Bcc" not in message
    assert "X" not in message
    assert [each.addr_spec for each in message["To"].addresses] == ["ana@example.com"]


@pytest.mark.parametrize(
    "name",
    ['Ana "the boss" Silva', "Silva, Ana", "Ána Sílva", "阿娜 " * 30, "a@b <c@d.example>", "=?utf-8?q?x?="],
)
def test_any_name_leaves_one_recipient(name):
    to = parsed(mime(delivery(name=name), LETTER))["To"]
    assert [each.addr_spec for each in to.addresses] == ["ana@example.com"]


@pytest.mark.parametrize("subject", ["Stops\r\nBcc: evil@example.com", "a\u2028Bcc: b", "ünï\r\n\r\n<p>body"])
def test_a_subject_cannot_add_a_header_or_end_the_head(subject):
    message = parsed(mime(delivery(), Letter(subject=subject, text="x", html="<p>x</p>")))
    assert "Bcc" not in message
    assert message.get_content_type() == "multipart/alternative"


@pytest.mark.parametrize("subject", ["S" * 240, "Ü" * 240, "=?utf-8?q?=0D=0ABcc=3A?= x", "👩‍👧 " * 60])
def test_any_subject_reads_back(subject):
    raw = mime(delivery(), Letter(subject=subject, text="x", html="<p>x</p>"))
    assert str(parsed(raw)["Subject"]).split() == subject.split()
    head = raw.partition(b"\r\n\r\n")[0]
    encoded = [line for line in head.split(b"\r\n") if b"=?utf-8?" in line]
    assert all(len(line) <= 78 for line in encoded)


@pytest.mark.parametrize(
    ("field", "value"),
    [("message_id", "<a@b>\r\nBcc: evil@example.com"), ("email", "ana@example.com\nBcc: x@example.com")],
)
def test_other_headers_refuse_a_line_break(field, value):
    with pytest.raises(HeaderError):
        mime(delivery(**{field: value}), LETTER)


@pytest.mark.parametrize("name", ["Ana Silva", "Ana Núñez", ""])
def test_a_domain_beyond_ascii_is_written_in_idna(name):
    to = parsed(mime(delivery(email="ana@bücher.example", name=name), LETTER))["To"]
    assert [each.addr_spec for each in to.addresses] == ["ana@xn--bcher-kva.example"]


@pytest.mark.parametrize(
    "address",
    [
        "añá@example.com",
        "a@b\uff0cc.example",
        "a@b\uff20c.example",
        "a@" + "ü" * 70 + ".example",
        "a@ü..example",
    ],
)
def test_what_cannot_be_written_in_ascii_is_refused(address):
    with pytest.raises(HeaderError):
        mime(delivery(email=address), LETTER)


def test_a_header_of_the_letter_refuses_a_line_break():
    with pytest.raises(HeaderError):
        mime(delivery(), Letter(subject="x", text="x", html="x", headers={"References": "<a>\r\nBcc: b"}))


def test_it_goes_to_the_address_on_record_and_comes_from_the_setting():
    with override_settings(DEFAULT_FROM_EMAIL="Späher <alerts@sparktrack.example>"):
        message = parsed(mime(delivery(address="old@example.com"), LETTER))
    assert message["To"].addresses[0].addr_spec == "old@example.com"
    assert message["From"].addresses[0].display_name == "Späher"
