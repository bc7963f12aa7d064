import hashlib
import stat
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from brands.enums import AttachmentSubject
from brands.models import Attachment, AuditEntry
from brands.operations import attachments
from brands.operations.attachments import AttachmentRefusedError, Link, Subject, attach_files, attach_links
from sparktrack.core.actors import Actor, ActorKind
from sparktrack.core.ids import uuid7
from tests.factories import MembershipFactory

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
SUBJECT = Subject(AttachmentSubject.RIGHT, uuid7())


@pytest.fixture
def admin():
    return MembershipFactory()


@pytest.fixture
def by(admin):
    return {
        "brand": admin.brand,
        "subject": SUBJECT,
        "now": NOW,
        "actor": Actor(ActorKind.USER, id=str(admin.user.pk), label=admin.user.email),
    }


def stored_files(brand):
    try:
        return default_storage.listdir(f"attachments/{brand.pk}")[1]
    except FileNotFoundError:
        return []


def test_a_file_is_kept_with_its_hash_under_a_name_of_ours(admin, by):
    (row,) = attach_files(files=[ContentFile(b"contract", "../../Vertrag März.PDF")], **by)
    row.refresh_from_db()
    assert row.sha256 == hashlib.sha256(b"contract").hexdigest()
    assert row.name == "Vertrag März.PDF"
    assert row.added_by == admin.user
    assert row.file.name == f"attachments/{admin.brand.pk}/{row.pk}.pdf"
    path = Path(row.file.path)
    assert [stat.S_IMODE(one.stat().st_mode) for one in (path, path.parent)] == [0o600, 0o700]
    with row.file.open() as file:
        assert file.read() == b"contract"
    assert AuditEntry.objects.get().after["sha256"] == row.sha256


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (b"", "empty.pdf"),
        (b"x", "page.html"),
        (b"x", "run.exe"),
        (b"x", "picture.svg"),
        (b"x", "none"),
        (b"x", ""),
    ],
)
def test_a_file_that_is_empty_or_of_an_unusual_kind_is_refused_with_all_others(admin, by, content, name):
    with pytest.raises(AttachmentRefusedError):
        attach_files(files=[ContentFile(b"good", "good.pdf"), ContentFile(content, name)], **by)
    assert not Attachment.objects.exists()
    assert stored_files(admin.brand) == []


def test_a_file_one_byte_over_the_limit_is_refused(by, monkeypatch):
    monkeypatch.setattr(attachments, "MAX_FILE_BYTES", 4)
    attach_files(files=[ContentFile(b"1234", "fits.txt")], **by)
    with pytest.raises(AttachmentRefusedError, match="larger"):
        attach_files(files=[ContentFile(b"12345", "over.txt")], **by)


def test_nothing_stays_on_the_disk_when_the_database_refuses(admin, by):
    by["subject"] = Subject("nonsense", uuid7())
    with pytest.raises(Exception, match="attachment_subject_kind_known"):
        attach_files(files=[ContentFile(b"one", "one.txt"), ContentFile(b"two", "two.txt")], **by)
    assert stored_files(admin.brand) == []


def test_a_link_is_kept(by):
    (row,) = attach_links(links=[Link(" https://drive.example.com/contract?id=1 ")], **by)
    assert (row.link, row.name) == ("https://drive.example.com/contract?id=1", "drive.example.com")


@pytest.mark.parametrize(
    "url", ["", "javascript:alert(1)", "data:text/html,x", "ftp://x.example/", "https://", "x" * 600]
)
def test_what_is_no_web_address_is_refused(by, url):
    with pytest.raises(AttachmentRefusedError):
        attach_links(links=[Link("https://good.example.com/"), Link(url)], **by)
    assert not Attachment.objects.exists()
