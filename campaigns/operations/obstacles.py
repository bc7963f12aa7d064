"""What stands in the way of undoing an import: rows that were changed since, or that something new depends on."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any
from uuid import UUID

from django.db import models

from authorizations.models import AuthorizationCode, CodeRequest, UsageRight
from brands.models import Attachment, AuditEntry, Brand, BrandOwned
from brands.operations.edits import rows_with, values_with
from campaigns.models import Flight, ImportedRow, ImportRun
from campaigns.operations.touched import (
    entries_about,
    marks_of_undone,
    stored_value,
    value_of,
    zones_of,
)
from posts.models import Post
from sparktrack.core.refusals import RefusedError

# So many rows are named to the person.
SHOWN = 100
# A new zone moves the instants of rows without an entry for each.
_ZONE_CHANGES = ("brand.zone_changed", "ad_account.zone_changed")

# What only one row of a brand may have, and an import may change.
_UNIQUE: Mapping[type[BrandOwned], tuple[str, ...]] = {Post: ("url", "tiktok_post_id")}

_ANSWER = CodeRequest._meta.get_field("answered_by")

Kept = Mapping[type[BrandOwned], Mapping[UUID, ImportedRow]]


@dataclass(frozen=True, slots=True)
class Obstacle:
    """A row that stands in the way; ``why``: a sentence with who and what, ``at`` (UTC): when, if that is known."""

    kind: str  # the model: "post", "authorizationcode", "flight" …; "brand", "adaccount" for a change of zone
    object_id: UUID
    label: str
    why: str
    at: datetime | None = None


class UndoBlockedError(RefusedError):
    """Rows of the import were changed since, or others depend on them: nothing was undone."""

    def __init__(self, obstacles: list[Obstacle], total: int) -> None:
        """``obstacles``: the first of ``total`` rows that stand in the way."""
        self.obstacles = obstacles
        self.total = total
        rows = "1 row of this import was" if total == 1 else f"{total:,} rows of this import were"
        super().__init__(f"{rows} changed since, or something new depends on it. Nothing was undone.")


def obstacles_to(brand: Brand, run: ImportRun, kept: Kept) -> Iterator[Obstacle]:
    """All of them, each row once; call it under the lock of the brand. ``kept``: model → id → what the run did."""
    yield from _zone_changes(brand, run, kept)
    for model, items in kept.items():
        blocked: set[UUID] = set()
        for obstacle in _changed(model, brand, run, items):
            blocked.add(obstacle.object_id)
            yield obstacle
        created = [pk for pk, item in items.items() if item.before is None and pk not in blocked]
        yield from _depended_on(model, brand, created, kept)


def _changed(
    model: type[BrandOwned], brand: Brand, run: ImportRun, items: Mapping[UUID, ImportedRow]
) -> Iterator[Obstacle]:
    entries = entries_about(brand, items, but_of=run.pk)
    undone = marks_of_undone(brand)
    taken = _taken(model, brand, items)
    lost = _points_nowhere(model, items)
    there = set(values_with(model, brand, "pk", items, "pk"))
    changed = [pk for pk, item in items.items() if item.before is not None]
    rows = {row.pk: row for row in rows_with(model, brand, "pk", changed)}
    for pk, item in items.items():
        later = [entry for entry in entries.get(pk, [])[item.entries :] if entry.request_id not in undone]
        if later:
            yield Obstacle(item.kind, pk, later[-1].object_label, _who_did(later[-1]), later[-1].at)
        elif (pk,) not in there:
            yield Obstacle(item.kind, pk, item.label, "It is not there any more.")
        elif pk in rows and (name := _differs(rows[pk], item)):
            yield Obstacle(item.kind, pk, item.label, f"Its {_words(name)} changed since.")
        elif pk in taken:
            yield Obstacle(item.kind, pk, item.label, taken[pk])
        elif pk in lost:
            yield Obstacle(item.kind, pk, item.label, lost[pk])


def _differs(row: BrandOwned, item: ImportedRow) -> str:
    """A column that is not as the import left it; "" if all are."""
    for name, value in (item.after or {}).items():
        field: Any = row._meta.get_field(name)
        if stored_value(field, row) != value:
            return str(name)
    return ""


def _taken(model: type[BrandOwned], brand: Brand, items: Mapping[UUID, ImportedRow]) -> dict[UUID, str]:
    """The rows whose link or id of before the import has become that of another row, and a sentence that says so."""
    found: dict[UUID, str] = {}
    for name in _UNIQUE.get(model, ()):
        before = {value: pk for pk, item in items.items() if item.before and (value := item.before.get(name))}
        for holder, value in values_with(model, brand, name, before, "pk", name):
            moves = (item := items.get(holder)) is not None and (item.before is None or name in item.before)
            if holder != before[value] and not moves:
                found[before[value]] = (
                    f"Another {model._meta.verbose_name} has its {_words(name)} of before now."
                )
    return found


def _points_nowhere(model: type[BrandOwned], items: Mapping[UUID, ImportedRow]) -> dict[UUID, str]:
    """The rows whose related row of before was deleted since (people, invitations), and a sentence that says so."""
    found: dict[UUID, str] = {}
    for field in model._meta.concrete_fields:
        if not isinstance(field, models.ForeignKey):
            continue
        before = {
            pk: value_of(field, value)
            for pk, item in items.items()
            if item.before and (value := item.before.get(field.name)) is not None
        }
        related: type[models.Model] = field.remote_field.model
        there = related._default_manager.in_bulk(set(before.values())) if before else {}
        for pk, target in before.items():
            if target not in there:
                found[pk] = f"Its {_words(field.name)} before the import is not there any more."
    return found


def _depended_on(
    model: type[BrandOwned], brand: Brand, created: list[UUID], kept: Kept
) -> Iterator[Obstacle]:
    """New rows of the import that rows which it did not create refer to; derived rows go with them.

    A request that a code of the import answered waits again once the code is gone.
    """
    needed: dict[UUID, tuple[type[BrandOwned], UUID]] = {}
    for relation in model._meta.get_fields(include_hidden=True):
        if not isinstance(relation, models.ManyToOneRel):
            continue
        dependant: Any = relation.related_model
        if dependant.is_derived or relation.field is _ANSWER:
            continue
        ours = kept.get(dependant, {})
        column = relation.field.attname
        for pk, target in values_with(dependant, brand, column, created, "pk", column):
            mine = ours.get(pk)
            if mine is None or mine.before is not None:
                needed.setdefault(target, (dependant, pk))
    for pk, target in values_with(Attachment, brand, "subject_id", created, "pk", "subject_id"):
        needed.setdefault(target, (Attachment, pk))
    # Only those are named that a person is shown.
    wanted: dict[type[BrandOwned], list[UUID]] = {}
    for dependant, pk in islice(needed.values(), SHOWN):
        wanted.setdefault(dependant, []).append(pk)
    names = {row.pk: f" “{row}”" for kind, pks in wanted.items() for row in rows_with(kind, brand, "pk", pks)}
    for target, (dependant, pk) in needed.items():
        item = kept[model][target]
        what = f"The {dependant._meta.verbose_name}{names.get(pk, '')} depends on it."
        yield Obstacle(item.kind, item.object_id, item.label, what)


def _zone_changes(brand: Brand, run: ImportRun, kept: Kept) -> Iterator[Obstacle]:
    """Dates are read in another zone than at the import: the instants of before it would be wrong."""
    dated = (AuthorizationCode, UsageRight, Flight)
    if not any(item.before for model in dated for item in kept.get(model, {}).values()):
        return
    now = zones_of(brand.pk)
    for key, zone in run.zones.items():
        if now.get(key, zone) == zone:
            continue
        pk = UUID(key) if key else brand.pk
        changes = AuditEntry.objects.for_brand(brand).filter(object_id=pk, action__in=_ZONE_CHANGES)
        entry = changes.order_by("-pk").first()
        why = _who_did(entry) if entry else "The time zone changed."
        label = entry.object_label if entry else str(brand)
        yield Obstacle("adaccount" if key else "brand", pk, label, why, entry.at if entry else None)


def _who_did(entry: AuditEntry) -> str:
    done = entry.action.partition(".")[2].replace("_", " ")
    return f"{entry.actor_label or 'Somebody'}: {done}."


def _words(column: str) -> str:
    return column.replace("_", " ")
