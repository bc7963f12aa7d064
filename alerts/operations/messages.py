"""Messages about alerts: one a person and pass, one a channel and alert; many of a pass are one to a chat.

Stored, not sent.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlsplit
from uuid import UUID

from django.conf import settings
from django.db import transaction

from alerts.enums import ChannelKind, DeliveryKind, DeliveryState, Form
from alerts.models import Alert, Channel, Delivery, Notice
from alerts.operations.notices import NewNotice
from alerts.queries.summaries import summaries_to_chats, summary_key
from sparktrack.core.bulk import insert
from sparktrack.core.ids import uuid7

RAISED = "alert.raised"
RESOLVED = "alert.resolved"
REOPENED = "alert.reopened"
# What has happened is worth saying for a week (DOMAIN.md §7: step 0).
WORTH_SAYING = timedelta(days=7)
# So many alerts of one pass are one message to a chat; a machine that listens still gets each.
MANY_TO_A_CHAT = 6
# Below the number of parameters that SQLite takes in one query.
_SLICE = 400
_ON_ITS_WAY = (DeliveryState.DUE, DeliveryState.SENDING, DeliveryState.SENT)
_Recipient = tuple[UUID | None, UUID | None, str]  # a person, a channel, the key


@dataclass(frozen=True, slots=True)
class _Wanted:
    """A message that has to go to a person or a channel."""

    kind: DeliveryKind
    key: str
    send_before: datetime
    user_id: UUID | None = None
    channel_id: UUID | None = None
    alert: Alert | None = None
    event: str = ""

    @property
    def recipient(self) -> _Recipient:
        """What makes it one of a kind."""
        return self.user_id, self.channel_id, self.key


def new_delivery(*, now: datetime, **fields: object) -> Delivery:
    """A message, not stored yet, whose Message-ID and Date are fixed from now on."""
    pk = uuid7()
    host = urlsplit(settings.SITE_URL).hostname or "localhost"
    return Delivery(id=pk, message_id=f"<{pk.hex}@{host}>", dated_at=now, due_at=now, **fields)


def make_deliveries(
    notices: Sequence[Notice | NewNotice],
    *,
    run: UUID,
    now: datetime,
    alerts: Collection[Alert] | None = None,
) -> list[Delivery]:
    """Store one message for each person who is to hear at once, and one for each channel; all messages made.

    Sets ``delivery`` of those notices; the caller stores them (``notices.store_notices``) and has stored the alerts.
    Several alerts for one person are a summary of the pass ``run``: that is also what an import makes due. Channels of
    the brands are told of ``alerts`` (None: those of the notices) as far as they asked for their steps. A message that
    was cancelled before anybody tried to send it is taken up again.
    """
    at_once: dict[UUID, list[Notice | NewNotice]] = defaultdict(list)
    for notice in notices:
        if notice.form == Form.AT_ONCE and notice.delivery_id is None:
            at_once[notice.user_id].append(notice)
    wanted = [_to_person(user_id, found, run, now) for user_id, found in at_once.items()]
    told = {notice.alert_id: notice.alert for notice in notices}.values() if alerts is None else alerts
    with transaction.atomic():
        made = _store(wanted, now=now)
        for delivery in made:
            for notice in at_once[delivery.user_id]:  # type: ignore[index]  # a person's
                notice.delivery = delivery
        return made + tell_channels(told, event=RAISED, now=now)


def tell_channels(alerts: Iterable[Alert], *, event: str, now: datetime) -> list[Delivery]:
    """Store the messages to channels that ``event`` happened to these alerts; those that are new.

    Raised: to all channels of the brand that asked for the step; a chat that asked for many of one pass gets a summary
    of them. Resolved, and reopened after that: to those that were told, by itself, that it was raised; both may come
    more than once.
    """
    wanted = list(alerts)
    if not wanted:
        return []
    channels: dict[UUID, list[Channel]] = defaultdict(list)
    for channel in Channel.objects.filter(
        brand__in={alert.brand_id for alert in wanted}, disabled_at=None
    ).only("brand_id", "kind", "from_step"):
        channels[channel.brand_id].append(channel)
    wanted = [alert for alert in wanted if alert.brand_id in channels]
    if event == RAISED:
        messages = _raised(wanted, channels, now)
    else:
        told = _told_channels(wanted)
        messages = [
            _to_channel(channel, alert, event, now)
            for alert in wanted
            for channel in channels[alert.brand_id]
            if (channel.pk, alert.pk) in told
        ]
    with transaction.atomic():
        return _store(messages, now=now)


def _raised(
    alerts: Sequence[Alert], channels: Mapping[UUID, Sequence[Channel]], now: datetime
) -> list[_Wanted]:
    """One message an alert and channel that asked for its step; many of one pass are one to a chat.

    What a summary that waits, or was sent, speaks of is not said again.
    """
    asked: dict[tuple[UUID, UUID], list[Alert]] = defaultdict(list)
    of_id = {channel.pk: channel for found in channels.values() for channel in found}
    for alert in alerts:
        for channel in channels[alert.brand_id]:
            if alert.step <= channel.from_step:
                asked[channel.pk, alert.run].append(alert)
    chats = {pk for pk, channel in of_id.items() if channel.kind != ChannelKind.WEBHOOK}
    there: set[tuple[UUID | None, str]] = set()
    if chats:
        there.update((each.channel_id, each.key) for each in summaries_to_chats(alerts, _ON_ITS_WAY))
    wanted = []
    for (pk, run), found in asked.items():
        if (pk, summary_key(run)) in there:
            continue
        if pk in chats and len(found) >= MANY_TO_A_CHAT:
            wanted.append(
                _Wanted(
                    kind=DeliveryKind.SUMMARY,
                    key=summary_key(run),
                    send_before=max(_worth_until(alert, now) for alert in found),
                    channel_id=pk,
                    event=RAISED,
                )
            )
        else:
            wanted += [_to_channel(of_id[pk], alert, RAISED, now) for alert in found]
    return wanted


def _to_channel(channel: Channel, alert: Alert, event: str, now: datetime) -> _Wanted:
    again = "" if event == RAISED else f":{now:%Y%m%d%H%M%S}"
    return _Wanted(
        kind=DeliveryKind.ALERT,
        key=f"alert:{alert.pk}:{event.rpartition('.')[2]}{again}",
        send_before=now + WORTH_SAYING if event == RESOLVED else _worth_until(alert, now),
        channel_id=channel.pk,
        alert=alert,
        event=event,
    )


def _to_person(user_id: UUID, notices: Sequence[Notice | NewNotice], run: UUID, now: datetime) -> _Wanted:
    alerts = {notice.alert_id for notice in notices}
    single = len(alerts) == 1
    return _Wanted(
        kind=DeliveryKind.ALERT if single else DeliveryKind.SUMMARY,
        key=f"alert:{alerts.pop()}" if single else summary_key(run),
        send_before=max(_worth_until(notice.alert, now) for notice in notices),
        user_id=user_id,
    )


def _worth_until(alert: Alert, now: datetime) -> datetime:
    """Until when it is worth saying: a warning until the lapse (then the next step speaks), a lapse for a week."""
    return alert.lapses_at if alert.step > 0 and alert.lapses_at > now else now + WORTH_SAYING


def _told_channels(alerts: Sequence[Alert]) -> set[tuple[UUID, UUID]]:
    """Channel and alert where it was said, or is being said, that it was raised."""
    ids = [alert.pk for alert in alerts]
    found: set[tuple[UUID, UUID]] = set()
    for start in range(0, len(ids), _SLICE):
        found.update(
            Delivery.objects.filter(
                alert__in=ids[start : start + _SLICE],
                event=RAISED,
                state__in=[DeliveryState.SENT, DeliveryState.SENDING],
            ).values_list("channel_id", "alert_id")
        )
    return found


def _store(wanted: Sequence[_Wanted], *, now: datetime) -> list[Delivery]:
    """The messages that were wanted, stored; those to channels that had been told are left out.

    A message under the same key that nobody has tried to send yet is taken: one that was cancelled is due again. One
    that may have been seen stays as it is; then a person is written to under another key.
    """
    there = _there(wanted)
    new: list[Delivery] = []
    again: list[Delivery] = []
    for each in wanted:
        old = there.get(each.recipient)
        is_untried = old is not None and old.attempts == 0
        if old is not None and is_untried and old.state == DeliveryState.CANCELLED:
            old.state, old.finished_at, old.problem = DeliveryState.DUE, None, ""
            old.dated_at = old.due_at = now
            old.send_before = each.send_before
            again.append(old)
        elif old is not None and each.user_id is None:
            continue
        elif old is not None and is_untried and old.state == DeliveryState.DUE:
            old.send_before = max(old.send_before, each.send_before)
            again.append(old)
        else:
            new.append(
                new_delivery(
                    now=now,
                    kind=each.kind,
                    key=each.key if old is None else f"{each.key}:{uuid7().hex}",
                    send_before=each.send_before,
                    user_id=each.user_id,
                    channel_id=each.channel_id,
                    alert=each.alert,
                    event=each.event,
                )
            )
    insert(new)
    Delivery.objects.bulk_update(
        again, ["state", "finished_at", "problem", "dated_at", "due_at", "send_before"], batch_size=_SLICE
    )
    return new + again


def _there(wanted: Sequence[_Wanted]) -> dict[_Recipient, Delivery]:
    """The messages to the same recipients under the same keys; nobody claims them until we have decided."""
    found: dict[_Recipient, Delivery] = {}
    for start in range(0, len(wanted), _SLICE):
        part = wanted[start : start + _SLICE]
        keys = {each.key for each in part}
        to_people = Delivery.objects.filter(user__in={each.user_id for each in part} - {None}, key__in=keys)
        to_channels = Delivery.objects.filter(
            channel__in={each.channel_id for each in part} - {None}, key__in=keys
        )
        for rows in (to_people, to_channels):
            for row in rows.select_for_update():
                found[row.user_id, row.channel_id, row.key] = row
    return found
