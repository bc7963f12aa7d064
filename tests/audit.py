"""What the audit says, for tests of operations."""

from typing import Any

from brands.models import AuditEntry, Brand


def entries(brand: Brand, action: str = "") -> list[AuditEntry]:
    """The entries of ``brand``, oldest first; only those of ``action`` if it is given."""
    found = AuditEntry.objects.for_brand(brand).order_by("pk")
    return list(found.filter(action=action) if action else found)


def changes(brand: Brand, action: str) -> list[tuple[dict[str, Any], dict[str, Any]]]:
    """Before and after of each entry of ``action``, oldest first."""
    return [(entry.before, entry.after) for entry in entries(brand, action)]
