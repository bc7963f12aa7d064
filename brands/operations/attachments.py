"""Evidence: files and links on a right, code, post or request."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import PurePath
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from django.core.exceptions import ValidationError
from django.core.files.base import File
from django.core.validators import URLValidator
from django.db import transaction

from brands.enums import AttachmentSubject
from brands.models import Attachment, Brand
from brands.operations.audit import Change, record_changes
from sparktrack.core.actors import Actor
from sparktrack.core.refusals import RefusedError

MAX_FILE_BYTES = 20 * 1024 * 1024
MAX_FILES = 20
# What proves something: documents, pictures, mails, chats. Nothing a browser would run.
_MEDIA_TYPES = {
    "pdf": "application/pdf",
    "png": "image/png",
    "jpg": "image/jpeg",
    "jpeg": "image/jpeg",
    "webp": "image/webp",
    "heic": "image/heic",
    "gif": "image/gif",
    "txt": "text/plain",
    "csv": "text/csv",
    "eml": "message/rfc822",
    "msg": "application/vnd.ms-outlook",
    "doc": "application/msword",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xls": "application/vnd.ms-excel",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "odt": "application/vnd.oasis.opendocument.text",
    "ods": "application/vnd.oasis.opendocument.spreadsheet",
    "zip": "application/zip",
    "mp4": "video/mp4",
    "mov": "video/quicktime",
    "m4a": "audio/mp4",
}


class AttachmentRefusedError(RefusedError):
    """A file or link that is not kept."""


@dataclass(frozen=True, slots=True)
class Subject:
    """The thing an attachment hangs on; the caller has looked it up in the brand."""

    kind: AttachmentSubject
    id: UUID


@dataclass(frozen=True, slots=True)
class Link:
    """An address on the web and what to call it."""

    url: str
    name: str = ""


def attach_files(
    *, brand: Brand, subject: Subject, files: "Sequence[File[bytes]]", now: datetime, actor: Actor
) -> list[Attachment]:
    """Keep files, each with its SHA-256; none is kept if one is refused.

    Raises AttachmentRefusedError: more than 20 files, one empty or larger than 20 MB, or of an unusual kind.
    """
    if len(files) > MAX_FILES:
        raise AttachmentRefusedError(f"At most {MAX_FILES} files at once.", field="files")
    for file in files:
        _require_acceptable(file)
    rows: list[Attachment] = []
    try:
        with transaction.atomic():
            for file in files:
                row = _row(brand, subject, now=now, actor=actor)
                row.name = _file_name(file)
                row.sha256 = _sha256(file)
                rows.append(row)
                row.file.save(row.name, file, save=False)
            Attachment.objects.bulk_create(rows)
            record_changes(brand, _changes(rows), now=now, actor=actor)
    except BaseException:
        # The transaction takes the rows back; nothing else would take back what is on the disk.
        for row in rows:
            if row.file:
                row.file.storage.delete(row.file.name or "")
        raise
    return rows


def attach_links(
    *, brand: Brand, subject: Subject, links: Sequence[Link], now: datetime, actor: Actor
) -> list[Attachment]:
    """Keep links. Raises AttachmentRefusedError for what is not an http or https address."""
    rows = []
    for link in links:
        row = _row(brand, subject, now=now, actor=actor)
        row.link = _web_address(link.url)
        row.name = (link.name.strip() or urlsplit(row.link).netloc)[:200]
        rows.append(row)
    with transaction.atomic():
        Attachment.objects.bulk_create(rows)
        record_changes(brand, _changes(rows), now=now, actor=actor)
    return rows


def media_type(name: str) -> str:
    """Of what kind the file of this name is: ``application/pdf``; by its ending, for nobody looked inside."""
    return _MEDIA_TYPES.get(_suffix(name), "application/octet-stream")


def _suffix(name: str) -> str:
    return PurePath(name).suffix.lower().lstrip(".")


def _row(brand: Brand, subject: Subject, *, now: datetime, actor: Actor) -> Attachment:
    return Attachment(
        brand=brand, subject_kind=subject.kind, subject_id=subject.id, added_by_id=actor.user_id, added_at=now
    )


def _changes(rows: Sequence[Attachment]) -> list[Change]:
    return [
        Change(
            "attachment.added", row, after={"name": row.name, "sha256": row.sha256, "on": row.subject_kind}
        )
        for row in rows
    ]


def _file_name(file: "File[Any]") -> str:
    """The last part of the name it came with: no folders, no control characters."""
    name = PurePath((file.name or "").replace("\\", "/")).name
    return "".join(character for character in name if character.isprintable())[-200:]


def _require_acceptable(file: "File[Any]") -> None:
    name = _file_name(file)
    if _suffix(name) not in _MEDIA_TYPES:
        raise AttachmentRefusedError(
            f"{name or 'A file without a name'}: this kind of file is not kept.", field="files"
        )
    if not file.size:
        raise AttachmentRefusedError(f"{name} is empty.", field="files")
    if file.size > MAX_FILE_BYTES:
        raise AttachmentRefusedError(f"{name} is larger than 20 MB.", field="files")


def _sha256(file: "File[Any]") -> str:
    digest = hashlib.sha256()
    for chunk in file.chunks():
        digest.update(chunk)
    file.seek(0)
    return digest.hexdigest()


def _web_address(url: str) -> str:
    url = url.strip()
    try:
        URLValidator(schemes=["http", "https"])(url)
    except ValidationError:
        raise AttachmentRefusedError(f"Not an address on the web: {url or 'empty'}.", field="link") from None
    if len(url) > 500:
        raise AttachmentRefusedError("The address is longer than 500 characters.", field="link")
    return url
