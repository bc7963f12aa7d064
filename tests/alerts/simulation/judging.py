"""Of every lapse that came: when who had to move was told, and when they could have been."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from alerts.enums import AlertKind, Outcome
from alerts.models import Alert, Notice
from alerts.rules.mornings import Hours, is_working_day, morning_of
from alerts.rules.people import DIGEST_FROM
from authorizations.models import AuthorizationCode, UsageRight
from brands.models import Brand
from sparktrack.core.days import local_date
from tests.alerts.simulation.report import Lapse

DAY, TICK = timedelta(days=1), timedelta.resolution
STEPS = (30, 14, 7, 3, 1)
# The mornings of those whose move it is.
HOURS = (Hours("Europe/Berlin", 8), Hours("America/New_York", 8))


def announced(
    brand: Brand, *, managers: set[UUID], buyers: set[UUID], changed: Mapping[UUID, Sequence[datetime]]
) -> tuple[list[Lapse], int]:
    """The lapses that came, and how many that somebody was warned of did not.

    ``changed``: for each post the instants at which its code, rights or flight were entered or changed; what lapsed
    could be known from the last one before it.
    """
    by_lapse: dict[tuple[AlertKind, UUID, datetime], list[Alert]] = defaultdict(list)
    for alert in Alert.objects.for_brand(brand).exclude(outcome=Outcome.SKIPPED):
        by_lapse[AlertKind(alert.kind), alert.subject_id, alert.lapses_at].append(alert)
    came = {key: alerts for key, alerts in by_lapse.items() if any(alert.step <= 0 for alert in alerts)}
    lapses = []
    for (kind, subject_id, at), alerts in came.items():
        movers = buyers if kind is AlertKind.APPLY else managers
        heard = set(
            Notice.objects.filter(alert__in=alerts, delivery__isnull=False).values_list(
                "alert__step", "user_id"
            )
        )
        told = {max(step, 0) for step, user_id in heard if user_id in movers}
        possible = _possible(kind, subject_id, at, changed)
        hushed = any(alert.acknowledged_at or alert.snoozed_until for alert in alerts)
        people = {user_id for _, user_id in heard}
        lapses.append(Lapse(kind, at, frozenset(told), possible, len(people), hushed))
    return lapses, len(by_lapse) - len(came)


def _possible(
    kind: AlertKind, subject_id: UUID, at: datetime, changed: Mapping[UUID, Sequence[datetime]]
) -> frozenset[int]:
    """The steps for which there was time, and that are no longer than half the window; the lapse itself always is.

    Steps of the round must have been known in the last working morning at or before them; if a tighter one is said in
    that morning (3 days and 1 day before a Monday), in the one before it.
    """
    right = UsageRight.objects.filter(pk=subject_id).first() if kind is AlertKind.RIGHTS else None
    code = AuthorizationCode.objects.filter(post=subject_id, expires_at=at).first()
    post_id = right.post_id if right else subject_id
    assert post_id is not None
    starts_at = right.starts_at if right else code.starts_at if code else None
    window = at - starts_at if starts_at else None
    if kind is AlertKind.APPLY:
        assert code is not None
        known = min(code.superseded_by.values_list("created_at", flat=True))
    else:
        known = max((each for each in changed[post_id] if each <= at), default=at)
    possible = [step for step in STEPS if window is None or 2 * step * DAY <= window]
    return frozenset.intersection(*(_announced(possible, at, known, hours) for hours in HOURS))


def _announced(steps: Sequence[int], at: datetime, known: datetime, hours: Hours) -> frozenset[int]:
    """What a person with such mornings can be told of what lapses at ``at``, one step of the round a morning."""
    possible: set[int] = set()
    taken = at
    for step in reversed(steps):
        due = at - step * DAY
        if step < DIGEST_FROM:
            due = taken = _round_of(min(due, taken - TICK), hours)
        if known <= due:
            possible.add(step)
    return frozenset(possible | {0})


def _round_of(due: datetime, hours: Hours) -> datetime:
    """The last working morning at or before ``due``."""
    days = (local_date(due, hours.zone) - each * DAY for each in range(7))
    mornings = (morning_of(day, hours) for day in days if is_working_day(day))
    return next(begins for begins in mornings if begins is not None and begins <= due)
