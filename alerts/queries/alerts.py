"""The lists of alerts: one line a lapse, by state, paged by key; how many there are of each state."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from alerts.enums import AlertKind, AlertState, Outcome
from alerts.models import Alert, AlertFlight, Notice
from alerts.queries.lines import AlertLine, alert_lines, is_in
from brands.models import Brand, Membership, User
from sparktrack.core.refusals import RefusedError

PAGE_LINES = 50
# Beyond this many a list says "1,000+".
MOST_COUNTED = 1000
# What was resolved longer ago is on the page of its alert only.
CLOSED_FOR = timedelta(days=30)

# Nobody is helped by reading that a warning was followed by a tighter one.
ENDED = (Outcome.RESOLVED, Outcome.CANCELLED)

_LAPSE = ("alert__brand", "alert__kind", "alert__subject_id", "alert__lapses_at")
_PEOPLE = ("acknowledged_by", "snoozed_by")


class BadCursorError(RefusedError):
    """A place in a list that no page gave out."""

    def __init__(self) -> None:
        super().__init__("There is no such page. Begin again at the first.", field="after")


@dataclass(frozen=True, slots=True)
class Cursor:
    """A place in a list: behind the alert with this instant (of its lapse; closed ones: of their end) and id."""

    at: datetime
    pk: UUID

    def __str__(self) -> str:
        return f"{self.at.astimezone(UTC):%Y%m%dT%H%M%S%f}~{self.pk.hex}"

    @classmethod
    def parse(cls, text: str) -> "Cursor":
        """The place that ``str`` wrote. Raises BadCursorError."""
        at, _, pk = text.partition("~")
        try:
            return cls(datetime.strptime(at, "%Y%m%dT%H%M%S%f").replace(tzinfo=UTC), UUID(hex=pk))
        except ValueError:
            raise BadCursorError from None


@dataclass(frozen=True, slots=True)
class Choice:
    """Which alerts are asked for; ``mine``: those of which this person hears."""

    brands: Sequence[Brand]
    state: AlertState = AlertState.OPEN
    mine: User | None = None
    kind: AlertKind | None = None
    post: UUID | None = None


@dataclass(frozen=True, slots=True)
class AlertPage:
    """A page of a list; ``counts``: how many there are of each state of open ones, at most ``MOST_COUNTED`` in all."""

    lines: Sequence[AlertLine]
    counts: Mapping[AlertState, int]
    next_cursor: str


def alert_page(choice: Choice, *, after: Cursor | None, now: datetime) -> AlertPage:
    """A page of alerts behind ``after``, soonest lapse first, closed ones latest first; nine queries."""
    chosen = _chosen(choice)
    rows = chosen.filter(is_in(choice.state, now=now))
    if choice.state is AlertState.CLOSED:
        rows = rows.filter(closed_at__gte=now - CLOSED_FOR, outcome__in=ENDED).order_by("-closed_at", "-pk")
        if after is not None:
            rows = rows.filter(Q(closed_at__lt=after.at) | Q(closed_at=after.at, pk__lt=after.pk))
    else:
        rows = rows.order_by("lapses_at", "pk")
        if after is not None:
            rows = rows.filter(Q(lapses_at__gt=after.at) | Q(lapses_at=after.at, pk__gt=after.pk))
    found = list(rows.select_related(*_PEOPLE)[: PAGE_LINES + 1])
    shown = found[:PAGE_LINES]
    cursor = ""
    if len(found) > PAGE_LINES:
        last = shown[-1]
        cursor = str(Cursor(last.closed_at or last.lapses_at, last.pk))
    return AlertPage(alert_lines(shown, choice.brands, now=now), _counts(chosen, now), cursor)


def open_alerts_of_post(brand: Brand, post: UUID, *, now: datetime) -> list[AlertLine]:
    """The open alerts that hit flights of a post, soonest first; of many the first page. Eight queries."""
    rows = _chosen(Choice([brand], post=post)).filter(closed_at__isnull=True).order_by("lapses_at", "pk")
    return alert_lines(list(rows.select_related(*_PEOPLE)[:PAGE_LINES]), [brand], now=now)


def brands_of(user: User) -> list[Brand]:
    """The brands of a person, by name; one query."""
    return [membership.brand for membership in Membership.objects.of_user(user)]


def heard_by(user: User) -> Exists:
    """A condition on alerts: this person hears of the lapse, or did; a tighter step may be quiet for who knows."""
    same = {name: OuterRef(name.removeprefix("alert__")) for name in _LAPSE}
    return Exists(Notice.objects.filter(user=user, **same))


def _chosen(choice: Choice) -> QuerySet[Alert]:
    rows: QuerySet[Alert] = Alert.objects.filter(brand__in=choice.brands)
    if choice.mine is not None:
        rows = rows.filter(heard_by(choice.mine))
    if choice.kind is not None:
        rows = rows.filter(kind=choice.kind)
    if choice.post is not None:
        rows = rows.filter(Exists(AlertFlight.objects.filter(alert=OuterRef("pk"), flight__post=choice.post)))
    return rows


def _counts(chosen: QuerySet[Alert], now: datetime) -> dict[AlertState, int]:
    states = (AlertState.OPEN, AlertState.ACKNOWLEDGED, AlertState.SNOOZED)
    first = chosen.filter(closed_at__isnull=True).order_by("lapses_at", "pk")[:MOST_COUNTED]
    counted = Alert.objects.filter(pk__in=first.values("pk")).aggregate(
        **{state.value: Count("pk", filter=is_in(state, now=now)) for state in states}
    )
    return {state: counted[state.value] for state in states}
