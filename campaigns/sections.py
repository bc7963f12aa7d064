"""In which section of the board each flight stands, with its first gap and its money: one SQL statement.

The same answer as ``campaigns.rules`` over the stored gaps and code uses (a test holds the two together), but for all
flights of a brand at once: written by hand because the ORM would repeat the look-up of the first gap in every branch
of every expression (docs/decisions/004). Works on PostgreSQL and SQLite; values go through the backend's adapters.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import QuerySet

from authorizations.enums import Reason
from authorizations.rules import EVERGREEN_HORIZON
from brands.models import Brand
from campaigns.enums import Section, Sort
from campaigns.models import Flight
from campaigns.sections_sql import AT_RISK, DIALECTS, classified, keyed, measured

# A flight without end is one that ends then.
FAR = datetime(9999, 1, 1, tzinfo=UTC)
SOON = timedelta(days=14)

FLIGHT_SECTIONS = (*AT_RISK, Section.RUNS_UNTIL, Section.COVERED, Section.PAUSED, Section.UNPLANNED)


@dataclass(frozen=True, slots=True)
class Choice:
    """Which flights are asked for: those of ``flights`` (None = all of the brand), narrowed by their first gap.

    The gap, or the end of a code whose replacement is not applied, lies in ``[gap_from, gap_before)``; None bounds
    nothing. ``unapplied``: only flights whose replacement is not applied.
    """

    brand: Brand
    flights: QuerySet[Flight] | None = None
    reason: Reason | None = None
    gap_before: datetime | None = None
    gap_from: datetime | None = None
    unapplied: bool = False


@dataclass(frozen=True, slots=True)
class Place:
    """A flight's place on the board; ``key`` and then the id order the lines of a section, smallest first.

    ``apply_by``: it stands there because a replacement of its code must be applied until then.
    """

    flight_id: UUID
    section: Section
    key: int | str
    apply_by: datetime | None


@dataclass(frozen=True, slots=True)
class SectionSum:
    """One section in one currency: its flights, those that stop or are to be paused within 14 days, and money.

    ``at_risk`` is the spend of the days in gaps, ``a_day`` the daily spend of all its flights.
    """

    section: Section
    currency: str
    count: int
    soon: int
    at_risk: Decimal
    a_day: Decimal


@dataclass(frozen=True, slots=True)
class Standing:
    """The sums of every section and currency that has flights, and places in the order of their sections and keys."""

    sums: list[SectionSum]
    places: list[Place]


def first_places(choice: Choice, *, now: datetime, lines: int, sort: Sort = Sort.URGENCY) -> Standing:
    """The first ``lines`` flights of every section, and the sums."""
    select = """
        SELECT id, section, sort_key, apply_by
          FROM (SELECT id, section, sort_key, apply_by,
                       ROW_NUMBER() OVER (PARTITION BY section ORDER BY sort_key, id) AS line
                  FROM keyed) numbered
         WHERE line <= %(lines)s"""
    return _standing(choice, now, sort, select, lines=lines)


def places_after(
    choice: Choice,
    *,
    section: Section,
    now: datetime,
    lines: int,
    after: tuple[int | str, UUID] | None,
    sort: Sort = Sort.URGENCY,
) -> Standing:
    """``lines`` flights of one section behind the key and id ``after`` (None = from the top), and the sums of all."""
    values: dict[str, Any] = {"section": section.value, "lines": lines}
    behind = ""
    if after is not None:
        behind = "AND (sort_key > %(after_key)s OR (sort_key = %(after_key)s AND id > %(after_id)s))"
        values |= {"after_key": after[0], "after_id": after[1]}
    select = f"""
        SELECT id, section, sort_key, apply_by
          FROM keyed
         WHERE section = %(section)s {behind}
         ORDER BY sort_key, id
         LIMIT %(lines)s"""
    return _standing(choice, now, sort, select, **values)


def _standing(choice: Choice, now: datetime, sort: Sort, places: str, **values: Any) -> Standing:
    """One statement for sums and places: what is dear is to classify the flights, so it is done once."""
    words = DIALECTS[connection.vendor]
    rows = _run(
        choice,
        now,
        f"""
        , measured AS ({measured(words)}),
        keyed AS ({keyed(words, sort)})
        SELECT section, currency, COUNT(*) AS flights,
               SUM(CASE WHEN stops_at < %(soon)s THEN 1 ELSE 0 END) AS soon,
               SUM(daily_spend * {words.started_days}) AS at_risk,
               SUM(daily_spend) AS a_day,
               NULL AS id, NULL AS sort_key, NULL AS apply_by
          FROM measured
         GROUP BY section, currency
         UNION ALL
        SELECT section, NULL, NULL, NULL, NULL, NULL, id, sort_key, apply_by FROM ({places}) placed
        """,
        soon=now + SOON,
        **values,
    )
    standing = Standing([], [])
    for section, currency, count, soon, at_risk, a_day, pk, key, apply_by in rows:
        if pk is None:
            standing.sums.append(
                SectionSum(Section(section), currency, count, soon, _money(at_risk), _money(a_day))
            )
        else:
            standing.places.append(Place(UUID(str(pk)), Section(section), key, instant(apply_by)))
    standing.places.sort(key=lambda place: (place.section, place.key, place.flight_id))
    return standing


def _run(choice: Choice, now: datetime, select: str, **values: Any) -> list[tuple[Any, ...]]:
    conditions = []
    if choice.reason is not None:
        conditions.append("(',' || reasons || ',') LIKE %(reason)s")
        values["reason"] = f"%,{choice.reason.value},%"
    if choice.unapplied:
        conditions.append("apply_by IS NOT NULL")
    if choice.gap_before is not None:
        conditions.append("COALESCE(apply_by, gap_at) < %(gap_before)s")
        values["gap_before"] = choice.gap_before
    if choice.gap_from is not None:
        conditions.append("COALESCE(apply_by, gap_at) >= %(gap_from)s")
        values["gap_from"] = choice.gap_from
    values |= {
        "brand": choice.brand.pk,
        "currency": choice.brand.currency,
        "now": now,
        "far": FAR,
        "horizon": now + EVERGREEN_HORIZON,
    }
    chosen = ""
    if choice.flights is not None:
        sql, parameters = choice.flights.values("pk").query.sql_with_params()
        names = [f"chosen_{number}" for number in range(len(parameters))]
        values |= zip(names, parameters, strict=True)
        chosen = f"AND f.id IN ({sql % tuple(f'%({name})s' for name in names)})"
    narrowed = "WHERE " + " AND ".join(conditions) if conditions else ""
    with connection.cursor() as cursor:
        cursor.execute(
            classified(
                DIALECTS[connection.vendor],
                brand="= %(brand)s",
                of_brand="%(brand)s",
                currency="%(currency)s",
                chosen=chosen,
                narrowed=narrowed,
            )
            + select,
            {name: adapted(value) for name, value in values.items()},
        )
        return list(cursor.fetchall())


def adapted(value: Any) -> Any:
    """A value in the form in which this database keeps it."""
    if isinstance(value, datetime):
        return connection.ops.adapt_datetimefield_value(value)
    if isinstance(value, UUID) and not connection.features.has_native_uuid_field:
        return value.hex
    return value


def instant(value: Any) -> datetime | None:
    """An instant as the database gives it to raw SQL: SQLite keeps it as text in UTC."""
    return datetime.fromisoformat(value).replace(tzinfo=UTC) if isinstance(value, str) else value


def _money(value: Any) -> Decimal:
    return Decimal(str(value or 0)).quantize(Decimal("0.01"))
