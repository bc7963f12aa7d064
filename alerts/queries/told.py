"""A lapse with all its steps: who was told of each, when, in which form, by which channel, and every attempt.

A message may speak of several brands of its reader: of it only recipient, form, times, states and answers are read,
never its subject or what it says.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Q

from alerts.enums import AlertState, DeliveryState, Form, Outcome
from alerts.models import Alert, Attempt, Channel, Delivery, Notice
from alerts.queries.lines import AlertLine, alert_lines, state_of
from alerts.queries.people import Person, people
from alerts.queries.summaries import speaks_of, summaries_to_chats
from alerts.rules.mornings import next_morning
from alerts.rules.people import EVERYBODY_FROM
from brands.models import AuditEntry, Brand, User

# Flights that the page of a lapse names.
MOST_FLIGHTS = 50
# Newest notices, attempts and entries of the history that are shown; rights that nobody extends repeat every morning.
MOST_NOTICES = 200
MOST_TRIES = 500
MOST_ENTRIES = 50

# All of a message that a page of a brand may know.
_DELIVERY = (
    *("user_id", "channel__name", "channel__kind", "channel__host", "alert_id", "event", "kind"),
    *("due_at", "send_before", "state", "attempts", "address", "finished_at", "problem"),
)


@dataclass(frozen=True, slots=True)
class Told:
    """A person or channel, and how their message fared; without ``delivery`` it waits, at least until ``expected_at``.

    ``tries``: every attempt, the first one first.
    """

    user: User | None
    channel: Channel | None
    notice: Notice | None
    delivery: Delivery | None
    tries: Sequence[Attempt]
    expected_at: datetime | None

    @property
    def form(self) -> Form:
        """In which form; channels are told at once."""
        return Form(self.notice.form) if self.notice is not None else Form.AT_ONCE

    @property
    def is_under_way(self) -> bool:
        """Whether an attempt without an end may still be running."""
        return self.delivery is not None and self.delivery.state == DeliveryState.SENDING


@dataclass(frozen=True, slots=True)
class StepTold:
    """A step that was raised, and who was told of it."""

    alert: Alert
    told: Sequence[Told]


@dataclass(frozen=True, slots=True)
class ComingStep:
    """A step that is due at ``at`` if nothing changes."""

    step: int
    at: datetime


@dataclass(frozen=True, slots=True)
class LapsePage:
    """Everything about a lapse: its newest step as a line, all steps (newest first), what comes, what people said.

    ``names``: who of the brand said it, by the id of the user as text.
    """

    line: AlertLine
    steps: Sequence[StepTold]
    coming: Sequence[ComingStep]
    entries: Sequence[AuditEntry]
    names: Mapping[str, str]


def lapse_page(brand: Brand, alert: UUID, *, now: datetime) -> LapsePage:
    """The lapse that an alert of this brand is a step of; constantly many queries. Raises Alert.DoesNotExist."""
    asked = Alert.objects.for_brand(brand).get(pk=alert)
    steps = list(
        Alert.objects.for_brand(brand)
        .filter(kind=asked.kind, subject_id=asked.subject_id, lapses_at=asked.lapses_at)
        .exclude(outcome=Outcome.SKIPPED)
        .select_related("acknowledged_by", "snoozed_by")
        .order_by("step", "-raised_at")
    ) or [asked]
    # An open one speaks for the lapse: a wider step may have been opened again.
    newest = next((step for step in steps if step.closed_at is None), steps[0])
    (line,) = alert_lines([newest], [brand], now=now, flights=MOST_FLIGHTS)
    told = _told(steps, now=now)
    said = AuditEntry.objects.for_brand(brand).filter(object_id__in=[step.pk for step in steps])
    entries = list(said.order_by("-at", "-pk")[:MOST_ENTRIES])
    return LapsePage(
        line=line,
        steps=[StepTold(step, told.get(step.pk, ())) for step in steps],
        coming=_coming(newest, brand, now=now) if line.state is not AlertState.CLOSED else (),
        entries=entries,
        names=_names(brand, {entry.actor_id for entry in entries}),
    )


def _names(brand: Brand, ids: Collection[str]) -> dict[str, str]:
    members = User.objects.filter(memberships__brand=brand, pk__in=[pk for pk in ids if pk])
    return {str(user.pk): user.full_name or user.get_short_name() for user in members}


def _told(steps: Sequence[Alert], *, now: datetime) -> dict[UUID, list[Told]]:
    notices = list(
        Notice.objects.filter(alert__in=steps)
        .select_related("user")
        .order_by("-created_at", "-pk")[:MOST_NOTICES]
    )
    messages = {notice.delivery_id for notice in notices}
    deliveries = {
        delivery.pk: delivery
        for delivery in Delivery.objects.filter(
            Q(pk__in=messages) | Q(alert__in=steps, channel__isnull=False)
        )
        .select_related("channel")
        .only(*_DELIVERY)
        .order_by("due_at", "pk")
    }
    summaries = {each.pk: each for each in summaries_to_chats(steps)}
    tries: dict[UUID, list[Attempt]] = {}
    for attempt in Attempt.objects.filter(delivery__in={**deliveries, **summaries}).order_by(
        "delivery", "number"
    )[:MOST_TRIES]:
        tries.setdefault(attempt.delivery_id, []).append(attempt)
    closed = {step.pk for step in steps if step.closed_at is not None}
    waiting = [each for each in notices if each.delivery_id is None and each.alert_id not in closed]
    hearers = people({notice.user_id for notice in waiting})
    found: dict[UUID, list[Told]] = {}
    for notice in sorted(notices, key=lambda each: (each.created_at, str(each.user))):
        delivery = deliveries.get(notice.delivery_id) if notice.delivery_id else None
        if delivery is None and notice.alert_id in closed:
            continue  # It was closed before this person would have heard of it.
        found.setdefault(notice.alert_id, []).append(
            Told(
                user=notice.user,
                channel=None,
                notice=notice,
                delivery=delivery,
                tries=tries.get(delivery.pk, ()) if delivery else (),
                expected_at=_expected(notice, hearers, now=now) if delivery is None else None,
            )
        )
    for delivery in deliveries.values():
        if delivery.channel is not None and delivery.alert_id is not None:
            found.setdefault(delivery.alert_id, []).append(
                Told(None, delivery.channel, None, delivery, tries.get(delivery.pk, ()), None)
            )
    for step in steps:
        found.setdefault(step.pk, []).extend(
            Told(None, summary.channel, None, summary, tries.get(summary.pk, ()), None)
            for summary in summaries.values()
            if speaks_of(summary, step)
        )
    return found


def _expected(notice: Notice, hearers: Mapping[UUID, Person], *, now: datetime) -> datetime | None:
    """The morning on which a waiting notice is said; None: at once. What repeats does so on weekends, too."""
    person = hearers.get(notice.user_id)
    if notice.form == Form.AT_ONCE or person is None:
        return None
    return next_morning(now, person.hours, working=notice.repeat_on is None)


def _coming(alert: Alert, brand: Brand, *, now: datetime) -> list[ComingStep]:
    """The steps that are tighter than the one that was raised and whose instant has not come, widest first.

    Without those that are quiet: before the last day of a lapse that somebody has, before the end of a snooze.
    """
    state = state_of(alert, now=now)
    steps = [*brand.warning_steps, 0]
    found = [ComingStep(step, alert.lapses_at - timedelta(days=step)) for step in steps if step < alert.step]
    if state is AlertState.ACKNOWLEDGED:
        found = [each for each in found if each.step <= EVERYBODY_FROM]
    elif state is AlertState.SNOOZED and alert.snoozed_until is not None:
        found = [each for each in found if each.at >= alert.snoozed_until]
    return [each for each in found if each.at > now]
