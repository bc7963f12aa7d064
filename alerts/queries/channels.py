"""Channels of a brand as their pages show them: each with its last message, one with its log."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import OuterRef, Subquery

from alerts.enums import ChannelKind, ChannelState, DeliveryKind, DeliveryState
from alerts.models import Attempt, Channel, Delivery
from brands.models import Brand

PAGE = 25
# Of a message that was tried again and again.
MOST_TRIES = 12

# Never the message itself: a log needs what came of it.
_SHOWN = (
    *("channel_id", "kind", "event", "alert_id", "subject", "dated_at", "due_at", "send_before"),
    *("state", "attempts", "finished_at", "problem"),
)


@dataclass(frozen=True, slots=True)
class LogLine:
    """A message to a channel with its newest attempts, the first one first."""

    delivery: Delivery
    tries: Sequence[Attempt]

    @property
    def is_under_way(self) -> bool:
        """Whether something may still come of it."""
        return self.delivery.state in {DeliveryState.DUE, DeliveryState.SENDING}

    @property
    def answer(self) -> str:
        """What was said last, by the other side or by us."""
        said = next((attempt.answer for attempt in reversed(self.tries) if attempt.answer), "")
        return self.delivery.problem or said


@dataclass(frozen=True, slots=True)
class ChannelLine:
    """A channel and the last message that went there, or tried to."""

    channel: Channel
    last: Delivery | None

    @property
    def kind(self) -> ChannelKind:
        """Chat or webhook."""
        return ChannelKind(self.channel.kind)

    @property
    def state(self) -> ChannelState:
        """Off, or on; of one that is on, how the last message fared."""
        if self.channel.disabled_at is not None:
            is_gone = self.last is not None and self.last.problem.startswith("410")
            return ChannelState.GONE if is_gone else ChannelState.OFF
        if self.last is None or self.last.state in {DeliveryState.SENT, DeliveryState.CANCELLED}:
            return ChannelState.ON
        if self.last.state in {DeliveryState.FAILED, DeliveryState.EXPIRED}:
            return ChannelState.FAILS
        # It was tried, and will be again.
        return ChannelState.WAITS if self.last.problem else ChannelState.ON


@dataclass(frozen=True, slots=True)
class ChannelPage:
    """A channel, its newest test, and a page of its log, the newest first; ``after`` leads to the next page."""

    line: ChannelLine
    test: LogLine | None
    log: Sequence[LogLine]
    after: UUID | None


def channel_lines(brand: Brand) -> list[ChannelLine]:
    """All channels of the brand by name; two queries."""
    channels = list(Channel.objects.for_brand(brand).order_by("name", "pk"))
    last = last_messages(channels)
    return [ChannelLine(channel, last.get(channel.pk)) for channel in channels]


def last_messages(channels: Collection[Channel], *, tests: bool = False) -> Mapping[UUID, Delivery]:
    """By channel, the newest message that went there or was tried to; ``tests``: the newest test, tried or not.

    One query.
    """
    messages = Delivery.objects.filter(channel=OuterRef("pk")).order_by("-pk").values("pk")
    wanted = messages.filter(kind=DeliveryKind.TEST) if tests else messages.filter(attempts__gt=0)
    rows = Channel.objects.filter(pk__in=[channel.pk for channel in channels])
    newest = rows.values_list(Subquery(wanted[:1]))
    found = Delivery.objects.only(*_SHOWN).filter(pk__in=newest)
    return {message.channel_id: message for message in found if message.channel_id}


def channel_page(brand: Brand, channel: UUID, *, after: UUID | None = None, limit: int = PAGE) -> ChannelPage:
    """A channel with ``limit`` messages older than ``after``; constantly many queries. Raises Channel.DoesNotExist."""
    row = Channel.objects.for_brand(brand).get(pk=channel)
    messages = Delivery.objects.filter(channel=row).only(*_SHOWN).order_by("-pk")
    test = messages.filter(kind=DeliveryKind.TEST).first()
    older = list((messages.filter(pk__lt=after) if after else messages)[: limit + 1])
    shown = older[:limit]
    last = messages.filter(attempts__gt=0).first()
    tries = _tries([*shown, *([test] if test else [])])
    return ChannelPage(
        line=ChannelLine(row, last),
        test=LogLine(test, tries.get(test.pk, ())) if test else None,
        log=[LogLine(each, tries.get(each.pk, ())) for each in shown],
        after=shown[-1].pk if len(older) > limit else None,
    )


def newest_test(brand: Brand, channel: UUID) -> LogLine | None:
    """What came of the newest test of a channel of this brand, if there was one."""
    tests = Delivery.objects.filter(channel__brand=brand, channel=channel, kind=DeliveryKind.TEST)
    test = tests.only(*_SHOWN).order_by("-pk").first()
    return LogLine(test, _tries([test]).get(test.pk, ())) if test else None


def is_recent(line: LogLine, *, now: datetime) -> bool:
    """Whether whoever asked for a test is still waiting for what comes of it."""
    return line.is_under_way or (now - line.delivery.dated_at).total_seconds() < _RECENT_SECONDS


_RECENT_SECONDS = 15 * 60


def _tries(deliveries: Sequence[Delivery]) -> Mapping[UUID, Sequence[Attempt]]:
    """The newest attempts of each message in the order they were made."""
    found: dict[UUID, list[Attempt]] = {}
    for attempt in Attempt.objects.filter(delivery__in=deliveries).order_by("delivery", "number"):
        found.setdefault(attempt.delivery_id, []).append(attempt)
    return {pk: tries[-MOST_TRIES:] for pk, tries in found.items()}
