"""In which section of the board each flight stands, with its first gap and its money: one SQL statement.

The same answer as ``authorizations.rules.judge`` over the stored gaps (a test holds the two together), but for all
flights of a brand at once: written by hand because the ORM would repeat the look-up of the first gap in every branch
of every expression (docs/decisions/004). Works on PostgreSQL and SQLite; values go through the backend's adapters.
"""

from collections.abc import Iterable
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
from campaigns.enums import Section
from campaigns.models import Flight

# A flight without end is one that ends then.
FAR = datetime(9999, 1, 1, tzinfo=UTC)
SOON = timedelta(days=14)

AT_RISK = (Section.WITHOUT_RIGHTS, Section.BLOCKED, Section.STOPS, Section.MUST_PAUSE, Section.WAITING)
FLIGHT_SECTIONS = (*AT_RISK, Section.RUNS_UNTIL, Section.COVERED, Section.PAUSED, Section.UNPLANNED)

# In these the newest line comes first; the others go by what happens soonest.
_NEWEST_FIRST = (Section.WITHOUT_RIGHTS, Section.BLOCKED)


@dataclass(frozen=True, slots=True)
class Choice:
    """Which flights are asked for: those of ``flights`` (None = all of the brand), narrowed by their first gap.

    The gap begins in ``[gap_from, gap_before)``; None bounds nothing.
    """

    brand: Brand
    flights: QuerySet[Flight] | None = None
    reason: Reason | None = None
    gap_before: datetime | None = None
    gap_from: datetime | None = None


@dataclass(frozen=True, slots=True)
class Place:
    """A flight's place on the board; ``key`` and then the id order the lines of a section, smallest first."""

    flight_id: UUID
    section: Section
    key: int


@dataclass(frozen=True, slots=True)
class SectionSum:
    """One section in one currency: its flights, those whose gap begins within 14 days, and money.

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


def first_places(choice: Choice, *, now: datetime, lines: int) -> Standing:
    """The first ``lines`` flights of every section, and the sums."""
    select = """
        SELECT id, section, sort_key
          FROM (SELECT id, section, sort_key,
                       ROW_NUMBER() OVER (PARTITION BY section ORDER BY sort_key, id) AS line
                  FROM keyed) numbered
         WHERE line <= %(lines)s"""
    return _standing(choice, now, select, lines=lines)


def places_after(
    choice: Choice, *, section: Section, now: datetime, lines: int, after: tuple[int, UUID] | None
) -> Standing:
    """``lines`` flights of one section behind the key and id ``after`` (None = from the top), and the sums of all."""
    values: dict[str, Any] = {"section": section.value, "lines": lines}
    behind = ""
    if after is not None:
        behind = "AND (sort_key > %(after_key)s OR (sort_key = %(after_key)s AND id > %(after_id)s))"
        values |= {"after_key": after[0], "after_id": after[1]}
    select = f"""
        SELECT id, section, sort_key
          FROM keyed
         WHERE section = %(section)s {behind}
         ORDER BY sort_key, id
         LIMIT %(lines)s"""
    return _standing(choice, now, select, **values)


def _standing(choice: Choice, now: datetime, places: str, **values: Any) -> Standing:
    """One statement for sums and places: what is dear is to classify the flights, so it is done once."""
    words = _DIALECTS[connection.vendor]
    rows = _run(
        choice,
        now,
        f"""
        , keyed AS (SELECT id, section, {_sort_key(words)} AS sort_key FROM classified),
        measured AS (
            SELECT c.*, CASE WHEN section IN ({_quoted(AT_RISK)}) THEN ({_uncovered(words)}) END AS uncovered
              FROM classified c
        )
        SELECT section, currency, COUNT(*) AS flights,
               SUM(CASE WHEN gap_at < %(soon)s THEN 1 ELSE 0 END) AS soon,
               SUM(daily_spend * {words.started_days}) AS at_risk,
               SUM(daily_spend) AS a_day,
               NULL AS id, NULL AS sort_key
          FROM measured
         GROUP BY section, currency
         UNION ALL
        SELECT section, NULL, NULL, NULL, NULL, NULL, id, sort_key FROM ({places}) placed
        """,
        soon=now + SOON,
        **values,
    )
    standing = Standing([], [])
    for section, currency, count, soon, at_risk, a_day, pk, key in rows:
        if pk is None:
            standing.sums.append(
                SectionSum(Section(section), currency, count, soon, _money(at_risk), _money(a_day))
            )
        else:
            standing.places.append(Place(UUID(str(pk)), Section(section), key))
    standing.places.sort(key=lambda place: (place.section, place.key, place.flight_id))
    return standing


@dataclass(frozen=True, slots=True)
class _Dialect:
    """The few words in which the databases differ."""

    first_gap: (
        str  # the join of a flight with its first gap; PostgreSQL would hash all gaps to look up their ids
    )
    key: str  # an instant as a whole number to sort by
    length: str  # the time from gap_from to gap_until
    started_days: str  # ``uncovered``, a sum of such lengths, in days, rounded up


_FIRST_GAP = """
               SELECT x.{0}
                 FROM authorizations_postgap x
                WHERE x.brand_id = %(brand)s AND x.post_id = j.post_id
                  AND (x.ends_at IS NULL OR x.ends_at > j.from_at)
                  AND (x.starts_at IS NULL OR x.starts_at < j.until_at)
                ORDER BY x.starts_at ASC NULLS FIRST
                LIMIT 1"""

_DIALECTS = {
    "postgresql": _Dialect(
        first_gap=f"LEFT JOIN LATERAL ({_FIRST_GAP.format('*')}) g ON true",
        key="CAST(EXTRACT(EPOCH FROM {0}) * 1000000 AS bigint)",
        length="EXTRACT(EPOCH FROM gap_until - gap_from)",
        started_days="CEIL(uncovered / 86400)",
    ),
    "sqlite": _Dialect(
        first_gap=f"LEFT JOIN authorizations_postgap g ON g.id = ({_FIRST_GAP.format('id')})",
        key="CAST(strftime('%%s', {0}) AS INTEGER)",
        # Django's own function: the exact difference in microseconds.
        length="django_timestamp_diff(gap_until, gap_from)",
        started_days="((uncovered + 86399999999) / 86400000000)",
    ),
}


def _quoted(sections: Iterable[Section]) -> str:
    return ", ".join(f"'{section.value}'" for section in sections)


# Flights that are not over: from when they are judged, their first gap, their section.
_CLASSIFIED = f"""
    WITH judged AS (
        SELECT f.id, f.post_id, f.starts_at, f.ends_at, f.paused_at, f.created_at, f.daily_spend,
               COALESCE(NULLIF(a.currency, ''), %(currency)s) AS currency,
               CASE WHEN f.starts_at > %(now)s THEN f.starts_at ELSE %(now)s END AS from_at,
               COALESCE(f.ends_at, %(far)s) AS until_at,
               CASE WHEN f.starts_at <= %(now)s OR f.launched_at <= %(now)s THEN 1 ELSE 0 END AS live
          FROM campaigns_flight f
          LEFT JOIN brands_adaccount a ON a.id = f.ad_account_id
         WHERE f.brand_id = %(brand)s
           AND (f.ends_at IS NULL OR f.ends_at > %(now)s)
           AND (f.ended_at IS NULL OR f.ended_at > %(now)s)
           {{chosen}}
    ),
    with_gap AS (
        SELECT j.*, g.id AS gap_id, g.reasons, g.stops_itself,
               CASE WHEN g.starts_at > j.from_at THEN g.starts_at
                    WHEN g.id IS NOT NULL THEN j.from_at END AS gap_at,
               CASE WHEN g.starts_at > j.starts_at THEN g.starts_at ELSE j.starts_at END AS blocked_since
          FROM judged j
          {{first_gap}}
    ),
    classified AS (
        SELECT w.*,
               CASE WHEN starts_at IS NULL THEN '{Section.UNPLANNED}'
                    WHEN paused_at IS NOT NULL THEN '{Section.PAUSED}'
                    WHEN gap_id IS NULL THEN '{Section.COVERED}'
                    WHEN gap_at > from_at THEN
                         CASE WHEN ends_at IS NULL AND gap_at > %(horizon)s THEN '{Section.RUNS_UNTIL}'
                              WHEN stops_itself THEN '{Section.STOPS}'
                              ELSE '{Section.MUST_PAUSE}' END
                    WHEN live = 1 AND NOT stops_itself THEN '{Section.WITHOUT_RIGHTS}'
                    WHEN live = 0 AND reasons LIKE '%%code%%' THEN '{Section.WAITING}'
                    ELSE '{Section.BLOCKED}' END AS section
          FROM with_gap w
         {{narrowed}}
    )
"""


def _sort_key(words: _Dialect) -> str:
    return f"""
        CASE WHEN section IN ({_quoted(_NEWEST_FIRST)}) THEN -{words.key.format("blocked_since")}
             WHEN section = '{Section.WAITING}' THEN {words.key.format("starts_at")}
             WHEN section = '{Section.COVERED}' THEN {words.key.format("until_at")}
             WHEN section = '{Section.PAUSED}' THEN -{words.key.format("paused_at")}
             WHEN section = '{Section.UNPLANNED}' THEN -{words.key.format("created_at")}
             ELSE {words.key.format("gap_at")} END"""


def _uncovered(words: _Dialect) -> str:
    """The length of all gaps inside a flight; a flight without end counts the next 30 days."""
    return f"""
        SELECT SUM({words.length})
          FROM (SELECT CASE WHEN y.starts_at > c.from_at THEN y.starts_at ELSE c.from_at END AS gap_from,
                       CASE WHEN y.ends_at < COALESCE(c.ends_at, %(horizon)s) THEN y.ends_at
                            ELSE COALESCE(c.ends_at, %(horizon)s) END AS gap_until
                  FROM authorizations_postgap y
                 WHERE y.brand_id = %(brand)s AND y.post_id = c.post_id) clipped
         WHERE gap_until > gap_from"""


def _run(choice: Choice, now: datetime, select: str, **values: Any) -> list[tuple[Any, ...]]:
    conditions = []
    if choice.reason is not None:
        conditions.append("(',' || reasons || ',') LIKE %(reason)s")
        values["reason"] = f"%,{choice.reason.value},%"
    if choice.gap_before is not None:
        conditions.append("gap_at < %(gap_before)s")
        values["gap_before"] = choice.gap_before
    if choice.gap_from is not None:
        conditions.append("gap_at >= %(gap_from)s")
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
            _CLASSIFIED.replace("{first_gap}", _DIALECTS[connection.vendor].first_gap)
            .replace("{chosen}", chosen)
            .replace("{narrowed}", narrowed)
            + select,
            {name: _adapted(value) for name, value in values.items()},
        )
        return list(cursor.fetchall())


def _adapted(value: Any) -> Any:
    """A value in the form in which this database keeps it."""
    if isinstance(value, datetime):
        return connection.ops.adapt_datetimefield_value(value)
    if isinstance(value, UUID) and not connection.features.has_native_uuid_field:
        return value.hex
    return value


def _money(value: Any) -> Decimal:
    return Decimal(str(value or 0)).quantize(Decimal("0.01"))
