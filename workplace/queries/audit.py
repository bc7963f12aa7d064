"""The audit of a brand: entries with who did it and what every value was and is."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Model, QuerySet

from brands.models import AuditEntry, Brand, BrandOwned, User
from brands.operations.edits import rows_with
from sparktrack.core.actors import ActorKind
from workplace.audit_words import kind_of, references, verb_of

# Of these the name needs another row.
_RELATED: dict[str, tuple[str, ...]] = {"Membership": ("user", "brand")}


@dataclass(frozen=True, slots=True)
class AuditLine:
    """An entry, who did it, and the names of the rows that its values name."""

    entry: AuditEntry
    who: str
    names: dict[tuple[type[Model], str], str]

    @property
    def pk(self) -> UUID:
        """The id of the entry."""
        return self.entry.pk

    @property
    def name(self) -> str:
        """What was done."""
        return f"{kind_of(self.entry.action)} {verb_of(self.entry.action)}"


def audit_of(brand: Brand, _now: datetime) -> QuerySet[AuditEntry]:
    """All entries of ``brand``."""
    found: QuerySet[AuditEntry] = AuditEntry.objects.for_brand(brand)
    return found


def audit_lines(brand: Brand, entries: Sequence[Any], _now: datetime) -> list[AuditLine]:
    """What belongs to these entries: one query for people, one for each kind of row that a value names."""
    wanted: dict[type[Model], set[str]] = defaultdict(set)
    for entry in entries:
        for model, pk in references(entry):
            wanted[model].add(pk)
    acting = {entry.actor_id for entry in entries if entry.actor_kind == ActorKind.USER and entry.actor_id}
    people = {
        str(user.pk): str(user) for user in User.objects.filter(pk__in=_ids(acting | wanted.pop(User, set())))
    }
    names: dict[tuple[type[Model], str], str] = {(User, pk): name for pk, name in people.items()}
    for model, ids in wanted.items():
        if issubclass(model, BrandOwned):
            related = _RELATED.get(model.__name__, ())
            rows = rows_with(model, brand, "pk", _ids(ids), related=related)
            names |= {(model, str(row.pk)): str(row) for row in rows}
    return [AuditLine(entry, _who(entry, people), names) for entry in entries]


def _who(entry: AuditEntry, people: dict[str, str]) -> str:
    if entry.actor_kind == ActorKind.SYSTEM:
        return "an import" if entry.actor_label.startswith("import") else "sparktrack"
    return people.get(entry.actor_id) or entry.actor_label or "somebody who left"


def _ids(texts: set[str]) -> list[UUID]:
    found = []
    for text in texts:
        try:
            found.append(UUID(text))
        except ValueError:
            continue
    return found
