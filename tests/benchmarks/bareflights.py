"""The lower bound of ``GET flights?limit=100``: what one would write for it and this database alone.

Two statements, plain dictionaries, ``json.dumps``; shares nothing with the API. The measurement checks that both say
the same.
"""

import json
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db import connection

from brands.models import Brand

LINES = 100
_COLUMNS = (
    "id post_id campaign_id buyer_id ad_account_id starts_on ends_on starts_at ends_at daily_spend spend_source"
    " call_to_action landing_page ad_name tiktok_ad_ids checklist launched_at paused_at ended_at run_anyway_reason"
    " run_anyway_by_id run_anyway_at created_at"
).split()
_PAGE = f"""
    SELECT {", ".join(f"f.{name}" for name in _COLUMNS)},
           p.title, p.creator_id, c.handle, m.name, m.buyer_id, a.currency, a.time_zone
      FROM campaigns_flight f
      JOIN posts_post p ON p.id = f.post_id
      JOIN creators_creator c ON c.id = p.creator_id
      JOIN campaigns_campaign m ON m.id = f.campaign_id
      LEFT JOIN brands_adaccount a ON a.id = f.ad_account_id
     WHERE f.brand_id = %(brand)s
     ORDER BY f.id DESC LIMIT {LINES}"""
_GAPS = """
    SELECT post_id, starts_at, ends_at, reasons, stops_itself
      FROM authorizations_postgap
     WHERE brand_id = %(brand)s AND post_id IN ({posts}) AND (ends_at IS NULL OR ends_at > %(now)s)
     ORDER BY starts_at"""
_FIRST = datetime(1, 1, 2, tzinfo=UTC)
_LAST = datetime(9999, 1, 1, tzinfo=UTC)
_DAY = timedelta(days=1)


class BareFlights:
    """What one would write for this endpoint alone: two statements, plain dictionaries, ``json.dumps``."""

    def __init__(self, brand: Brand) -> None:
        self._brand = brand
        self._native = connection.features.has_native_uuid_field

    def answer(self, now: datetime) -> str:
        """The body."""
        brand = self._brand.pk if self._native else self._brand.pk.hex
        with connection.cursor() as cursor:
            cursor.execute(_PAGE, {"brand": brand})
            flights = cursor.fetchall()
            posts = list({row[1] for row in flights})
            names = {f"p{number}": pk for number, pk in enumerate(posts)}
            sql = _GAPS.format(posts=", ".join(f"%({name})s" for name in names))
            at = connection.ops.adapt_datetimefield_value(now)
            cursor.execute(sql, {"brand": brand, "now": at, **names})
            gaps: dict[Any, list[tuple[Any, ...]]] = {}
            for post, *rest in cursor.fetchall():
                gaps.setdefault(post, []).append(
                    (_instant(rest[0]) or _FIRST, _instant(rest[1]) or _LAST, *rest[2:])
                )
        rows = [self._row(row, gaps.get(row[1], ()), now) for row in flights]
        return json.dumps({"results": rows})

    def _row(self, row: tuple[Any, ...], gaps: Any, now: datetime) -> dict[str, Any]:
        found = dict(zip(_COLUMNS, row, strict=False))
        title, creator, handle, campaign, campaign_buyer, currency, zone = row[len(_COLUMNS) :]
        zone = zone or self._brand.time_zone
        instants = {
            name: _instant(found[name])
            for name in ("starts_at", "ends_at", "launched_at", "paused_at", "ended_at", "run_anyway_at")
        }
        spend = found["daily_spend"]
        judged = _judged(instants, gaps, now)
        inside = judged["gaps"]
        until = judged.pop("until")
        days = -(-judged.pop("length") // _DAY)
        json_columns = {name: _json(found[name]) for name in ("tiktok_ad_ids", "checklist")}
        return {
            "id": _id(found["id"]),
            "post": _id(found["post_id"]),
            "post_title": title,
            "creator": _id(creator),
            "handle": handle,
            "campaign": _id(found["campaign_id"]),
            "campaign_name": campaign,
            "buyer": _id(found["buyer_id"]),
            "responsible_buyer": _id(found["buyer_id"] or campaign_buyer),
            "ad_account": _id(found["ad_account_id"]),
            "starts_on": found["starts_on"] and str(found["starts_on"]),
            "ends_on": found["ends_on"] and str(found["ends_on"]),
            "starts_at": _text(instants["starts_at"]),
            "ends_at": _text(instants["ends_at"]),
            "daily_spend": None if spend is None else f"{spend:.2f}",
            **{name: found[name] for name in ("spend_source", "call_to_action", "landing_page", "ad_name")},
            "tiktok_ad_ids": json_columns["tiktok_ad_ids"],
            "checklist": list(json_columns["checklist"]),
            "launched_at": _text(instants["launched_at"]),
            "paused_at": _text(instants["paused_at"]),
            "ended_at": _text(instants["ended_at"]),
            "run_anyway_reason": found["run_anyway_reason"],
            "run_anyway_by": _id(found["run_anyway_by_id"]),
            "run_anyway_at": _text(instants["run_anyway_at"]),
            "created_at": _text(_instant(found["created_at"])),
            **judged,
            "runnable_until": _text(until),
            "last_full_day": str(_last_day(until, zone)) if until else None,
            "reasons": inside[0]["reasons"] if inside else [],
            "stops_itself": inside[0]["stops_itself"] if inside else None,
            "must_pause": bool(inside) and not inside[0]["stops_itself"],
            "uncovered_days": days,
            "at_risk": None if spend is None else f"{spend * days:.2f}",
            "currency": currency or self._brand.currency,
            "time_zone": zone,
        }


def _instant(value: Any) -> datetime | None:
    """An instant as the database gives it to raw SQL: SQLite keeps no zone."""
    if value is None:
        return None
    found = value if isinstance(value, datetime) else datetime.fromisoformat(value)
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def _text(value: datetime | None) -> str | None:
    return None if value is None else value.astimezone(UTC).isoformat().replace("+00:00", "Z")


def _id(value: Any) -> str | None:
    if value is None:
        return None
    text = str(value)
    if len(text) == 32:
        return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"
    return text


def _json(value: Any) -> Any:
    return json.loads(value) if isinstance(value, str) else value


def _last_day(end: datetime, zone: str) -> date:
    local = end.astimezone(ZoneInfo(zone))
    midnight = local.replace(hour=0, minute=0, second=0, microsecond=0)
    return (midnight - timedelta(microseconds=1)).date()


def _state(at: dict[str, datetime | None], over: datetime, now: datetime) -> str:
    start, launched = at["starts_at"], at["launched_at"]
    if over <= now:
        return "ended"
    if start is None:
        return "unplanned"
    if at["paused_at"] is not None:
        return "paused"
    return "live" if start <= now or (launched and launched <= now) else "planned"


def _judged(at: dict[str, datetime | None], gaps: Any, now: datetime) -> dict[str, Any]:
    start, over = at["starts_at"], min(at["ends_at"] or _LAST, at["ended_at"] or _LAST)
    found: dict[str, Any] = {"state": _state(at, over, now), "gaps": [], "length": timedelta(), "until": None}
    found |= {"verdict": None, "blocked_since": None}
    if start is None:
        return found
    if over <= now:
        return found | {"verdict": "ended"}
    begin, horizon = max(start, now), over if over < _LAST else now + 30 * _DAY
    for gap_from, gap_until, reasons, stops in sorted(gaps):
        first, last = max(gap_from, begin), min(gap_until, over)
        if first >= last:
            continue
        found["length"] += max(min(last, horizon) - first, timedelta())
        if not found["gaps"]:
            blocked = first == begin
            found["blocked_since"] = _text(max(gap_from, start)) if blocked else None
            found |= {"verdict": "blocked"} if blocked else {"verdict": "lapses", "until": first}
        found["gaps"].append(
            {
                "starts_at": _text(first),
                "ends_at": _text(last) if last < _LAST else None,
                "reasons": reasons.split(","),
                "stops_itself": bool(stops),
            }
        )
    if not found["gaps"]:
        found |= {"verdict": "covered", "until": over if over < _LAST else None}
    return found
