"""Planned cases as JSON: one line in, one answer out, in the form of tests/data/vectors/coverage.jsonl.

Every mistake in a line is a `CaseError` whose message begins with its path: `codes[0].window_days: …`.
"""

import json
import re
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, NoReturn

from authorizations.rules import Code, Coverage, PostInputs, Right, coverage

# `expected` stands in worked cases; it is allowed and not looked at.
_CASE_KEYS = frozenset(
    {
        "id",
        "now",
        "flight",
        "needs_code",
        "needs_rights",
        "codes",
        "rights",
        "post_unavailable_from",
        "expected",
    }
)
_FLIGHT_KEYS = frozenset({"starts_at", "ends_at"})
_CODE_KEYS = frozenset({"starts_at", "window_days", "expires_at", "revoked_at", "rejected"})
_RIGHT_KEYS = frozenset({"starts_at", "ends_at", "paid"})

# RFC 3339 with a zone, to the microsecond: a finer instant could not be kept.
_INSTANT = re.compile(
    r"(\d{4}-\d\d-\d\d)[Tt]((?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d{1,6})?)([Zz]|[+-]\d\d:\d\d)", re.ASCII
)


class CaseError(ValueError):
    """A line that cannot be judged, with the path of the mistake first. `case_id` is None when unreadable."""

    case_id: str | int | None = None


@dataclass(frozen=True, slots=True)
class Case:
    """One flight of one post, with all that decides whether it may run."""

    id: str | int
    now: datetime
    starts_at: datetime
    ends_at: datetime | None
    inputs: PostInputs

    def judge(self) -> Coverage:
        """Return the flight's coverage."""
        return coverage(self.inputs, starts_at=self.starts_at, ends_at=self.ends_at, now=self.now)


def parse_case(line: str, *, path: str) -> Case:
    """Read one JSON line; `path` names the line as a whole in messages. Raises CaseError."""
    try:
        data = json.loads(line, object_pairs_hook=_Pairs, parse_constant=_refuse_constant)
    except RecursionError:
        raise CaseError(f"{path}: is nested too deeply") from None
    except json.JSONDecodeError as error:
        raise CaseError(f"{path}: is not JSON: {error.msg} at column {error.colno}") from None
    except ValueError as error:  # NaN and infinity, or a number with thousands of digits.
        raise CaseError(f"{path}: is not JSON: {error}") from None
    if not isinstance(data, _Pairs):
        raise CaseError(f"{path}: must be an object")
    case_id = data.get("id")
    if isinstance(case_id, bool) or not isinstance(case_id, str | int):
        raise CaseError("id: must be a text or an integer")
    try:
        return _case(case_id, _Object(data, "", _CASE_KEYS))
    except CaseError as error:
        error.case_id = case_id
        raise


def answer(case: Case) -> dict[str, Any]:
    """Judge a case and return what is printed for it."""
    found = case.judge()
    return {
        "id": case.id,
        "verdict": found.verdict.value,
        "runnable_until": _written(found.runnable_until),
        "gaps": [
            {
                "starts_at": _written(gap.starts_at),
                "ends_at": _written(gap.ends_at),
                "reasons": [reason.value for reason in gap.reasons],
            }
            for gap in found.gaps
        ],
    }


class _Pairs(dict[str, Any]):
    """A JSON object that remembers a key given twice: which of the two counts would be a guess."""

    def __init__(self, pairs: list[tuple[str, Any]]) -> None:
        super().__init__(pairs)
        self.repeated: list[str] = []
        if len(self) < len(pairs):
            self.repeated = [name for name, times in Counter(name for name, _ in pairs).items() if times > 1]


class _Object:
    """Reads the fields of one JSON object and knows where it stands in the line."""

    def __init__(self, value: object, path: str, keys: frozenset[str]) -> None:
        self.path = path
        if not isinstance(value, _Pairs):
            raise CaseError(f"{path}: must be an object")
        for name in value.repeated:
            raise CaseError(f"{self.at(name)}: is given twice")
        for name in sorted(value.keys() - keys):
            raise CaseError(f"{self.at(name)}: unknown key")
        self.fields = value

    def at(self, name: str) -> str:
        return f"{self.path}.{name}" if self.path else name

    def object(self, name: str, keys: frozenset[str]) -> "_Object":
        return _Object(self.fields.get(name), self.at(name), keys)

    def objects(self, name: str, keys: frozenset[str]) -> list["_Object"]:
        values = self.fields.get(name, [])
        if not isinstance(values, list):
            raise CaseError(f"{self.at(name)}: must be a list")
        return [_Object(value, f"{self.at(name)}[{index}]", keys) for index, value in enumerate(values)]

    def flag(self, name: str, *, default: bool | None = None) -> bool:
        value = self.fields.get(name, default)
        if not isinstance(value, bool):
            raise CaseError(f"{self.at(name)}: must be true or false")
        return value

    def instant(self, name: str) -> datetime:
        value = self.fields.get(name)
        match = _INSTANT.fullmatch(value) if isinstance(value, str) else None
        if match is None:
            raise CaseError(
                f"{self.at(name)}: must be an instant with its zone, such as 2026-04-18T09:00:00Z"
            )
        day, time, zone = match.groups()
        try:
            return datetime.fromisoformat(f"{day}T{time}{zone.upper()}").astimezone(UTC)
        except (ValueError, OverflowError):
            raise CaseError(f"{self.at(name)}: is no instant of the years 1 to 9999") from None

    def instant_or_none(self, name: str) -> datetime | None:
        return None if self.fields.get(name) is None else self.instant(name)

    def end_after(self, starts_at: datetime) -> datetime | None:
        """Read `ends_at`, null for open; an end at or before the start is a mistake."""
        ends_at = self.instant_or_none("ends_at")
        if ends_at is not None and ends_at <= starts_at:
            raise CaseError(f"{self.at('ends_at')}: must be after starts_at")
        return ends_at


def _case(case_id: str | int, root: _Object) -> Case:
    flight = root.object("flight", _FLIGHT_KEYS)
    starts_at = flight.instant("starts_at")
    return Case(
        id=case_id,
        now=root.instant("now"),
        starts_at=starts_at,
        ends_at=flight.end_after(starts_at),
        inputs=PostInputs(
            needs_code=root.flag("needs_code", default=True),
            needs_rights=root.flag("needs_rights", default=True),
            codes=[_code(item) for item in root.objects("codes", _CODE_KEYS)],
            rights=[_right(item) for item in root.objects("rights", _RIGHT_KEYS)],
            unavailable_from=root.instant_or_none("post_unavailable_from"),
        ),
    )


def _code(item: _Object) -> Code:
    starts_at = item.instant("starts_at")
    computed = _window_end(item, starts_at)
    # A stated end is the natural end; the window only says what was asked for.
    expires_at = item.instant_or_none("expires_at") or computed
    if expires_at is None:
        raise CaseError(f"{item.at('window_days')}: give window_days or expires_at")
    revoked_at = item.instant_or_none("revoked_at")
    return Code(starts_at, expires_at, revoked_at, item.flag("rejected", default=False))


def _window_end(item: _Object, starts_at: datetime) -> datetime | None:
    if "window_days" not in item.fields:
        return None
    days = item.fields["window_days"]
    if isinstance(days, bool) or not isinstance(days, int) or days < 1:
        raise CaseError(f"{item.at('window_days')}: must be an integer of at least 1")
    try:
        return starts_at + timedelta(days=days)
    except OverflowError:
        raise CaseError(f"{item.at('window_days')}: ends after the year 9999") from None


def _right(item: _Object) -> Right:
    starts_at = item.instant("starts_at")
    return Right(starts_at, item.end_after(starts_at), item.flag("paid"))


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not a number")


def _written(instant: datetime | None) -> str | None:
    """Return RFC 3339 with `Z`; microseconds only where there are any."""
    return None if instant is None else instant.isoformat().replace("+00:00", "Z")
