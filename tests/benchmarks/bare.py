"""The lower bound of a page: hand-written SQL for the same rows and sums, and a template that only prints them.

The statements are what one would write for this page and this database alone; they share nothing with
``campaigns.sections``, and the measurement checks that they find the same rows in the same order.
"""

from datetime import datetime, timedelta
from typing import Any, cast
from uuid import UUID

from django.db import connection
from django.template import engines

from brands.models import Brand
from campaigns.drawing import strip_of, words_of
from campaigns.phrases import Subject
from campaigns.queries.lines import BoardLine, IdleLine
from campaigns.sections import FAR
from campaigns.words import post_words
from sparktrack.core.wording import TimeWords, money

# What a line of the page shows, beside the gap.
_SHOWN = """f.id, f.starts_at, f.ends_at, f.daily_spend, p.id, p.title, c.handle, m.name, u.full_name, u.email,
            a.currency, a.time_zone"""
_JOINED = """JOIN posts_post p ON p.id = f.post_id
             JOIN creators_creator c ON c.id = p.creator_id
             JOIN campaigns_campaign m ON m.id = f.campaign_id
             LEFT JOIN brands_user u ON u.id = f.buyer_id
             LEFT JOIN brands_adaccount a ON a.id = f.ad_account_id"""
_NOT_OVER = """f.brand_id = %(brand)s AND (f.ends_at IS NULL OR f.ends_at > %(now)s)
               AND (f.ended_at IS NULL OR f.ended_at > %(now)s)"""

_FIRST_GAP = """x.post_id = f.post_id
            AND (x.ends_at IS NULL OR (x.ends_at > %(now)s AND (f.starts_at IS NULL OR x.ends_at > f.starts_at)))
            AND (x.starts_at IS NULL OR f.ends_at IS NULL OR x.starts_at < f.ends_at)
          ORDER BY x.starts_at ASC NULLS FIRST LIMIT 1"""
_WITH_GAP = {
    "postgresql": f"""
        SELECT f.*, g.starts_at AS gap_at, g.reasons, g.stops_itself
          FROM campaigns_flight f
          LEFT JOIN LATERAL (SELECT x.* FROM authorizations_postgap x WHERE {_FIRST_GAP}) g ON true
         WHERE {_NOT_OVER}""",
    "sqlite": f"""
        SELECT f.*, g.starts_at AS gap_at, g.reasons, g.stops_itself
          FROM campaigns_flight f
          LEFT JOIN authorizations_postgap g
                 ON g.id = (SELECT x.id FROM authorizations_postgap x WHERE {_FIRST_GAP})
         WHERE {_NOT_OVER}""",
}

# The number of a section is its place on the board.
_SECTIONED = """
    WITH gapped AS MATERIALIZED ({with_gap}),
    sectioned AS (
        SELECT gapped.*,
               CASE WHEN starts_at IS NULL THEN 9
                    WHEN paused_at IS NOT NULL THEN 8
                    WHEN reasons IS NULL THEN 7
                    WHEN gap_at > %(now)s AND gap_at > starts_at THEN
                         CASE WHEN ends_at IS NULL AND gap_at > %(horizon)s THEN 6 WHEN stops_itself THEN 3 ELSE 4 END
                    WHEN starts_at <= %(now)s OR launched_at <= %(now)s THEN
                         CASE WHEN stops_itself THEN 2 ELSE 1 END
                    WHEN reasons LIKE '%%code%%' THEN 5
                    ELSE 2 END AS section
          FROM gapped)
"""

_BOARD = f"""
    {_SECTIONED}
    SELECT {_SHOWN}, f.reasons, f.gap_at
      FROM (SELECT sectioned.*, ROW_NUMBER() OVER (
                       PARTITION BY section
                       ORDER BY CASE WHEN section = 7 THEN COALESCE(ends_at, %(far)s)
                                     WHEN section IN (3, 4, 6) THEN gap_at WHEN section = 5 THEN starts_at END,
                                CASE WHEN section IN (1, 2) AND gap_at > starts_at THEN gap_at
                                     WHEN section IN (1, 2) THEN starts_at
                                     WHEN section = 8 THEN paused_at WHEN section = 9 THEN created_at END DESC,
                                id) AS line
              FROM sectioned) f
      {_JOINED}
     WHERE f.line <= %(lines)s
     ORDER BY f.section, f.line
"""

_SUMS = f"""
    {_SECTIONED}
    SELECT section, COALESCE(NULLIF(a.currency, ''), %(currency)s), COUNT(*), SUM(daily_spend),
           SUM(CASE WHEN gap_at < %(soon)s THEN 1 ELSE 0 END),
           SUM(CASE WHEN section <= 5 THEN daily_spend * {{days}} END)
      FROM sectioned LEFT JOIN brands_adaccount a ON a.id = ad_account_id
     GROUP BY 1, 2
"""
_DAYS = {
    "postgresql": """(
        SELECT CEIL(SUM(EXTRACT(EPOCH FROM until_at - from_at)) / 86400)
          FROM (SELECT GREATEST(y.starts_at, sectioned.starts_at, %(now)s) AS from_at,
                       LEAST(y.ends_at, COALESCE(sectioned.ends_at, %(horizon)s)) AS until_at
                  FROM authorizations_postgap y WHERE y.post_id = sectioned.post_id) clipped
         WHERE until_at > from_at)""",
    "sqlite": """(
        SELECT CAST(SUM(julianday(until_at) - julianday(from_at)) + 0.9999 AS INTEGER)
          FROM (SELECT MAX(COALESCE(y.starts_at, ''), sectioned.starts_at, %(now)s) AS from_at,
                       MIN(COALESCE(y.ends_at, %(far)s), COALESCE(sectioned.ends_at, %(horizon)s)) AS until_at
                  FROM authorizations_postgap y WHERE y.post_id = sectioned.post_id) clipped
         WHERE until_at > from_at)""",
}

# The covered flights by their end: the index has that order, so the first page needs no more than its own rows.
_COVERED_PART = f"""
    SELECT f.* FROM campaigns_flight f
     WHERE f.brand_id = %(brand)s AND {{ends}} AND f.starts_at IS NOT NULL AND f.paused_at IS NULL
       AND (f.ended_at IS NULL OR f.ended_at > %(now)s)
       AND NOT EXISTS (SELECT 1 FROM authorizations_postgap x WHERE {_FIRST_GAP.split("ORDER BY", maxsplit=1)[0]})
     ORDER BY f.ends_at, f.id LIMIT %(lines)s"""
_COVERED = f"""
    SELECT {_SHOWN}, NULL, NULL
      FROM (SELECT * FROM ({_COVERED_PART.format(ends="f.ends_at > %(now)s")}) ending
            UNION ALL SELECT * FROM ({_COVERED_PART.format(ends="f.ends_at IS NULL")}) evergreen) f
      {_JOINED}
     ORDER BY COALESCE(f.ends_at, %(far)s), f.id LIMIT %(lines)s
"""

_INVENTORY = """
    SELECT p.id, p.title, c.handle, g.starts_at, g.ends_at, g.reasons
      FROM (SELECT p.* FROM posts_post p
             WHERE p.brand_id = %(brand)s
               AND NOT EXISTS (SELECT 1 FROM campaigns_flight f WHERE f.post_id = p.id
                                  AND (f.ends_at IS NULL OR f.ends_at > %(now)s)
                                  AND (f.ended_at IS NULL OR f.ended_at > %(now)s))
             ORDER BY p.id DESC LIMIT %(lines)s) p
      JOIN creators_creator c ON c.id = p.creator_id
      LEFT JOIN authorizations_postgap g ON g.post_id = p.id AND (g.ends_at IS NULL OR g.ends_at > %(now)s)
"""


class BareQueries:
    """The hand-written statements of one brand at ``now``."""

    def __init__(self, brand: Brand, *, now: datetime) -> None:
        self._vendor = connection.vendor
        instants = {
            "now": now,
            "far": FAR,
            "horizon": now + timedelta(days=30),
            "soon": now + timedelta(days=14),
        }
        self._values: dict[str, Any] = {
            "brand": brand.pk if connection.features.has_native_uuid_field else brand.pk.hex,
            "currency": brand.currency,
            **{name: connection.ops.adapt_datetimefield_value(at) for name, at in instants.items()},
        }

    def board(self, lines: int) -> list[tuple[Any, ...]]:
        """The first ``lines`` flights of every section, and as many posts without a flight."""
        flights = self._rows(_BOARD.replace("{with_gap}", _WITH_GAP[self._vendor]), lines=lines)
        self._rows(_INVENTORY, lines=lines)
        return flights

    def covered(self, lines: int) -> list[tuple[Any, ...]]:
        """The first ``lines`` covered flights."""
        return self._rows(_COVERED, lines=lines)

    def sums(self) -> list[tuple[Any, ...]]:
        """Count, money and urgency of every section and currency."""
        statement = _SUMS.replace("{with_gap}", _WITH_GAP[self._vendor]).replace(
            "{days}", _DAYS[self._vendor]
        )
        return self._rows(statement)

    def _rows(self, statement: str, **values: Any) -> list[tuple[Any, ...]]:
        with connection.cursor() as cursor:
            cursor.execute(statement, {**self._values, **values})
            return cast("list[tuple[Any, ...]]", cursor.fetchall())


def ids(rows: list[tuple[Any, ...]]) -> list[UUID]:
    """The flights of bare rows."""
    return [UUID(str(row[0])) for row in rows]


_LINE = """{% for row in rows %}<li>
  <p class="when"><b>{{ row.when }}</b> <span>{{ row.day }}</span></p>
  <p class="who"><a href="{{ row.address }}">{{ row.title }}</a>
    <span>@{{ row.handle }} · {{ row.campaign }} · {{ row.buyer }}</span></p>
  <div class="pic">{{ row.picture }}</div>
  <p class="why"><span class="badge {{ row.tone }}">{{ row.limit }}</span> <span>{{ row.step }}</span></p>
  <p class="money"><b>{{ row.at_risk }}</b> <span>{{ row.spend }}</span></p>
</li>{% endfor %}"""


def bare_template() -> Any:
    """The markup of the page's lines, with a variable for every cell and nothing to decide."""
    return engines["django"].from_string(_LINE)


def ready_rows(
    brand: Brand, lines: list[BoardLine | IdleLine], *, now: datetime, zone: str
) -> list[dict[str, Any]]:
    """The cells of these lines, in words, as the page says them."""
    rows = []
    for line in lines:
        times, subject = TimeWords(now, line.zone, zone), Subject(line.handle, linked=line.linked)
        if isinstance(line, BoardLine):
            words = words_of(line, subject, times, apply_by=line.apply_by)
            spend = line.daily_spend
            more = {
                "campaign": line.campaign,
                "buyer": line.buyer,
                "picture": strip_of(line, subject, times),
                "at_risk": str(line.at_risk or ""),
                "spend": money(spend, line.currency) if spend else "",
            }
        else:
            words, more = post_words(line.coverage, subject=subject, times=times), {}
        rows.append(
            {
                "when": words.when,
                "day": words.day or str(words.at or ""),
                "address": f"/b/{brand.slug}/posts/{line.post_id}/",
                "title": line.title,
                "handle": line.handle,
                "tone": words.tone.value,
                "limit": words.limit,
                "step": words.step,
                **more,
            }
        )
    return rows
