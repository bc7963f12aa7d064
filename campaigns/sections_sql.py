"""The texts of the board's one statement: the small words in which the databases differ, and the steps of the answer.

Put together by ``campaigns.sections``; nothing here is a value, and every name comes from this module.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from campaigns.enums import Section, Sort

AT_RISK = (Section.WITHOUT_RIGHTS, Section.BLOCKED, Section.STOPS, Section.MUST_PAUSE, Section.WAITING)

# In these the newest line comes first; the others go by what happens soonest.
_NEWEST_FIRST = (Section.WITHOUT_RIGHTS, Section.BLOCKED)

# Sorted by money, lines whose spend nobody gave stand behind all others, by days.
_BEHIND_MONEY = 4 * 10**18


@dataclass(frozen=True, slots=True)
class Dialect:
    """The few words in which the databases differ."""

    first_gap: (
        str  # the join of a flight with its first gap; PostgreSQL would hash all gaps to look up their ids
    )
    key: str  # an instant as a whole number to sort by
    cents: str  # an amount as a whole number to sort by
    text: str  # a name to sort by; only A-Z lose their case, the same on both databases
    length: str  # the time from gap_from to gap_until
    started_days: str  # ``uncovered``, a sum of such lengths, in days, rounded up


_FIRST_GAP = """
               SELECT x.{0}
                 FROM authorizations_postgap x
                WHERE x.brand_id = {{of_brand}} AND x.post_id = j.post_id AND j.starts_at IS NOT NULL
                  AND (x.ends_at IS NULL OR x.ends_at > j.from_at)
                  AND (x.starts_at IS NULL OR x.starts_at < j.until_at)
                ORDER BY x.starts_at ASC NULLS FIRST
                LIMIT 1"""

DIALECTS = {
    "postgresql": Dialect(
        first_gap=f"LEFT JOIN LATERAL ({_FIRST_GAP.format('*')}) g ON true",
        key="CAST(EXTRACT(EPOCH FROM {0}) * 1000000 AS bigint)",
        cents="CAST({0} * 100 AS bigint)",
        text='LOWER({0} COLLATE "C")',
        length="EXTRACT(EPOCH FROM gap_until - gap_from)",
        started_days="CEIL(uncovered / 86400)",
    ),
    "sqlite": Dialect(
        first_gap=f"LEFT JOIN authorizations_postgap g ON g.id = ({_FIRST_GAP.format('id')})",
        key="CAST(strftime('%%s', {0}) AS INTEGER)",
        cents="CAST(ROUND({0} * 100) AS INTEGER)",
        text="LOWER({0})",
        # Django's own function: the exact difference in microseconds.
        length="django_timestamp_diff(gap_until, gap_from)",
        started_days="((uncovered + 86399999999) / 86400000000)",
    ),
}


def _quoted(sections: Iterable[Section]) -> str:
    return ", ".join(f"'{section.value}'" for section in sections)


# Flights that are not over, and from when on they are judged. ``{brand}`` ("= …", "IN (…)") and ``{chosen}`` (more
# conditions on ``f``) are filled in by who uses these parts: campaigns.sections, and alerts.queries.lapses.
JUDGED = """judged AS (
        SELECT f.id, f.brand_id, f.post_id, f.campaign_id, f.starts_at, f.ends_at, f.paused_at, f.created_at,
               f.daily_spend, f.ad_account_id, f.buyer_id,
               CASE WHEN f.starts_at > %(now)s THEN f.starts_at ELSE %(now)s END AS from_at,
               CASE WHEN f.ended_at < COALESCE(f.ends_at, %(far)s) THEN f.ended_at
                    ELSE COALESCE(f.ends_at, %(far)s) END AS until_at,
               CASE WHEN f.starts_at <= %(now)s OR f.launched_at <= %(now)s THEN 1 ELSE 0 END AS live
          FROM campaigns_flight f
         WHERE f.brand_id {brand}
           AND (f.ends_at IS NULL OR f.ends_at > %(now)s)
           AND (f.ended_at IS NULL OR f.ended_at > %(now)s)
           {chosen}
    )"""

# By when a replacement of their code must be applied: ``due``, of the ``judged``.
# An account is done with an old code where its replacement is in use, or any good code that lasts longer.
# Code uses are looked up for the few old codes that end inside a flight: asked for all at once, PostgreSQL would read
# the uses of all brands.
REPLACED = """replaced AS MATERIALIZED (
        SELECT j.id, j.post_id, j.ad_account_id, n.id AS new_id, o.id AS old_id,
               CASE WHEN o.revoked_at < o.expires_at THEN o.revoked_at ELSE o.expires_at END AS apply_by
          FROM authorizations_authorizationcode n
          JOIN judged j ON j.post_id = n.post_id
          JOIN authorizations_authorizationcode o ON o.id = n.supersedes_id
         WHERE n.brand_id {brand} AND n.supersedes_id IS NOT NULL AND n.expires_at > %(now)s
           AND n.rejected_at IS NULL AND (n.revoked_at IS NULL OR n.revoked_at > %(now)s)
           AND o.expires_at > j.starts_at AND (o.revoked_at IS NULL OR o.revoked_at > j.starts_at)
           AND (o.expires_at < j.until_at OR o.revoked_at < j.until_at)
    ),
    due AS (
        SELECT r.id, MIN(r.apply_by) AS apply_by
          FROM replaced r
          JOIN authorizations_codeuse u ON u.code_id = r.old_id
         WHERE (r.ad_account_id IS NULL OR u.ad_account_id IS NULL OR u.ad_account_id = r.ad_account_id)
           AND NOT EXISTS (SELECT 1 FROM authorizations_authorizationcode c
                             JOIN authorizations_codeuse s ON s.code_id = c.id
                            WHERE c.brand_id {brand} AND c.post_id = r.post_id
                              AND (c.id = r.new_id
                                   OR (c.rejected_at IS NULL AND c.expires_at > %(now)s AND c.expires_at > r.apply_by
                                       AND (c.revoked_at IS NULL
                                            OR (c.revoked_at > %(now)s AND c.revoked_at > r.apply_by))))
                              AND (s.ad_account_id IS NULL OR u.ad_account_id IS NULL
                                   OR s.ad_account_id = u.ad_account_id))
         GROUP BY r.id
    )"""

# The flights with their currency, their first gap and their section; ``classified`` fills in the places.
_CLASSIFIED = f"""
    WITH {JUDGED},
    {REPLACED},
    with_gap AS (
        SELECT j.*, COALESCE(NULLIF(a.currency, ''), {{currency}}) AS currency, g.id AS gap_id, g.reasons,
               g.stops_itself,
               CASE WHEN g.starts_at > j.from_at THEN g.starts_at
                    WHEN g.id IS NOT NULL THEN j.from_at END AS gap_at,
               CASE WHEN g.starts_at > j.starts_at THEN g.starts_at ELSE j.starts_at END AS blocked_since,
               CASE WHEN j.paused_at IS NULL
                         AND (g.id IS NULL OR (g.starts_at > j.from_at AND g.starts_at > d.apply_by))
                    THEN d.apply_by END AS apply_by
          FROM judged j
          LEFT JOIN brands_adaccount a ON a.id = j.ad_account_id
          {{first_gap}}
          LEFT JOIN due d ON d.id = j.id
    ),
    classified AS (
        SELECT w.*, COALESCE(apply_by, gap_at) AS stops_at,
               CASE WHEN starts_at IS NULL THEN '{Section.UNPLANNED}'
                    WHEN paused_at IS NOT NULL THEN '{Section.PAUSED}'
                    WHEN apply_by IS NOT NULL THEN '{Section.STOPS}'
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


def classified(
    words: Dialect, *, brand: str, of_brand: str, currency: str, chosen: str = "", narrowed: str = ""
) -> str:
    """The flights of a brand ("= …") or of several ("IN (…)") with their currency, first gap and section.

    ``of_brand`` and ``currency`` are the brand of a flight ``j`` and what it counts in, as SQL.
    """
    return (
        _CLASSIFIED.replace("{first_gap}", words.first_gap)
        .replace("{brand}", brand)
        .replace("{of_brand}", of_brand)
        .replace("{currency}", currency)
        .replace("{chosen}", chosen)
        .replace("{narrowed}", narrowed)
    )


def measured(words: Dialect, *, of_brand: str = "%(brand)s") -> str:
    """The length of all gaps inside each flight at risk; a flight without end counts the next 30 days.

    ``of_brand`` is the brand of a flight ``c``, as SQL.
    """
    return f"""
        SELECT c.*, CASE WHEN section IN ({_quoted(AT_RISK)}) THEN (
                SELECT SUM({words.length})
                  FROM (SELECT CASE WHEN y.starts_at > c.from_at THEN y.starts_at ELSE c.from_at END AS gap_from,
                               CASE WHEN y.ends_at < COALESCE(c.ends_at, %(horizon)s) THEN y.ends_at
                                    ELSE COALESCE(c.ends_at, %(horizon)s) END AS gap_until
                          FROM authorizations_postgap y
                         WHERE y.brand_id = {of_brand} AND y.post_id = c.post_id) clipped
                 WHERE gap_until > gap_from) END AS uncovered
          FROM classified c"""


def keyed(words: Dialect, sort: Sort) -> str:
    """Every flight with its section and the key that orders it there."""
    if sort is Sort.CAMPAIGN:
        source, key = "classified q JOIN campaigns_campaign m ON m.id = q.campaign_id", "m.name"
    elif sort is Sort.CREATOR:
        source = "classified q JOIN posts_post p ON p.id = q.post_id JOIN creators_creator k ON k.id = p.creator_id"
        key = "k.handle"
    else:
        # The lengths of all gaps are worked out only where they order the lines, too.
        source = "measured q" if sort is Sort.MONEY else "classified q"
        keys = {Sort.URGENCY: _urgency_key, Sort.MONEY: _money_key, Sort.END: _end_key}
        return f"SELECT q.id, section, apply_by, {keys[sort](words)} AS sort_key FROM {source}"
    return f"SELECT q.id, section, apply_by, {words.text.format(key)} AS sort_key FROM {source}"


def _urgency_key(words: Dialect) -> str:
    return f"""
        CASE WHEN section IN ({_quoted(_NEWEST_FIRST)}) THEN -{words.key.format("blocked_since")}
             WHEN section = '{Section.WAITING}' THEN {words.key.format("starts_at")}
             WHEN section = '{Section.COVERED}' THEN {words.key.format("until_at")}
             WHEN section = '{Section.PAUSED}' THEN -{words.key.format("paused_at")}
             WHEN section = '{Section.UNPLANNED}' THEN -{words.key.format("created_at")}
             ELSE {words.key.format("stops_at")} END"""


def _end_key(words: Dialect) -> str:
    return words.key.format("until_at")


def _money_key(words: Dialect) -> str:
    days = f"COALESCE({words.started_days}, 0)"
    return f"""
        CAST(CASE WHEN daily_spend IS NULL THEN {_BEHIND_MONEY} - {days}
                  WHEN section IN ({_quoted(AT_RISK)}) THEN -{words.cents.format("daily_spend")} * {days}
                  ELSE -{words.cents.format("daily_spend")} END AS bigint)"""
