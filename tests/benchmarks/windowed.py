"""The gaps of every post of a brand in one hand-written SQL statement: the lower bound beside ``prove_gaps``.

It shares nothing with ``authorizations.rules`` but DOMAIN.md §6, so it is also a second opinion on the rules. Each side
of a post (code, paid rights, other rights, gone) is a number that changes at instants; the sum of the four says all:

    code 0 held, 1 no_code, 2 code_not_started, 3 code_expired, 4 code_revoked
    paid + 5 × (0 held, 1 no_rights, 2 rights_not_started, 3 rights_expired, 4 paid_not_allowed)
    other rights that hold + 25, post gone + 50
"""

from datetime import UTC, datetime
from typing import Any

from django.db import connection, transaction

from authorizations.enums import Reason
from brands.models import Brand
from posts.enums import Method

ALWAYS = datetime(1, 1, 2, tzinfo=UTC)
FOR_EVER = datetime(9999, 12, 30, tzinfo=UTC)
_CODE = (None, Reason.NO_CODE, Reason.CODE_NOT_STARTED, Reason.CODE_EXPIRED, Reason.CODE_REVOKED)
_PAID = (
    None,
    Reason.NO_RIGHTS,
    Reason.RIGHTS_NOT_STARTED,
    Reason.RIGHTS_EXPIRED,
    Reason.PAID_NOT_ALLOWED,
)


def _reasons(state: int) -> str:
    gone, rest = divmod(state, 50)
    other, rest = divmod(rest, 25)
    paid, code = divmod(rest, 5)
    rights = Reason.PAID_NOT_ALLOWED if paid and other else _PAID[paid]
    found = (_CODE[code], rights, Reason.POST_UNAVAILABLE if gone else None)
    return ",".join(sorted(reason.value for reason in found if reason))


_WORDS = " ".join(f"WHEN {state} THEN '{_reasons(state)}'" for state in range(100))

_ON_TIKTOK = {
    "postgresql": """(r.channels = '[]'::jsonb OR EXISTS (
        SELECT 1 FROM jsonb_array_elements_text(r.channels) c WHERE lower(btrim(c)) = 'tiktok'))""",
    "sqlite": """(r.channels = '[]' OR EXISTS (
        SELECT 1 FROM json_each(r.channels) c WHERE lower(trim(c.value)) = 'tiktok'))""",
}

_COMPUTED = f"""
    WITH needs AS (
        SELECT p.id, p.creator_id, p.unavailable_from, p.method <> %(code)s AS by_link,
               p.method = %(code)s AND NOT c.own_account AS needs_code,
               %(tracks_rights)s AND (NOT c.own_account OR o.id IS NOT NULL) AS needs_rights,
               CASE WHEN o.id IS NOT NULL THEN p.id WHEN b.id IS NOT NULL THEN p.brief_id
                    ELSE p.creator_id END AS holder_id
          FROM posts_post p
          JOIN creators_creator c ON c.id = p.creator_id
          LEFT JOIN (SELECT DISTINCT post_id AS id FROM authorizations_usageright WHERE brand_id = %(brand)s) o
                 ON o.id = p.id
          LEFT JOIN (SELECT DISTINCT brief_id AS id FROM authorizations_usageright WHERE brand_id = %(brand)s) b
                 ON b.id = p.brief_id
         WHERE p.brand_id = %(brand)s
    ),
    windows AS (
        SELECT n.id, 'code' AS side, k.starts_at AS s,
               CASE WHEN k.revoked_at < k.expires_at THEN k.revoked_at ELSE k.expires_at END AS e,
               CASE WHEN k.revoked_at < k.expires_at THEN 4 ELSE 3 END AS after_it
          FROM needs n JOIN authorizations_authorizationcode k ON k.post_id = n.id
         WHERE n.needs_code AND k.rejected_at IS NULL
           AND (k.revoked_at IS NULL OR k.revoked_at > k.starts_at)
        UNION ALL
        SELECT n.id, 'code', l.starts_at, COALESCE(l.ends_at, %(for_ever)s), 3
          FROM needs n JOIN authorizations_accountlink l ON l.creator_id = n.creator_id
         WHERE n.by_link
        UNION ALL
        SELECT n.id, CASE WHEN r.paid THEN 'paid' ELSE 'other' END, r.starts_at, COALESCE(r.ends_at, %(for_ever)s), 3
          FROM needs n
          JOIN (SELECT COALESCE(r.post_id, r.brief_id, r.creator_id) AS holder_id, r.starts_at, r.ends_at,
                       r.paid_amplification AND {{on_tiktok}} AS paid
                  FROM authorizations_usageright r
                 WHERE r.brand_id = %(brand)s AND r.starts_at IS NOT NULL) r ON r.holder_id = n.holder_id
         WHERE n.needs_rights
    ),
    reached AS (
        SELECT windows.*,
               CASE WHEN s <= MAX(e) OVER (PARTITION BY id, side ORDER BY s, e
                                           ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)
                    THEN 0 ELSE 1 END AS opens
          FROM windows
    ),
    numbered AS (SELECT reached.*, SUM(opens) OVER (PARTITION BY id, side ORDER BY s, e) AS island FROM reached),
    ended AS (SELECT numbered.*, MAX(e) OVER (PARTITION BY id, side, island) AS last FROM numbered),
    islands AS (
        SELECT id, side, MIN(s) AS s, last AS e, MAX(CASE WHEN e = last THEN after_it END) AS after_it
          FROM ended GROUP BY id, side, island, last
    ),
    held AS (
        SELECT islands.*, COALESCE(LAG(after_it) OVER (PARTITION BY id, side ORDER BY s), 2) AS before_it
          FROM islands
    ),
    sides AS (
        SELECT id, MAX(CASE WHEN side = 'code' THEN 1 ELSE 0 END) AS code,
               MAX(CASE WHEN side = 'paid' THEN 1 ELSE 0 END) AS paid,
               MAX(CASE WHEN side = 'other' THEN 1 ELSE 0 END) AS other
          FROM islands GROUP BY id
    ),
    steps AS (
        SELECT n.id, %(always)s AS at,
               CASE WHEN n.needs_code OR (n.by_link AND v.code = 1)
                    THEN CASE WHEN v.code = 1 THEN 2 ELSE 1 END ELSE 0 END
             + CASE WHEN NOT n.needs_rights THEN 0 WHEN v.paid = 1 THEN 10
                    WHEN v.other = 1 THEN 20 ELSE 5 END AS step
          FROM needs n LEFT JOIN sides v ON v.id = n.id
        UNION ALL
        SELECT id, s, CASE side WHEN 'code' THEN -before_it WHEN 'paid' THEN -5 * before_it ELSE 25 END FROM held
        UNION ALL
        SELECT id, e, CASE side WHEN 'code' THEN after_it WHEN 'paid' THEN 5 * after_it ELSE -25 END FROM held
         WHERE e < %(for_ever)s
        UNION ALL
        SELECT id, unavailable_from, 50 FROM needs WHERE unavailable_from IS NOT NULL
    ),
    states AS (
        SELECT id, at, SUM(SUM(step)) OVER (PARTITION BY id ORDER BY at) AS state FROM steps GROUP BY id, at
    ),
    said AS (SELECT id, at, CASE state {_WORDS} END AS reasons FROM states),
    changes AS (
        SELECT said.*, LAG(reasons) OVER (PARTITION BY id ORDER BY at) AS before_it FROM said
    ),
    stretches AS (
        SELECT id, at, reasons, LEAD(at) OVER (PARTITION BY id ORDER BY at) AS until
          FROM changes WHERE before_it IS NULL OR before_it <> reasons
    ),
    computed AS (
        SELECT id, NULLIF(at, %(always)s) AS starts_at, until AS ends_at, reasons,
               reasons LIKE '%%code%%' OR reasons LIKE '%%post%%' AS stops_itself
          FROM stretches WHERE reasons <> ''
    )
"""

_WRONG = """,
    stored AS (
        SELECT post_id, starts_at, ends_at, reasons, stops_itself FROM authorizations_postgap
         WHERE brand_id = %(brand)s
    )
    SELECT DISTINCT id FROM (
        SELECT id FROM (SELECT * FROM computed EXCEPT SELECT * FROM stored) missing
        UNION ALL
        SELECT post_id FROM (SELECT * FROM stored EXCEPT SELECT * FROM computed) surplus
    ) wrong
"""


def wrong_posts(brand: Brand) -> list[str]:
    """The posts (hex ids) whose stored gaps do not follow from their inputs: what ``prove_gaps`` answers."""
    values: dict[str, Any] = {
        "brand": brand.pk if connection.features.has_native_uuid_field else brand.pk.hex,
        "code": Method.CODE.value,
        "tracks_rights": brand.tracks_rights,
        "always": connection.ops.adapt_datetimefield_value(ALWAYS),
        "for_ever": connection.ops.adapt_datetimefield_value(FOR_EVER),
    }
    statement = _COMPUTED.replace("{on_tiktok}", _ON_TIKTOK[connection.vendor]) + _WRONG
    with transaction.atomic(), connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET LOCAL work_mem = '256MB'")  # a lower bound should not sort on disk
        cursor.execute(statement, values)
        return [str(row[0]).replace("-", "") for row in cursor.fetchall()]
