"""Files that prove something, out of their store: piece by piece, for they have up to 20 MB."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.core.files import File
from django.db.models.fields.files import FieldFile

from brands.models import Attachment


class NoFileError(Exception):
    """There is no file to hand out; the message says why."""


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A file that is there, and how many bytes it has."""

    file: FieldFile
    size: int

    def pieces(self) -> Iterator[bytes]:
        """What is in it. Opened only when somebody reads: an answer that nobody waits for leaves no open file."""
        with _opened(self.file) as content:
            yield from content.chunks()


def stored_file(row: Attachment) -> StoredFile:
    """The file of ``row``. Raises NoFileError for a link and for a file that is gone, OSError if the store is away."""
    file: FieldFile = row.file
    if not file:
        raise NoFileError("That is a link, not a file.")
    try:
        # Whoever may not open it hears so before the answer has begun.
        with _opened(file):
            return StoredFile(file, file.size)
    except FileNotFoundError:
        raise NoFileError("The file is not in the store any more.") from None


def _opened(file: FieldFile) -> "File[Any]":
    return file.storage.open(file.name or "", "rb")
