"""P3: ``raise_alerts`` beside one hand-written INSERT…SELECT of the same alerts, and a pass that finds nothing new."""

import gc
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction

from alerts.models import Alert, AlertFlight, Notice
from alerts.operations.raising import raise_alerts
from alerts.queries.lapses import news_of, parts
from brands.models import Brand
from campaigns.models import Flight
from campaigns.sections import FAR
from sparktrack.core.clock import database_now
from sparktrack.core.ids import uuid7
from tests.benchmarks.rawrows import gather_statistics
from tests.benchmarks.timing import Spread

DAY = timedelta(days=1)
_STEPS = (1, 3, 7, 14, 30)
_TABLES = ("alerts_attempt", "alerts_notice", "alerts_alertflight", "alerts_delivery", "alerts_alert")


@dataclass(frozen=True, slots=True)
class RaisingFigures:
    """Seconds of a pass over all flights; what it made."""

    flights: int
    alerts: int
    hits: int
    notices: int
    raised: Spread
    scan: Spread
    bare: Spread
    idle: Spread

    @property
    def ratio(self) -> float:
        """A pass that raises everything over the lower bound."""
        return self.raised.median / self.bare.median

    @property
    def idle_ratio(self) -> float:
        """A pass that finds nothing new over the lower bound."""
        return self.idle.median / self.bare.median


def measure_raising(brand: Brand, *, repeats: int) -> RaisingFigures:
    """All in turn, after both raised the same alerts; raises AssertionError where they differ."""
    now = database_now()
    bare = BareAlerts(brand, now=now)
    _forget()
    raise_alerts(now=now)
    expected = _content(brand)
    alerts, hits, notices = (each.objects.count() for each in (Alert, AlertFlight, Notice))
    _forget()
    bare.insert()
    assert _content(brand) == expected
    seconds: dict[str, list[float]] = {"raised": [], "scan": [], "bare": [], "idle": []}
    for _ in range(repeats):
        _forget()
        seconds["bare"].append(_timed(bare.insert))
        _forget()
        seconds["scan"].append(_timed(lambda: [news_of(part, now=now) for part in parts(now=now)]))
        seconds["raised"].append(_timed(lambda: raise_alerts(now=now)))
        gather_statistics()
        seconds["idle"].append(_timed(lambda: raise_alerts(now=now)))
    _forget()
    spreads = {name: Spread(tuple(sorted(values))) for name, values in seconds.items()}
    flights = Flight.objects.for_brand(brand).count()
    return RaisingFigures(flights, alerts, hits, notices, **spreads)


def _timed(call: Callable[[], object]) -> float:
    gc.collect()
    began = time.perf_counter()
    call()
    return time.perf_counter() - began


def _content(brand: Brand) -> set[tuple[Any, ...]]:
    alerts = Alert.objects.for_brand(brand)
    return set(alerts.values_list("kind", "subject_id", "lapses_at", "step", "outcome"))


def _forget() -> None:
    """No alert was ever raised."""
    with transaction.atomic(), connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(f"TRUNCATE {', '.join(_TABLES)} CASCADE")
        else:
            for table in _TABLES:
                cursor.execute(f"DELETE FROM {table}")


def _key(value: Any) -> Any:
    return value if connection.features.has_native_uuid_field else value.hex


# --- The lower bound -------------------------------------------------------------------------------------------------
# It shares nothing with alerts.lapses_sql. Every replacement of the measured brand is applied: it asks for none.
_HAS = {
    "code": "{0}.reasons LIKE '%%code%%'",
    "rights": "({0}.reasons LIKE '%%rights%%' OR {0}.reasons = 'paid_not_allowed')",
    "post": "{0}.reasons LIKE '%%post%%'",
}
_FIRST = ", ".join(
    f"MIN(CASE WHEN {has.format('x')} THEN CASE WHEN x.starts_at > j.from_at THEN x.starts_at ELSE j.from_at END END)"
    f" AS {side}"
    for side, has in _HAS.items()
)
_GAP = """x.post_id = j.post_id AND (x.ends_at IS NULL OR x.ends_at > j.from_at)
          AND (x.starts_at IS NULL OR (x.starts_at < j.until_at AND x.starts_at <= %(horizon)s))"""
_SIDES = {
    "postgresql": f"""SELECT j.*, s.* FROM judged j CROSS JOIN LATERAL (
        SELECT {_FIRST} FROM authorizations_postgap x WHERE {_GAP}) s""",
    "sqlite": f"""SELECT j.*, {_FIRST} FROM judged j JOIN authorizations_postgap x ON {_GAP} GROUP BY j.id""",
}
_SAME_SIDE = " OR ".join(f"(l.kind = '{side}' AND {has.format('{0}')})" for side, has in _HAS.items())
_TOO_LONG = {
    "postgresql": "2 * {step} * interval '1 day' > lapses_at - window_from",
    "sqlite": "2 * {step} > julianday(lapses_at) - julianday(window_from)",
}
_NEW_ID = {"postgresql": "gen_random_uuid()", "sqlite": "lower(hex(randomblob(16)))"}
_STEP = (
    "CASE WHEN lapses_at <= %(week_ago)s THEN -1 WHEN lapses_at <= %(now)s THEN 0 "
    + " ".join(f"WHEN lapses_at <= %(until_{step})s THEN {step}" for step in _STEPS)
    + " END"
)

_INSERT = """
    INSERT INTO alerts_alert (id, brand_id, kind, subject_id, lapses_at, step, run, raised_at, snooze_reason,
                              closed_at, outcome)
    WITH judged AS (
        SELECT f.id, f.post_id, f.starts_at,
               CASE WHEN f.starts_at > %(now)s THEN f.starts_at ELSE %(now)s END AS from_at,
               COALESCE(f.ends_at, %(far)s) AS until_at
          FROM campaigns_flight f
         WHERE f.brand_id = %(brand)s AND f.starts_at <= %(horizon)s AND f.paused_at IS NULL
           AND (f.ends_at IS NULL OR f.ends_at > %(now)s) AND (f.ended_at IS NULL OR f.ended_at > %(now)s)
    ),
    sides AS MATERIALIZED ({sides}),
    lapses AS (
        SELECT id, post_id, starts_at, 'code' AS kind, code AS fails_at FROM sides WHERE code IS NOT NULL
         UNION ALL
        SELECT id, post_id, starts_at, 'rights', rights FROM sides WHERE rights IS NOT NULL
         UNION ALL
        SELECT id, post_id, starts_at, 'post', post FROM sides WHERE post IS NOT NULL
    ),
    dated AS MATERIALIZED (
        SELECT l.post_id, l.starts_at, l.kind, p.brief_id, p.creator_id, p.method,
               CASE WHEN l.fails_at > %(now)s THEN l.fails_at
                    ELSE (SELECT CASE WHEN MAX(x.starts_at) > l.starts_at THEN MAX(x.starts_at) ELSE l.starts_at END
                            FROM authorizations_postgap x
                           WHERE x.post_id = l.post_id AND x.starts_at <= %(now)s AND ({same_x})
                             AND NOT EXISTS (SELECT 1 FROM authorizations_postgap y WHERE y.post_id = l.post_id
                                                AND y.ends_at = x.starts_at AND ({same_y}))) END AS lapses_at
          FROM lapses l JOIN posts_post p ON p.id = l.post_id
         WHERE l.fails_at <= %(horizon)s
    ),
    owed AS MATERIALIZED (
        SELECT d.*,
               CASE WHEN d.kind = 'rights' THEN (
                   SELECT r.id FROM authorizations_usageright r
                    WHERE r.ends_at = d.lapses_at
                      AND (r.post_id = d.post_id
                           OR (r.brief_id = d.brief_id AND NOT EXISTS (
                               SELECT 1 FROM authorizations_usageright q WHERE q.post_id = d.post_id))
                           OR (r.creator_id = d.creator_id AND NOT EXISTS (
                               SELECT 1 FROM authorizations_usageright q
                                WHERE q.post_id = d.post_id OR q.brief_id = d.brief_id)))
                    ORDER BY r.paid_amplification DESC, r.id LIMIT 1) END AS right_id,
               CASE WHEN d.kind = 'code' THEN (
                   SELECT MIN(c.starts_at) FROM authorizations_authorizationcode c
                    WHERE c.post_id = d.post_id AND c.rejected_at IS NULL AND d.method = 'code'
                      AND (c.expires_at = d.lapses_at OR c.revoked_at = d.lapses_at)) END AS code_from
          FROM dated d
    ),
    windowed AS (
        SELECT o.kind, COALESCE(o.right_id, o.post_id) AS subject_id, o.lapses_at,
               CASE WHEN o.lapses_at > %(now)s AND o.lapses_at > o.starts_at
                    THEN COALESCE(r.starts_at, o.code_from) END AS window_from
          FROM owed o LEFT JOIN authorizations_usageright r ON r.id = o.right_id
    ),
    grouped AS (
        SELECT kind, subject_id, MIN(lapses_at) AS lapses_at,
               CASE WHEN COUNT(*) = COUNT(window_from) THEN MIN(window_from) END AS window_from
          FROM windowed
         GROUP BY kind, subject_id, CASE WHEN lapses_at > %(now)s THEN lapses_at END
    ),
    stepped AS (SELECT grouped.*, {step} AS step FROM grouped),
    judged_steps AS (SELECT stepped.*, CASE WHEN {too_long} THEN 1 ELSE 0 END AS is_long FROM stepped)
    SELECT {new_id}, %(brand)s, kind, subject_id, lapses_at, step, %(run)s, %(now)s, '',
           CASE WHEN is_long = 1 THEN %(now)s END, CASE WHEN is_long = 1 THEN 'skipped' ELSE '' END
      FROM judged_steps"""


class BareAlerts:
    """One statement for one brand and this database, that knows that nothing was raised before."""

    def __init__(self, brand: Brand, *, now: datetime) -> None:
        vendor = connection.vendor
        self._statement = (
            _INSERT.replace("{sides}", _SIDES[vendor])
            .replace("{same_x}", _SAME_SIDE.format("x"))
            .replace("{same_y}", _SAME_SIDE.format("y"))
            .replace("{too_long}", _TOO_LONG[vendor].replace("{step}", "step"))
            .replace("{step}", _STEP)
            .replace("{new_id}", _NEW_ID[vendor])
        )
        instants = {"now": now, "far": FAR, "horizon": now + 30 * DAY, "week_ago": now - 7 * DAY}
        instants |= {f"until_{step}": now + step * DAY for step in _STEPS}
        self._values = {
            "brand": _key(brand.pk),
            "run": _key(uuid7()),
            **{name: connection.ops.adapt_datetimefield_value(at) for name, at in instants.items()},
        }

    def insert(self) -> None:
        """Raise the alerts of the brand."""
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(self._statement, self._values)
