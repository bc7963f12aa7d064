"""What lapses, worked out flight by flight from the stored gaps and the plain rules, to hold the SQL against."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from alerts.enums import AlertKind, Outcome
from alerts.models import Alert
from alerts.rules.steps import FRESH_FOR
from authorizations.models import AccountLink, AuthorizationCode, UsageRight
from authorizations.rules import Gap
from brands.models import Brand
from campaigns.enums import FlightStatus
from campaigns.models import Flight
from campaigns.queries.lines import stored_gaps
from campaigns.rules import apply_replacement_by, flight_end, flight_status
from posts.enums import Method
from tests.campaigns.sections_oracle import replacements

SIDES = {
    AlertKind.CODE: {"no_code", "code_not_started", "code_expired", "code_revoked"},
    AlertKind.RIGHTS: {"no_rights", "rights_not_started", "rights_expired", "paid_not_allowed"},
    AlertKind.POST: {"post_unavailable"},
}


@dataclass(frozen=True)
class Lapse:
    """One side of one flight: when it fails first and the step that is due, if any."""

    flight: Flight
    kind: AlertKind
    subject_id: UUID
    lapses_at: datetime
    step: int | None
    skipped: bool


def lapses(brand: Brand, now: datetime) -> list[Lapse]:
    """Every lapse of every flight that is planned or live."""
    brand = Brand.objects.get(pk=brand.pk)
    flights = Flight.objects.for_brand(brand).select_related("post__creator").order_by("pk")
    gaps = stored_gaps(brand, {flight.post_id for flight in flights}, after=None)
    waiting = replacements(brand, now)
    found = []
    for flight in flights:
        status = flight_status(
            **{
                name: getattr(flight, name)
                for name in ("starts_at", "ends_at", "launched_at", "paused_at", "ended_at")
            },
            now=now,
        )
        if status not in {FlightStatus.PLANNED, FlightStatus.LIVE}:
            continue
        end = flight_end(flight.ends_at, flight.ended_at)
        begin = max(now, flight.starts_at)
        if end is not None and end <= begin:
            continue  # ended before it began, and the clock went back: nothing of it is left
        fails: dict[AlertKind, datetime] = {}
        for kind, reasons in SIDES.items():
            for start, until in _stretches(gaps.get(flight.post_id, []), reasons):
                if (until is None or until > begin) and (start is None or end is None or start < end):
                    fails[kind] = max(start or flight.starts_at, flight.starts_at)
                    break
        by = apply_replacement_by(
            waiting[flight.post_id],
            account=flight.ad_account_id,
            starts_at=flight.starts_at,
            ends_at=end,
        )
        others = [fails[kind] for kind in (AlertKind.CODE, AlertKind.POST) if kind in fails]
        if by is not None and all(at > by and at > begin for at in others):
            fails[AlertKind.APPLY] = by
        found += [_lapse(brand, flight, kind, at, now) for kind, at in fails.items()]
    return found


def _stretches(gaps: Iterable[Gap], reasons: set[str]) -> list[tuple[datetime | None, datetime | None]]:
    """The stretches in which any of ``reasons`` holds."""
    found: list[tuple[datetime | None, datetime | None]] = []
    for gap in gaps:
        if reasons & set(gap.reasons):
            if found and found[-1][1] == gap.starts_at:
                found[-1] = (found[-1][0], gap.ends_at)
            else:
                found.append((gap.starts_at, gap.ends_at))
    return found


def _lapse(brand: Brand, flight: Flight, kind: AlertKind, at: datetime, now: datetime) -> Lapse:
    step = None
    if at <= now:
        step = 0 if now - at < FRESH_FOR else -1
    else:
        due = [days for days in brand.warning_steps if at - timedelta(days=days) <= now]
        step = min(due, default=None)
    right = _ending_right(flight, at) if kind is AlertKind.RIGHTS else None
    window = None
    if at > now and flight.starts_at is not None and at > flight.starts_at:
        window = at - right.starts_at if right and right.starts_at else _window(flight, at, kind)
    skipped = bool(step and step > 0 and window is not None and timedelta(days=step) > window / 2)
    return Lapse(flight, kind, right.pk if right else flight.post_id, at, step, skipped)


def _ending_right(flight: Flight, at: datetime) -> UsageRight | None:
    post = flight.post
    for holder in ({"post": post}, {"brief": post.brief_id}, {"creator": post.creator_id}):
        held = (
            list(UsageRight.objects.filter(brand=flight.brand_id, **holder)) if any(holder.values()) else []
        )
        if held:
            ending = [right for right in held if right.ends_at == at]
            return min(ending, key=lambda right: (not right.paid_amplification, right.pk), default=None)
    return None


def _window(flight: Flight, at: datetime, kind: AlertKind) -> timedelta | None:
    if kind not in {AlertKind.CODE, AlertKind.APPLY}:
        return None
    if flight.post.method != Method.CODE:
        starts = [
            link.starts_at for link in AccountLink.objects.filter(creator=flight.post.creator_id, ends_at=at)
        ]
    else:
        starts = [
            code.starts_at
            for code in AuthorizationCode.objects.filter(post=flight.post_id, rejected_at=None)
            if min(code.expires_at, code.revoked_at or code.expires_at) == at
        ]
    return at - min(starts) if starts else None


def assert_alerts_agree(brand: Brand, now: datetime) -> None:
    """After a pass: what open alerts say of each flight is what the rules say, and nothing else."""
    expected = lapses(brand, now)
    due = {(each.flight.pk, each.kind): each for each in expected if each.step is not None}
    shown: dict[tuple[UUID, AlertKind], list[Alert]] = defaultdict(list)
    skipped: dict[tuple[UUID, AlertKind], list[Alert]] = defaultdict(list)
    for alert in Alert.objects.for_brand(brand).prefetch_related("hits"):
        for hit in alert.hits.all():
            if alert.closed_at is None:
                shown[hit.flight_id, AlertKind(alert.kind)].append(alert)
            elif alert.outcome == Outcome.SKIPPED:
                skipped[hit.flight_id, AlertKind(alert.kind)].append(alert)
        if alert.closed_at is None:
            assert list(alert.hits.all()), "an open alert hits something"
    for key, alerts in shown.items():
        assert len(alerts) == 1, (key, alerts)
        lapse = next((each for each in expected if (each.flight.pk, each.kind) == key), None)
        assert lapse is not None, (key, alerts)
        (alert,) = alerts
        assert (alert.lapses_at <= now) if lapse.lapses_at <= now else (alert.lapses_at == lapse.lapses_at)
    for key, lapse in due.items():
        step = lapse.step
        assert step is not None
        if step <= 0:
            assert [alert.step <= 0 for alert in shown[key]] == [True], lapse
        elif not shown[key]:
            assert lapse.skipped or any(
                alert.lapses_at == lapse.lapses_at and alert.step <= step for alert in skipped[key]
            ), lapse
        else:
            # A wider step stays open where the tighter one is skipped.
            (alert,) = shown[key]
            assert alert.step <= step or skipped[key], lapse
