"""Kept sheets at rest: they hold codes, so they are sealed in pieces, bound to brand, run and place (DOMAIN.md §8)."""

from collections.abc import Iterable, Iterator
from uuid import UUID

from authorizations.secrets import key_ring
from campaigns.models import ImportPiece
from sparktrack.core.secrets import Sealed

# So many bytes of a sheet are sealed and stored at once.
PIECE = 1024 * 1024


def seal_sheet(content: bytes, *, brand_id: UUID, run_id: UUID) -> Iterator[Sealed]:
    """The pieces of a sheet in order; none can be put into another run, or in another place."""
    for number, start in enumerate(range(0, len(content), PIECE)):
        piece = content[start : start + PIECE]
        yield key_ring().seal_bytes(piece, context=_context(brand_id, run_id, number))


def open_sheet(pieces: Iterable[ImportPiece]) -> bytes:
    """The sheet again, its pieces given in order. Raises UndecryptableError."""
    return b"".join(map(open_piece, pieces))


def open_piece(piece: ImportPiece) -> bytes:
    """What a piece holds. Raises UndecryptableError when key or row are not the ones it was sealed for."""
    context = _context(piece.brand_id, piece.run_id, piece.number)
    return key_ring().open_bytes(Sealed(piece.key_id, bytes(piece.ciphertext)), context=context)


def seal_again(piece: ImportPiece) -> None:
    """Seal a piece with the newest key. Raises UndecryptableError."""
    context = _context(piece.brand_id, piece.run_id, piece.number)
    sealed = key_ring().seal_bytes(open_piece(piece), context=context)
    piece.ciphertext, piece.key_id = sealed.ciphertext, sealed.key_id


def _context(brand_id: UUID, run_id: UUID, number: int) -> bytes:
    return f"{brand_id.hex}|{run_id.hex}|{number}|sheet".encode()
