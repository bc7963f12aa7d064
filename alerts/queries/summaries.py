"""Messages to chats that speak of many alerts of one pass: which of them speak of which alert."""

from collections.abc import Collection, Iterator, Sequence
from itertools import islice
from uuid import UUID

from alerts.enums import DeliveryKind, DeliveryState
from alerts.models import Alert, Delivery

# Keys and brands together stay below the number of parameters that SQLite takes in one query.
_SLICE = 400


def summary_key(run: UUID) -> str:
    """The key of a message about the alerts of a pass, to a person or a chat."""
    return f"run:{run}"


def run_of(key: str) -> UUID:
    """The pass that a key of ``summary_key`` names. Raises ValueError for other keys."""
    return UUID(key.removeprefix("run:"))


def summaries_to_chats(
    alerts: Collection[Alert], states: Collection[DeliveryState] = tuple(DeliveryState)
) -> list[Delivery]:
    """The messages to chats, in these states, about the passes that raised these alerts; with their channels."""
    found: dict[UUID, Delivery] = {}
    for part in _sliced(alerts):
        of_part = Delivery.objects.filter(
            channel__brand__in={alert.brand_id for alert in part},
            key__in={summary_key(alert.run) for alert in part},
            kind=DeliveryKind.SUMMARY,
            state__in=states,
        )
        found.update(
            (row.pk, row) for row in of_part.select_related("channel").defer("message").order_by("pk")
        )
    return list(found.values())


def speaks_of(summary: Delivery, alert: Alert) -> bool:
    """Whether the chat asked for this alert of the pass, and it was not closed before the summary was done with."""
    channel = summary.channel
    if channel is None or (channel.brand_id, summary.key) != (alert.brand_id, summary_key(alert.run)):
        return False
    if alert.step > channel.from_step:
        return False
    return alert.closed_at is None or (
        summary.finished_at is not None and summary.finished_at <= alert.closed_at
    )


def _sliced(alerts: Collection[Alert]) -> Iterator[Sequence[Alert]]:
    iterator = iter(alerts)
    while part := list(islice(iterator, _SLICE)):
        yield part
