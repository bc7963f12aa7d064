"""Is it safe to open this workbook? Found out before the reader, which trusts it, gets the file.

A workbook is a zip of XML. The reader unpacks parts to their end, allocates the rectangle around all filled cells
and copies a shared text into every cell that refers to it, so a few kilobytes can ask for gigabytes. Therefore:
bound what the directory declares, then unpack every XML part once, in small pieces, and measure it.
"""

import struct
import zipfile
import zlib
from collections.abc import Iterator
from enum import StrEnum
from typing import BinaryIO, Final
from xml.parsers import expat

from sparktrack.core.tabular.limits import BROKEN, LOCKED, MEBIBYTE, NO_SHEET, Limits, UnusableFile
from sparktrack.core.tabular.measure import Measure, OdsMeasure, XlsxMeasure

_HUGE: Final = "The file unpacks to far more than a sheet needs; it was not opened."
_BINARY_WORKBOOK: Final = "Binary workbooks (.xlsb) cannot be read; save the file as .xlsx and try again."
_NUMBERS: Final = "Apple Numbers files cannot be read; export the file as .xlsx or .csv and try again."

_END_RECORD: Final = struct.Struct("<4s8xLLH")  # signature, directory size, its offset, comment length
_LOCAL_HEADER: Final = struct.Struct("<4s22xHH")  # signature, lengths of name and extra field
_CHUNK: Final = 256 * 1024
_SMALL: Final = 20 * MEBIBYTE


class ArchiveKind(StrEnum):
    """The workbook formats that can be read."""

    XLSX = "xlsx"
    ODS = "ods"


def check_archive(file: BinaryIO, limits: Limits) -> ArchiveKind:
    """The kind of a workbook that is safe to open. Raises UnusableFile otherwise; memory stays flat."""
    try:
        return _checked_kind(file, limits)
    except (zipfile.BadZipFile, NotImplementedError, struct.error, zlib.error, expat.ExpatError):
        raise UnusableFile(BROKEN) from None
    except (ValueError, LookupError, OverflowError):  # nonsense where XML has numbers, or its encoding
        raise UnusableFile(BROKEN) from None


def _checked_kind(file: BinaryIO, limits: Limits) -> ArchiveKind:
    entries = _entries(file, limits)
    kind = _kind(frozenset(entry.filename.lower() for entry in entries))
    measure: Measure = XlsxMeasure(limits) if kind is ArchiveKind.XLSX else OdsMeasure(limits)
    for entry in sorted(entries, key=_turn):
        if entry.filename.lower().endswith((".xml", ".rels")):
            measure.take(_unpacked(file, entry))
    return kind


def _turn(entry: zipfile.ZipInfo) -> bool:
    """Sorts shared texts, whose lengths weigh the cells, and the list that says what is encrypted to the front."""
    return not entry.filename.lower().endswith(("sharedstrings.xml", "manifest.xml"))


def _entries(file: BinaryIO, limits: Limits) -> list[zipfile.ZipInfo]:
    """The files in the zip, after everything that the directory alone tells has been checked."""
    size = file.seek(0, 2)
    if size < _END_RECORD.size:
        raise zipfile.BadZipFile
    file.seek(size - _END_RECORD.size)
    signature, directory_size, directory_offset, comment = _END_RECORD.unpack(file.read(_END_RECORD.size))
    # Nothing before, between or behind (nor ZIP64, for gigabytes): two readers must see the same directory.
    if signature != b"PK\5\6" or comment or directory_offset + directory_size + _END_RECORD.size != size:
        raise zipfile.BadZipFile
    if directory_size > limits.archive_entries * 512:
        raise UnusableFile(_HUGE)
    with zipfile.ZipFile(file) as archive:
        entries = archive.infolist()
    unpacked = sum(entry.file_size for entry in entries)
    if len(entries) > limits.archive_entries or unpacked > limits.unpacked_bytes:
        raise UnusableFile(_HUGE)
    if unpacked > max(_SMALL, size * limits.unpacked_ratio):
        raise UnusableFile(_HUGE)
    if any(entry.flag_bits & 0x1 for entry in entries):
        raise UnusableFile(LOCKED)
    if len({entry.filename.lower() for entry in entries}) != len(entries):
        raise zipfile.BadZipFile
    return entries


def _kind(names: frozenset[str]) -> ArchiveKind:
    if "xl/workbook.xml" in names:
        return ArchiveKind.XLSX
    if "xl/workbook.bin" in names:
        raise UnusableFile(_BINARY_WORKBOOK)
    if any(name.endswith(".iwa") for name in names):
        raise UnusableFile(_NUMBERS)
    if "content.xml" in names and "mimetype" in names:
        return ArchiveKind.ODS
    raise UnusableFile(NO_SHEET)


def _unpacked(file: BinaryIO, entry: zipfile.ZipInfo) -> Iterator[bytes]:
    """The content of one entry in pieces. Unlike ``zipfile`` it notices when there is more than declared."""
    file.seek(entry.header_offset)
    signature, name_length, extra_length = _LOCAL_HEADER.unpack(file.read(_LOCAL_HEADER.size))
    if signature != b"PK\3\4" or entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise zipfile.BadZipFile
    position = file.seek(name_length + extra_length, 1)
    end, produced = position + entry.compress_size, 0
    inflate = zlib.decompressobj(-15) if entry.compress_type == zipfile.ZIP_DEFLATED else None
    while position < end:
        file.seek(position)
        piece = file.read(min(_CHUNK, end - position))
        if not piece:
            raise zipfile.BadZipFile
        position += len(piece)
        while piece:
            unpacked = inflate.decompress(piece, _CHUNK) if inflate else piece
            piece = inflate.unconsumed_tail if inflate else b""
            produced += len(unpacked)
            if produced > entry.file_size:
                raise UnusableFile(_HUGE)
            yield unpacked
    if produced != entry.file_size:
        raise zipfile.BadZipFile
