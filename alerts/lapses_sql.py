"""The texts of the scan for lapses: which flights fail when on which side, and what of it nobody was told yet.

Put together by ``alerts.queries.lapses``; nothing here is a value, and every name comes from this module. Who runs
until when is said by the parts of the board's statement (campaigns/sections_sql.py). The same on PostgreSQL and SQLite
but for one join. What is right is said by a slow oracle in the tests.
"""

from alerts.enums import AlertKind, Outcome
from campaigns.sections_sql import JUDGED, REPLACED
from posts.enums import Method

# The reasons of each side in a gap; alerts/rules/sides.py says the same.
_SIDES = {
    AlertKind.CODE: "{0}.reasons LIKE '%%code%%'",
    AlertKind.RIGHTS: "({0}.reasons LIKE '%%rights%%' OR {0}.reasons LIKE '%%paid%%')",
    AlertKind.POST: "{0}.reasons LIKE '%%unavailable%%'",
}


def _of_kind(gap: str, kind: str) -> str:
    """The condition that a gap has reasons of the side that a kind of alert is about."""
    return (
        "(" + " OR ".join(f"({kind} = '{side}' AND {has.format(gap)})" for side, has in _SIDES.items()) + ")"
    )


# When each side of a flight fails first, from now or its start on.
_FIRST = ",\n               ".join(
    f"MIN(CASE WHEN {has.format('x')} THEN CASE WHEN x.starts_at > j.from_at THEN x.starts_at ELSE j.from_at END END)"
    f" AS {side}_at"
    for side, has in _SIDES.items()
)
_INSIDE = """x.brand_id = j.brand_id AND x.post_id = j.post_id
           AND j.from_at < j.until_at AND (x.ends_at IS NULL OR x.ends_at > j.from_at)
           AND (x.starts_at IS NULL OR (x.starts_at < j.until_at AND x.starts_at <= %(reach)s))"""
_GAPPED = {
    # One look-up a flight: PostgreSQL would rather read all gaps of all brands.
    "postgresql": f"""
        SELECT j.id, j.from_at, g.*
          FROM judged j
          LEFT JOIN LATERAL (
        SELECT {_FIRST}
          FROM authorizations_postgap x
         WHERE {_INSIDE}) g ON true""",
    "sqlite": f"""
        SELECT j.id, j.from_at,
               {_FIRST}
          FROM judged j
          LEFT JOIN authorizations_postgap x ON {_INSIDE}
         GROUP BY j.id, j.from_at""",
}

_BY_SIDE = "\n         UNION ALL\n".join(
    f"        SELECT id AS flight_id, '{side}' AS kind, {side}_at AS fails_at FROM gapped WHERE {side}_at <= %(reach)s"
    for side in _SIDES
)


def lapsing(vendor: str) -> str:
    """``WITH …``: for each flight and side (and replacement to apply) the first instant, from now on, when it fails.

    ``fails_at`` lies at or before now where it fails now. A replacement is not asked for where the code side or the
    post fails before it is due. ``{brand}`` and ``{chosen}`` are open.
    """
    return f"""
    WITH {JUDGED},
    {REPLACED},
    gapped AS ({_GAPPED[vendor]}
    ),
    lapsing AS MATERIALIZED (
{_BY_SIDE}
         UNION ALL
        SELECT d.id, '{AlertKind.APPLY}', d.apply_by
          FROM due d
          JOIN gapped g ON g.id = d.id
         WHERE d.apply_by <= %(reach)s
           AND (g.code_at IS NULL OR (g.code_at > g.from_at AND g.code_at > d.apply_by))
           AND (g.post_at IS NULL OR (g.post_at > g.from_at AND g.post_at > d.apply_by))
    )"""


# What was raised: open alerts with their flights (none, if all are deleted), and steps that were skipped.
_TOLD = f"""
    told AS MATERIALIZED (
        SELECT a.id AS alert_id, a.kind, a.lapses_at, a.step, 1 AS is_open, h.id AS hit_id, h.flight_id
          FROM alerts_alert a
          LEFT JOIN alerts_alertflight h ON h.alert_id = a.id
         WHERE a.brand_id {{brand}} AND a.closed_at IS NULL
         UNION ALL
        SELECT a.id, a.kind, a.lapses_at, a.step, 0, h.id, h.flight_id
          FROM alerts_alert a
          JOIN alerts_alertflight h ON h.alert_id = a.id
         WHERE a.brand_id {{brand}} AND a.outcome = '{Outcome.SKIPPED}' AND a.lapses_at > %(now)s
    )"""

# The right that ends at the lapse: those of the post count if it has any, else those of its brief, else its creator's.
_HOLDERS = ("post_id", "brief_id", "creator_id")


def _ending(holder: str) -> str:
    return f"""(SELECT r.id FROM authorizations_usageright r
                      WHERE r.{holder} = d.{holder} AND r.ends_at = d.lapses_at
                      ORDER BY r.paid_amplification DESC, r.id LIMIT 1)"""


def _has(holder: str) -> str:
    # Not EXISTS: PostgreSQL would read the rights of all brands to answer it.
    return f"(SELECT 1 FROM authorizations_usageright r WHERE r.{holder} = d.{holder} LIMIT 1) = 1"


_RIGHT = f"""CASE WHEN d.kind <> '{AlertKind.RIGHTS}' THEN NULL
                    WHEN {_has("post_id")} THEN {_ending("post_id")}
                    WHEN {_has("brief_id")} THEN {_ending("brief_id")}
                    ELSE {_ending("creator_id")} END"""

# When the window began that ends at the lapse: the longest, where several end there.
_WINDOW = f"""CASE WHEN d.kind IN ('{AlertKind.POST}', '{AlertKind.RIGHTS}') THEN NULL
                    WHEN d.method = '{Method.CODE}'
                    THEN (SELECT MIN(c.starts_at) FROM authorizations_authorizationcode c
                           WHERE c.post_id = d.post_id AND c.rejected_at IS NULL
                             AND CASE WHEN c.revoked_at < c.expires_at THEN c.revoked_at
                                      ELSE c.expires_at END = d.lapses_at)
                    ELSE (SELECT MIN(k.starts_at) FROM authorizations_accountlink k
                           WHERE k.creator_id = d.creator_id AND k.ends_at = d.lapses_at) END"""


def news(vendor: str) -> str:
    """What differs from what was raised: rows of lapses to raise, and below them rows of hits that hold no more.

    A flight that fails now is known if an open alert of that side hits it at the lapse or later; one that will fail, if
    an alert of that very instant hits it at the due step or a tighter one. Its lapse is the start of the stretch that
    lasts, but not before the flight. ``{step}`` is the due step of a lapse ``l``. Nothing new: no rows.
    """
    return f"""{lapsing(vendor)},{_TOLD},
    stale AS (
        SELECT t.alert_id, t.hit_id
          FROM told t
          LEFT JOIN lapsing l ON l.flight_id = t.flight_id AND l.kind = t.kind
                AND (l.fails_at = t.lapses_at OR (l.fails_at <= %(now)s AND t.lapses_at <= %(now)s))
         WHERE t.is_open = 1 AND l.flight_id IS NULL
    ),
    untold AS (
        SELECT s.flight_id, s.kind, s.fails_at, s.step, w.alert_id AS wider_id
          FROM (SELECT l.*, {{step}} AS step FROM lapsing l WHERE l.fails_at <= %(widest)s) s
          LEFT JOIN told t ON t.flight_id = s.flight_id AND t.kind = s.kind
                AND ((s.fails_at > %(now)s AND t.lapses_at = s.fails_at AND t.step <= s.step)
                     OR (s.fails_at <= %(now)s AND t.is_open = 1 AND t.step <= 0))
          LEFT JOIN told w ON w.flight_id = s.flight_id AND w.kind = s.kind AND w.is_open = 1
                AND (w.lapses_at = s.fails_at OR (w.lapses_at <= %(now)s AND s.fails_at <= %(now)s))
         WHERE t.flight_id IS NULL
    ),
    dated AS MATERIALIZED (
        SELECT u.flight_id, u.kind, u.step, u.wider_id, j.brand_id, j.post_id, j.starts_at,
               p.creator_id, p.brief_id, p.method, j.buyer_id,
               (SELECT m.buyer_id FROM campaigns_campaign m WHERE m.id = j.campaign_id) AS campaign_buyer_id,
               (SELECT k.manager_id FROM creators_creator k WHERE k.id = p.creator_id) AS manager_id,
               CASE WHEN u.fails_at > %(now)s OR u.kind = '{AlertKind.APPLY}' THEN u.fails_at
                    ELSE (SELECT CASE WHEN MAX(x.starts_at) > j.starts_at THEN MAX(x.starts_at) ELSE j.starts_at END
                            FROM authorizations_postgap x
                           WHERE x.brand_id = j.brand_id AND x.post_id = j.post_id AND x.starts_at <= %(now)s
                             AND {_of_kind("x", "u.kind")}
                             AND NOT EXISTS (SELECT 1 FROM authorizations_postgap y
                                              WHERE y.brand_id = j.brand_id AND y.post_id = j.post_id
                                                AND y.ends_at = x.starts_at AND {_of_kind("y", "u.kind")}))
                    END AS lapses_at
          FROM untold u
          JOIN judged j ON j.id = u.flight_id
          JOIN posts_post p ON p.id = j.post_id
    ),
    owed AS MATERIALIZED (
        SELECT d.*, {_RIGHT} AS right_id, {_WINDOW} AS window_from
          FROM dated d
    )
    SELECT o.flight_id, o.kind, o.step, o.lapses_at, o.brand_id, o.post_id, o.right_id,
           o.buyer_id, o.campaign_buyer_id, o.manager_id,
           CASE WHEN o.lapses_at > %(now)s AND o.lapses_at > o.starts_at
                THEN COALESCE((SELECT r.starts_at FROM authorizations_usageright r WHERE r.id = o.right_id),
                              o.window_from) END AS window_from,
           o.wider_id,
           (SELECT 1 FROM alerts_alert a
             WHERE a.brand_id = o.brand_id AND a.kind = o.kind AND a.lapses_at = o.lapses_at
               AND a.subject_id = COALESCE(o.right_id, o.post_id) LIMIT 1) AS known,
           NULL AS alert_id, NULL AS hit_id
      FROM owed o
     UNION ALL
    SELECT NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, alert_id, hit_id
      FROM stale"""


# The lapses of chosen flights, without a look at what was raised.
PLAIN = " SELECT flight_id, kind, fails_at FROM lapsing"
