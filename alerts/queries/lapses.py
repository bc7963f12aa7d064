"""Which flights fail when, set against the alerts that were raised: one SQL statement for many brands at once.

Written by hand for the reasons of docs/decisions/004; ``alerts.lapses_sql`` has its texts. Values go through the
backend's adapters: SQLite keeps instants as text, and compares it as text.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, cast
from uuid import UUID

from django.db import connection
from django.db.models import Max

from alerts.enums import AlertKind
from alerts.lapses_sql import PLAIN, lapsing, news
from alerts.models import Alert
from alerts.rules.people import HitFlight
from alerts.rules.steps import AT_LAPSE, FRESH_FOR, STOPPED, Reach, reaches
from brands.models import Brand
from campaigns.sections import FAR, adapted, instant

# So many brands are looked at in one statement, and raised in one transaction.
SLICE = 50


@dataclass(frozen=True, slots=True)
class Part:
    """Some brands whose steps reach equally far."""

    brand_ids: tuple[UUID, ...]
    reaches: tuple[Reach, ...]


@dataclass(frozen=True, slots=True)
class Untold:
    """A flight that lapses, at a step that was not raised for it.

    ``right_id``: the right that ends there, for a lapse of rights. ``window``: the length of what ends there; None if
    nothing does (it fails from its start on, it fails already). ``wider_id``: an open alert of a wider step that hits
    it. ``is_known``: the lapse had alerts before.
    """

    flight: HitFlight
    kind: AlertKind
    step: int
    lapses_at: datetime
    brand_id: UUID
    post_id: UUID
    right_id: UUID | None
    window: timedelta | None
    wider_id: UUID | None
    is_known: bool

    @property
    def subject_id(self) -> UUID:
        """What must be renewed: the right that ends, else the post."""
        return self.right_id or self.post_id

    @property
    def is_failing(self) -> bool:
        """Whether the flight may not run now."""
        return self.step <= AT_LAPSE


@dataclass(frozen=True, slots=True)
class StaleHit:
    """An open alert of which one flight is hit no more; ``hit_id`` None: all of its flights are deleted."""

    alert_id: UUID
    hit_id: UUID | None


@dataclass(frozen=True, slots=True)
class News:
    """What differs from what was raised."""

    untold: Sequence[Untold]
    stale: Sequence[StaleHit]

    def __bool__(self) -> bool:
        """Whether there is anything to do."""
        return bool(self.untold or self.stale)


def parts(
    *,
    now: datetime,
    ahead: Mapping[UUID, datetime] | None = None,
    beyond: Mapping[UUID, datetime] | None = None,
) -> Iterator[Part]:
    """All brands, or those of ``ahead``, in slices of equal reaches.

    ``ahead``, ``beyond``: brand → its next morning of the round, and the one after that (``rules.steps.reaches``).
    """
    rows = Brand.objects.order_by("pk").values_list("pk", "warning_steps")
    if ahead is not None:
        rows = rows.filter(pk__in=ahead)
    grouped: dict[tuple[Reach, ...], list[UUID]] = {}
    for brand_id, steps in rows:
        mornings = {"ahead": (ahead or {}).get(brand_id), "beyond": (beyond or {}).get(brand_id)}
        found = reaches(steps, now=now, **mornings)
        grouped.setdefault(found, []).append(brand_id)
    for found, brand_ids in grouped.items():
        for start in range(0, len(brand_ids), SLICE):
            yield Part(tuple(brand_ids[start : start + SLICE]), found)


def news_of(part: Part, *, now: datetime) -> News:
    """What is to be raised in these brands and what holds no more; two queries, nothing is read if nothing is new."""
    widest = max((reach.until for reach in part.reaches), default=now)
    # Alerts that were raised further ahead (other steps then, another clock) are judged, too.
    furthest = Alert.objects.filter(brand__in=part.brand_ids, closed_at=None).aggregate(at=Max("lapses_at"))
    values = {"widest": widest, "reach": max(widest, furthest["at"] or widest)}
    step = " ".join(
        [f"CASE WHEN l.fails_at <= %(now)s THEN {AT_LAPSE}"]
        + [
            f"WHEN l.fails_at <= %(until_{number})s THEN {reach.step:d}"
            for number, reach in enumerate(part.reaches)
        ]
        + ["END"]
    )
    values |= {f"until_{number}": reach.until for number, reach in enumerate(part.reaches)}
    chosen = "AND f.paused_at IS NULL AND f.starts_at <= %(reach)s"
    untold, stale = [], []
    for row in _run(
        news(connection.vendor).replace("{step}", step), part.brand_ids, chosen, now=now, **values
    ):
        if row[-2] is None:
            untold.append(_untold(row, now))
        else:
            stale.append(StaleHit(_id(row[-2]), _id_or_none(row[-1])))
    return News(untold, stale)


def lapses_of(
    brand_ids: Collection[UUID], flight_ids: Collection[UUID], *, now: datetime
) -> dict[tuple[UUID, AlertKind], datetime]:
    """When these flights fail first, from ``now`` on, by flight and side; at or before ``now``: it fails. One query.

    Flights that are paused, over or not planned fail never.
    """
    if not flight_ids:
        return {}
    names = {f"flight_{number}": flight_id for number, flight_id in enumerate(flight_ids)}
    # So that no index of starts is taken: the flights are few.
    planned = "CASE WHEN f.starts_at IS NULL THEN 0 ELSE 1 END = 1"
    chosen = f"AND f.paused_at IS NULL AND {planned} AND f.id IN ({_listed(names)})"
    rows = _run(lapsing(connection.vendor) + PLAIN, brand_ids, chosen, now=now, reach=FAR, **names)
    return {(_id(flight_id), AlertKind(kind)): _instant(fails_at) for flight_id, kind, fails_at in rows}


def _untold(row: tuple[Any, ...], now: datetime) -> Untold:
    flight_id, kind, step, lapses_at, brand_id, post_id, right_id, *about = row[:-2]
    *people, window_from, wider_id, known = about
    at = _instant(lapses_at)
    if step == AT_LAPSE and at <= now - FRESH_FOR:
        step = STOPPED
    return Untold(
        HitFlight(_id(flight_id), *map(_id_or_none, people)),
        AlertKind(kind),
        step,
        at,
        _id(brand_id),
        _id(post_id),
        _id_or_none(right_id),
        None if window_from is None else at - _instant(window_from),
        _id_or_none(wider_id),
        bool(known),
    )


def _run(
    statement: str, brand_ids: Collection[UUID], chosen: str, *, now: datetime, **values: Any
) -> list[tuple[Any, ...]]:
    names = {f"brand_{number}": brand_id for number, brand_id in enumerate(brand_ids)}
    given = {"now": now, "far": FAR, **names, **values}
    with connection.cursor() as cursor:
        cursor.execute(
            statement.replace("{chosen}", chosen).replace("{brand}", f"IN ({_listed(names)})"),
            {name: adapted(value) for name, value in given.items()},
        )
        return list(cursor.fetchall())


def _listed(names: Collection[str]) -> str:
    return ", ".join(f"%({name})s" for name in names)


def _id(value: Any) -> UUID:
    return value if isinstance(value, UUID) else UUID(value)


def _id_or_none(value: Any) -> UUID | None:
    return None if value is None else _id(value)


def _instant(value: Any) -> datetime:
    return cast(datetime, instant(value))
