"""The mail to a creator asks for what limits the flight, and only for what a creator can give."""

from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest

from authorizations.enums import Reason
from authorizations.rules import RIGHTS_REASONS, Gap
from campaigns.asking import Asked, ask_link
from sparktrack.core.wording import TimeWords

NOW = datetime(2026, 11, 21, 19, 5, tzinfo=UTC)
TIMES = TimeWords(now=NOW, zone="UTC", viewer_zone="UTC")
MAYA = Asked(
    address="maya@glow.example",
    name="Maya",
    title="Morning & night = routine?",
    url="https://www.tiktok.com/@maya.glow/video/7570000000000000001",
    brand="Northbeam",
)


def ask(*reasons, starts_at=None, ends_at=NOW + timedelta(days=20), asked=MAYA):
    link = urlsplit(ask_link(Gap(starts_at, None, reasons), asked, ends_at=ends_at, times=TIMES))
    query = parse_qs(link.query)
    return link, query.get("subject", [""])[0], query.get("body", [""])[0]


def test_a_code_that_ends_is_asked_for_with_its_end_and_the_days_needed():
    link, subject, body = ask(Reason.CODE_EXPIRED, starts_at=NOW + timedelta(days=2))
    assert (link.scheme, link.path) == ("mailto", "maya@glow.example")
    assert subject == "Northbeam: an ad code for your post"
    assert "Our permission to run this post ends Mon 23 Nov, 19:05 UTC." in body
    assert "for 30 days" in body
    assert "Morning & night = routine?\nhttps://www.tiktok.com/@maya.glow/video/7570000000000000001" in body


def test_a_missing_code_is_asked_for_without_an_end():
    _, _, body = ask(Reason.NO_CODE, ends_at=None)
    assert "ends" not in body
    assert "the longest period you can give" in body


def test_a_private_post_is_asked_to_be_public():
    _, subject, body = ask(Reason.POST_UNAVAILABLE, Reason.CODE_EXPIRED)
    assert subject == "Northbeam: is your post private?"
    assert "public again" in body


@pytest.mark.parametrize("reason", sorted(RIGHTS_REASONS | {Reason.CODE_NOT_STARTED}))
def test_a_creator_is_not_asked_for_rights_nor_for_what_only_time_mends(reason):
    assert ask_link(Gap(None, None, (reason,)), MAYA, ends_at=None, times=TIMES) == ""


def test_without_an_address_nobody_is_asked():
    nobody = Asked(address="", name="Maya", title="Title", url="", brand="Northbeam")
    assert ask_link(Gap(None, None, (Reason.NO_CODE,)), nobody, ends_at=None, times=TIMES) == ""


def test_a_title_cannot_add_recipients_or_headers():
    sly = Asked(
        address="maya@glow.example", name="M", title="x&bcc=a@b.example\r\ncc: c", url="", brand="N&cc=z"
    )
    link, subject, body = ask(Reason.NO_CODE, asked=sly)
    assert set(parse_qs(link.query)) == {"subject", "body"}
    assert subject.startswith("N&cc=z")
    assert "x&bcc=a@b.example" in body
