"""Undoing an import: exactly what it created or changed is put back, or nothing is."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, cast
from uuid import UUID

from django.db import models

from authorizations.models import AuthorizationCode, CodeRequest, CodeUse, UsageRight
from authorizations.operations.answers import reopen_requests
from authorizations.operations.gaps import Touched, coverage_change, sliced
from brands.models import AuditEntry, Brand, BrandOwned
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
from sparktrack.core.models import Row

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
        _reopen_requests(brand, current, now=now, actor=marked)
        gone = 0
        for model, items in kept.items():
            created = [item for item in items.values() if item.before is None]
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


def _reopen_requests(brand: Brand, run: ImportRun, *, now: datetime, actor: Actor) -> None:
    """Requests that codes of the import answered wait again."""
    answered = AuditEntry.objects.for_brand(brand).filter(
        action="request.answered", request_id=mark_of(run.pk)
    )
    ids = answered.values_list("object_id", flat=True)
    requests = list(rows_with(CodeRequest, brand, "pk", ids))
    reopen_requests(brand=brand, requests=requests, now=now, actor=actor)


class _Gone:
    """A row that is deleted without being loaded, as the audit knows it."""

    def __init__(self, model: type[BrandOwned], item: ImportedRow) -> None:
        self._meta = model._meta
        self.pk = item.object_id
        self._label = item.label

    def __str__(self) -> str:
        return self._label


def _remove(
    model: type[BrandOwned], touched: Touched, created: Sequence[ImportedRow], *, now: datetime, actor: Actor
) -> int:
    action = f"{model._meta.model_name}.import_undone"
    for part in sliced(created, _SLICE):
        ids = [item.object_id for item in part]
        rows: Any = model._default_manager.filter(brand=touched.brand, pk__in=ids)
        if model in _DECIDE:
            touched.posts.update(rows.exclude(post=None).values_list("post_id", flat=True))
        for relation in _derived_from(model):
            derived: Any = relation.related_model
            derived.objects.for_brand(touched.brand).filter(**{f"{relation.field.name}__in": ids}).delete()
        gone = [Change(action, cast(Row, _Gone(model, item))) for item in part]
        record_changes(touched.brand, gone, now=now, actor=actor)
        # Nothing refers to them any more, which the keys of the database hold: Django need not look.
        rows._raw_delete(rows.db)
    return len(created)


def _derived_from(model: type[BrandOwned]) -> list[models.ManyToOneRel]:
    """The relations by which derived rows (gaps, what alerts hit) refer to rows of ``model``; of any app."""
    return [
        relation
        for relation in model._meta.get_fields(include_hidden=True)
        if isinstance(relation, models.ManyToOneRel) and getattr(relation.related_model, "is_derived", False)
    ]


def _put_back(
    model: type[BrandOwned],
    touched: Touched,
    changed: dict[UUID, ImportedRow],
    *,
    now: datetime,
    actor: Actor,
) -> int:
    for part in sliced(changed, _SLICE):
        rows: list[Any] = list(rows_with(model, touched.brand, "pk", part))
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
        if model in _DECIDE:
            touched.posts.update(row.post_id for row in rows if row.post_id)
    return len(changed)


# Codes and rights decide what may run; what an import changes of posts and creators does not.
_DECIDE = frozenset({AuthorizationCode, UsageRight})
