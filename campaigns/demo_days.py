"""The demo brand never goes stale: what happened there happened the same time before today, every day anew.

Everything moves by whole days: the dates that were typed and the instants. What follows from them is computed afresh:
instants that stand beside dates (a day is 23 or 25 hours long now and then), and gaps. What a visitor changed there
stays changed: a thing that was done an hour ago does not move into tomorrow.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.apps import apps
from django.db import connections, models, router

from authorizations.models import PostGap
from authorizations.operations.gaps import coverage_change
from authorizations.operations.zones import rewrite_brand_instants
from brands.models import AdAccount, AuditEntry, Brand, BrandOwned, Invitation
from campaigns.demo import demo_brand
from campaigns.demo_stage import HISTORY
from campaigns.models import Flight, ImportedRow, ImportPiece, ImportRow, ImportRun
from campaigns.operations.zones import rewrite_flight_instants

_DAY = timedelta(days=1)

# Gaps are computed afresh. An invitation ends when it was said to end, a kept sheet is deleted when it is old.
_STAYS = (PostGap, Invitation, ImportRun, ImportPiece, ImportRow)

# Values of rows as they were, among them their dates.
_REMEMBERS: dict[type[models.Model], tuple[str, ...]] = {
    AuditEntry: ("before", "after"),
    ImportedRow: ("before", "after"),
}
# When a row was made, and what is noted of a code without changing it.
_MADE = frozenset({"at", "created_at", "added_at"})
_LOOKS = ("code.revealed", "code.copied", "code.source_post_code_revealed")
_DATE = re.compile(r"\d{4}-\d\d-\d\d(T.+)?")


def refresh_demo(*, now: datetime) -> int:
    """Move the demo brand to today; returns by how many days (0: there is none, or it is of today).

    It was told for the instant ``HISTORY`` after its birth, and moves by the whole days (24 hours each) that passed
    since: what was told as past stays so, and twice is once. No entry in the audit: nobody did anything.
    """
    found = demo_brand()
    if found is None:
        return 0
    with coverage_change(found) as touched:
        brand = touched.brand
        told = brand.created_at + HISTORY
        days = (now - told) // _DAY
        if days < 1:
            return 0
        acts = _acts_since(brand, told)
        for model in _moving():
            _move(model, brand, _Passage(told, now, days, acts))
        brand.created_at += days * _DAY
        brand.save(update_fields=["created_at"])
        rewrite_brand_instants(touched=touched, zone=brand.time_zone)
        for account in (None, *AdAccount.objects.for_brand(brand)):
            flights = Flight.objects.for_brand(brand).filter(ad_account=account)
            rewrite_flight_instants(flights, brand.zone_of(account))
        touched.everything = True
    return days


def _moving() -> Iterator[type[BrandOwned]]:
    """Every model of a brand's rows that holds a date of the story."""
    for model in apps.get_models():
        if issubclass(model, BrandOwned) and model not in _STAYS and _fields(model):
            yield model


def _fields(model: type[models.Model]) -> "list[models.Field[Any, Any]]":
    remembers = _REMEMBERS.get(model, ())
    return [
        field
        for field in model._meta.concrete_fields
        if isinstance(field, models.DateField) or field.name in remembers
    ]


@dataclass(frozen=True, slots=True)
class _Passage:
    """``days`` went by from ``told`` to ``now``; ``acts``: when a visitor last did something to a row, by its id."""

    told: datetime
    now: datetime
    days: int
    acts: Mapping[UUID, datetime]

    def of(self, subject: UUID, made_at: Iterable[datetime | None]) -> timedelta:
        """How far a row moves: what a visitor did to it, or that they made it, may not be to come again."""
        done = [
            at for at in (self.acts.get(subject), *made_at) if at is not None and self.told < at <= self.now
        ]
        return min([self.days, *((self.now - at) // _DAY for at in done)]) * _DAY


def _acts_since(brand: Brand, told: datetime) -> dict[UUID, datetime]:
    """Whatever is in the audit after the story was told was done by visitors; to look at a code does nothing to it."""
    entries = AuditEntry.objects.for_brand(brand).filter(at__gt=told).exclude(action__in=_LOOKS)
    return dict(entries.order_by("at").values_list("object_id", "at"))


def _move(model: type[BrandOwned], brand: Brand, passage: _Passage) -> None:
    """Move the rows of ``model``; of rows of one thing the latest first, so that none meets another on its way."""
    fields = _fields(model)
    made = [index for index, field in enumerate(fields) if field.name in _MADE]
    moved: list[tuple[UUID, list[Any]]] = []
    # What an import remembers of a row goes as far as that row, or undo would take the row for changed.
    about = models.F("object_id" if model is ImportedRow else "pk")
    rows = model._default_manager.filter(brand=brand).annotate(about=about)
    for pk, subject, *values in rows.values_list("pk", "about", *(field.attname for field in fields)):
        by = passage.of(subject, (values[index] for index in made))
        later = [_later(value, by) for value in values]
        if by and later != values:
            moved.append((pk, later))
    moved.sort(key=lambda row: max(filter(_is_instant, row[1]), default=passage.now), reverse=True)
    _write(model, fields, moved)


def _is_instant(value: object) -> bool:
    return isinstance(value, datetime)


def _later(value: Any, by: timedelta) -> Any:
    """A date, an instant, or what JSON holds of them, ``by`` whole days later."""
    if isinstance(value, date):  # an instant is one, too
        return value + by
    if isinstance(value, dict):
        return {name: _later(item, by) for name, item in value.items()}
    if isinstance(value, list):
        return [_later(item, by) for item in value]
    if isinstance(value, str) and (found := _DATE.fullmatch(value)):
        try:
            return (_later((datetime if found[1] else date).fromisoformat(value), by)).isoformat()
        except ValueError:
            return value
    return value


def _write(
    model: type[BrandOwned],
    fields: "Sequence[models.Field[Any, Any]]",
    rows: Sequence[tuple[Any, Sequence[Any]]],
) -> None:
    """One prepared statement for all rows: somebody may have imported a large sheet into the demo brand."""
    connection = connections[router.db_for_write(model)]
    quote = connection.ops.quote_name
    columns = ", ".join(f"{quote(field.column or '')} = %s" for field in fields)
    statement = f"UPDATE {quote(model._meta.db_table)} SET {columns} WHERE id = %s"  # noqa: S608 - names of the model
    key = model._meta.pk
    with connection.cursor() as cursor:
        cursor.executemany(
            statement,
            [
                (
                    *(
                        field.get_db_prep_save(value, connection)
                        for field, value in zip(fields, values, strict=True)
                    ),
                    key.get_db_prep_save(pk, connection),
                )
                for pk, values in rows
            ],
        )
