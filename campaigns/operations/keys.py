"""Sealing kept sheets again with the newest key of the ring."""

from collections.abc import Iterator
from uuid import UUID

from django.db import models, transaction

from authorizations.secrets import current_key_id
from campaigns.models import ImportPiece
from campaigns.secrets import seal_again
from sparktrack.core.secrets import UndecryptableError

# A piece is up to a megabyte.
_SLICE = 8


def sheets_under_old_keys() -> int:
    """How many pieces of kept sheets of all brands are not sealed with the newest key."""
    return _old().count()


def rotate_sheet_keys() -> Iterator[int]:
    """Seal every kept sheet again, a few pieces a transaction; yields how many each took.

    Stop it at any moment and start it again. A piece that no key opens is deleted within 30 days and nobody can read
    it any more: raises UndecryptableError all the same, for a key may be missing.
    """
    last = UUID(int=0)
    while ids := list(_old().filter(pk__gt=last).order_by("pk").values_list("pk", flat=True)[:_SLICE]):
        with transaction.atomic():
            pieces = list(ImportPiece.objects.select_for_update().filter(pk__in=ids).order_by("pk"))
            for piece in pieces:
                _reseal(piece)
            ImportPiece.objects.bulk_update(pieces, ["ciphertext", "key_id"])
        yield len(pieces)
        last = ids[-1]


def _old() -> models.QuerySet[ImportPiece]:
    return ImportPiece.objects.exclude(key_id=current_key_id())


def _reseal(piece: ImportPiece) -> None:
    try:
        seal_again(piece)
    except UndecryptableError as error:
        raise UndecryptableError(f"Kept sheet {piece.pk}, sealed with key {piece.key_id}: {error}") from None
