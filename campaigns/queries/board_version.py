"""What tells an open board whether it is still true."""

from datetime import datetime

from brands.models import AuditEntry, Brand


def board_version(brand: Brand, *, now: datetime) -> str:
    """Two boards of the same version show the same; one query, by index.

    The minute of ``now``, because the shortest time on a board is said in minutes and flights change their section
    without anybody's doing; and the newest entry of the audit, because every write leaves one. An entry that is
    written late, behind a newer one, is seen with the next minute.
    """
    entries = AuditEntry.objects.for_brand(brand).order_by("-at", "-pk")
    newest = entries.values_list("pk", flat=True).first()
    return f"{now:%Y%m%d%H%M}-{newest.hex if newest else 0}"
