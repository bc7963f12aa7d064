"""Undoing an import: exactly what it created or changed is put back, or nothing is."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from datetime import datetime
from typing import Any
from uuid import UUID

from authorizations.models import AuthorizationCode, CodeUse, PostGap, UsageRight
from authorizations.operations.gaps import Touched, coverage_change, sliced
from brands.models import Brand, BrandOwned
from brands.operations.audit import BATCH, Change, record_changes
from brands.operations.edits import rows_with
from campaigns.enums import ImportState
from campaigns.models import Campaign, Flight, ImportedRow, ImportRun
from campaigns.operations.imports import WrongStateError
from campaigns.operations.obstacles import SHOWN, Obstacle, UndoBlockedError, obstacles_to
from campaigns.operations.touched import mark_of, value_of
from creators.models import Creator
from posts.models import MetricsSnapshot, Post, StageEvent
from sparktrack.core.actors import Actor

__all__ = ["Obstacle", "UndoBlockedError", "undo_import"]

# What an import makes, those first that refer to others.
_MODELS: tuple[type[BrandOwned], ...] = (
    CodeUse,
    StageEvent,
    MetricsSnapshot,
    Flight,
    UsageRight,
    AuthorizationCode,
    Post,
    Campaign,
    Creator,
)
_SLICE = 500


def undo_import(*, brand: Brand, run: ImportRun, now: datetime, actor: Actor) -> ImportRun:
    """Put back what an applied import created or changed, in one audited transaction, and rewrite the gaps.

    Raises UndoBlockedError if any of the rows was changed since or gained a dependant, WrongStateError if the run is
    not applied, BrandBusyError.
    """
    with coverage_change(brand) as touched:
        current: ImportRun = ImportRun.objects.for_brand(brand).select_for_update().get(pk=run.pk)
        if current.state != ImportState.APPLIED:
            raise WrongStateError(current)
        kept: dict[type[BrandOwned], dict[UUID, ImportedRow]] = {model: {} for model in _MODELS}
        models_by_name = {model._meta.model_name: model for model in _MODELS}
        for item in ImportedRow.objects.for_brand(brand).filter(run=current).iterator(chunk_size=BATCH):
            kept[models_by_name[item.kind]][item.object_id] = item
        obstacles = list(obstacles_to(touched.brand, current, kept))
        if obstacles:
            raise UndoBlockedError(obstacles[:SHOWN], len(obstacles))
        # One mark for the import and its undoing: another import's undoing does not take this for a change.
        marked = Actor(actor.kind, actor.id, actor.label, actor.ip, mark_of(current.pk))
        gone = 0
        for model, items in kept.items():
            created = [pk for pk, item in items.items() if item.before is None]
            gone += _remove(model, touched, created, now=now, actor=marked)
        back = 0
        for model, items in kept.items():
            changed = {pk: item for pk, item in items.items() if item.before is not None}
            back += _put_back(model, touched, changed, now=now, actor=marked)
        current.state, current.undone_at, current.undone_by_id = ImportState.UNDONE, now, actor.user_id
        current.save(update_fields=["state", "undone_at", "undone_by"])
        after = {"state": current.state.value, "removed": gone, "put_back": back}
        record_changes(brand, [Change("import.undone", current, after=after)], now=now, actor=actor)
        # Posts that are gone have no gaps.
        touched.posts -= {pk for pk, item in kept[Post].items() if item.before is None}
    return current


def _remove(
    model: type[BrandOwned], touched: Touched, created: Collection[UUID], *, now: datetime, actor: Actor
) -> int:
    for rows in _sliced_rows(model, touched.brand, created):
        _touch(touched, rows)
        action = f"{model._meta.model_name}.import_undone"
        record_changes(touched.brand, [Change(action, row) for row in rows], now=now, actor=actor)
        ids = [row.pk for row in rows]
        if model is Post:
            PostGap.objects.for_brand(touched.brand).filter(post__in=ids).delete()
        model._default_manager.filter(brand=touched.brand, pk__in=ids).delete()
    return len(created)


def _put_back(
    model: type[BrandOwned],
    touched: Touched,
    changed: dict[UUID, ImportedRow],
    *,
    now: datetime,
    actor: Actor,
) -> int:
    for rows in _sliced_rows(model, touched.brand, changed):
        names: set[str] = set()
        changes = []
        for row in rows:
            item = changed[row.pk]
            for name, value in (item.before or {}).items():
                field: Any = model._meta.get_field(name)
                setattr(row, field.attname, value_of(field, value))
            names.update(item.before or {})
            changes.append(
                Change(
                    f"{model._meta.model_name}.import_undone",
                    row,
                    before=item.after or {},
                    after=item.before or {},
                )
            )
        model._default_manager.bulk_update(rows, sorted(names), batch_size=BATCH)
        record_changes(touched.brand, changes, now=now, actor=actor)
        _touch(touched, rows)
    return len(changed)


def _sliced_rows(model: type[BrandOwned], brand: Brand, ids: Iterable[UUID]) -> Iterator[list[Any]]:
    related = [field.name for field in model._meta.concrete_fields if field.name in _LABELLED_BY[model]]
    for part in sliced(ids, _SLICE):
        yield list(rows_with(model, brand, "pk", part, related=related))


def _touch(touched: Touched, rows: Iterable[Any]) -> None:
    """Codes and rights decide what may run; what an import changes of posts and creators does not."""
    for row in rows:
        if isinstance(row, AuthorizationCode | UsageRight) and row.post_id:
            touched.posts.add(row.post_id)


# Rows that the label of a row needs.
_LABELLED_BY: dict[type[BrandOwned], frozenset[str]] = defaultdict(
    frozenset, {CodeUse: frozenset({"code", "ad_account"})}
)
