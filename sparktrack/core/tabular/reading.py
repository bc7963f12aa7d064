"""Opening a sheet file: what it is, whether it may be opened, and the reader for it."""

from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, Final

from sparktrack.core.tabular.archives import check_archive
from sparktrack.core.tabular.limits import LIMITS, LOCKED, MEBIBYTE, NO_SHEET, Limits, UnusableFile
from sparktrack.core.tabular.sheets import SheetFile
from sparktrack.core.tabular.text import TextTable
from sparktrack.core.tabular.workbooks import Workbook

_OLE: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_OTHERS: Final = (
    b"%PDF",
    b"\x1f\x8b",
    b"7z\xbc\xaf",
    b"Rar!",
    b"\x89PNG",
    b"\xff\xd8\xff",
    b"GIF8",
    b"{\\rtf",
)
_ENCRYPTED_PACKAGE: Final = "EncryptedPackage".encode("utf-16-le")
_OLD_EXCEL: Final = "Old Excel files (.xls) cannot be read; save the file as .xlsx and try again."
_WEB_PAGE: Final = (
    "The file is a web page, not a sheet; open it in a spreadsheet program and save it as .xlsx."
)


def open_sheets(source: Path | BinaryIO, *, limits: Limits = LIMITS) -> SheetFile:
    """Open a CSV, TSV, XLSX, XLSM or ODS file; its name does not matter, its content does.

    ``source`` is a path or a seekable binary file, which is closed with the result. Size, entries and unpacked size
    are checked before anything is unpacked. Raises UnusableFile with one sentence for the person.
    """
    file = _opened(source) if isinstance(source, Path) else source
    try:
        return _reader(file, limits)
    except BaseException:
        file.close()
        raise


def _opened(path: Path) -> BinaryIO:
    try:
        if path.is_dir():
            raise UnusableFile(f"{path} is a folder, not a file.")
        return path.open("rb")
    except FileNotFoundError:
        raise UnusableFile(f"There is no file {path}.") from None
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else None
        raise UnusableFile(f"{path} cannot be read: {reason or 'not a usable path'}.") from None


def _reader(file: BinaryIO, limits: Limits) -> SheetFile:
    size = file.seek(0, 2)
    if size > limits.file_bytes:
        raise UnusableFile(f"The file is larger than {limits.file_bytes // MEBIBYTE} MB.")
    file.seek(0)
    head = file.read(1024)
    if not head:
        raise UnusableFile("The file is empty.")
    if head.startswith(b"PK"):
        check_archive(file, limits)
        return Workbook(file, limits)
    if head.startswith(_OLE):
        raise UnusableFile(LOCKED if _contains(file, _ENCRYPTED_PACKAGE) else _OLD_EXCEL)
    if head.startswith(_OTHERS):
        raise UnusableFile(NO_SHEET)
    if (
        head.removeprefix(b"\xef\xbb\xbf")
        .lstrip()
        .lower()
        .startswith((b"<!doctype", b"<html", b"<table", b"<?xml"))
    ):
        raise UnusableFile(_WEB_PAGE)
    return TextTable(file, limits)


def _contains(file: BinaryIO, needle: bytes) -> bool:
    return any(needle in window for window in _windows(file, len(needle)))


def _windows(file: BinaryIO, overlap: int) -> Iterator[bytes]:
    """The file in pieces that overlap, so that nothing is cut in two."""
    file.seek(0)
    tail = b""
    while piece := file.read(MEBIBYTE):
        yield tail + piece
        tail = piece[-overlap:]
