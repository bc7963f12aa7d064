"""Channels of a brand: chats and webhooks that its alerts go to. Addresses and secrets are never in the audit."""

import base64
import os
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction

from alerts.enums import ChannelKind, DeliveryKind, DeliveryState
from alerts.models import Channel, Delivery
from alerts.operations.messages import new_delivery
from alerts.rules.channels import MAX_STEP, AddressError, clean_address
from alerts.secrets import SEALED_FIELDS, ChannelSecrets, open_channel, seal_channel
from brands.models import Brand
from brands.operations.audit import Change, record_changes
from brands.operations.edits import OtherBrandError
from sparktrack.core.actors import Actor
from sparktrack.core.ids import uuid7
from sparktrack.core.refusals import RefusedError

# So long the old secret signs beside the new one.
OVERLAP = timedelta(hours=24)
# A test that was not sent by then is not worth sending.
TEST_WAITS = timedelta(minutes=10)
TEST_EVENT = "test"
MOST_CHANNELS = 20
_SECRET_BYTES = 32


class ChannelRefusedError(RefusedError):
    """A channel that cannot be stored or asked for this."""


@dataclass(frozen=True, slots=True)
class ChannelDraft:
    """What is typed for a new channel: ``from_step`` days before the lapse and later it is told."""

    kind: ChannelKind
    name: str
    address: str = field(repr=False)
    from_step: int = 1


@dataclass(frozen=True, slots=True)
class AddedChannel:
    """A new channel, and the secret of a webhook: it can be seen this once."""

    channel: Channel
    secret: str = field(default="", repr=False)


def add_channel(*, brand: Brand, draft: ChannelDraft, now: datetime, actor: Actor) -> AddedChannel:
    """Store a channel. Raises ChannelRefusedError: name, address or step that cannot be, or too many channels."""
    try:
        place = clean_address(draft.kind, draft.address)
    except AddressError as error:
        raise ChannelRefusedError(str(error), field="address") from None
    secret = _new_secret() if draft.kind is ChannelKind.WEBHOOK else ""
    row = Channel(
        brand=brand,
        kind=draft.kind,
        name=_name(draft.name),
        host=place.host,
        from_step=_step(draft.from_step),
        created_at=now,
    )
    seal_channel(row, ChannelSecrets(place.address, secret))
    try:
        with transaction.atomic():
            Brand.objects.select_for_update(no_key=True).get(pk=brand.pk)
            if Channel.objects.for_brand(brand).count() >= MOST_CHANNELS:
                raise ChannelRefusedError(f"A brand has at most {MOST_CHANNELS} channels. Delete one first.")
            row.save(force_insert=True)
            after = {"name": row.name, "kind": row.kind, "host": row.host, "from_step": row.from_step}
            record_changes(brand, [Change("channel.added", row, after=after)], now=now, actor=actor)
    except IntegrityError:
        raise _taken() from None
    return AddedChannel(row, secret)


def change_channel(
    *, brand: Brand, channel: Channel, name: str, from_step: int, now: datetime, actor: Actor
) -> bool:
    """Set name and first step; says whether anything changed. Raises ChannelRefusedError."""
    new = {"name": _name(name), "from_step": _step(from_step)}
    try:
        with transaction.atomic():
            row = _locked(brand, channel)
            before = {field: getattr(row, field) for field in new if getattr(row, field) != new[field]}
            if not before:
                return False
            for field in before:
                setattr(row, field, new[field])
            row.save(update_fields=sorted(before))
            change = Change("channel.changed", row, before, {field: new[field] for field in before})
            record_changes(brand, [change], now=now, actor=actor)
    except IntegrityError:
        raise _taken() from None
    return True


def rotate_secret(*, brand: Brand, channel: Channel, now: datetime, actor: Actor) -> str:
    """A new secret for a webhook, to be seen this once; the old one signs beside it for 24 hours.

    Of two rotations within that time the second drops the oldest secret; so nobody may start one unknowingly: it is
    refused if there was another since ``channel`` was read (a page sent twice). Raises ChannelRefusedError for that and
    for a chat, UndecryptableError.
    """
    with transaction.atomic():
        row = _locked(brand, channel)
        if row.kind != ChannelKind.WEBHOOK:
            raise ChannelRefusedError("Only webhooks are signed.")
        if row.old_secret_until != channel.old_secret_until:
            raise ChannelRefusedError(
                "The secret was exchanged a moment ago. Each is shown once: if nobody kept it, exchange it again."
            )
        old, secret = open_channel(row), _new_secret()
        seal_channel(row, ChannelSecrets(old.address, secret, old.secret))
        row.old_secret_until = now + OVERLAP
        row.save(update_fields=[*SEALED_FIELDS, "old_secret_until"])
        after = {"old_secret_until": row.old_secret_until}
        record_changes(brand, [Change("channel.secret_rotated", row, after=after)], now=now, actor=actor)
    return secret


def switch_off(*, brand: Brand, channel: Channel, now: datetime, actor: Actor, reason: str = "") -> bool:
    """Send nothing there any more; what waits is cancelled. ``reason``: why, where nobody asked for it.

    Says whether it was on.
    """
    with transaction.atomic():
        row = _locked(brand, channel)
        if row.disabled_at is not None:
            return False
        row.disabled_at = now
        row.save(update_fields=["disabled_at"])
        Delivery.objects.filter(channel=row, state=DeliveryState.DUE).update(
            state=DeliveryState.CANCELLED,
            finished_at=now,
            message=None,
            problem="The channel was switched off.",
        )
        after = {"disabled_at": now, **({"reason": reason} if reason else {})}
        record_changes(brand, [Change("channel.switched_off", row, after=after)], now=now, actor=actor)
    return True


def switch_on(*, brand: Brand, channel: Channel, now: datetime, actor: Actor) -> bool:
    """Send there again what is raised from now on. Says whether it was off."""
    with transaction.atomic():
        row = _locked(brand, channel)
        if row.disabled_at is None:
            return False
        before, row.disabled_at = {"disabled_at": row.disabled_at}, None
        row.save(update_fields=["disabled_at"])
        record_changes(brand, [Change("channel.switched_on", row, before)], now=now, actor=actor)
    return True


def delete_channel(*, brand: Brand, channel: Channel, now: datetime, actor: Actor) -> None:
    """Forget a channel, its address, its secrets and the log of what went there; the audit stays."""
    with transaction.atomic():
        row = _locked(brand, channel)
        before = {"name": row.name, "kind": row.kind, "host": row.host, "from_step": row.from_step}
        record_changes(brand, [Change("channel.deleted", row, before)], now=now, actor=actor)
        row.delete()


def send_test(*, brand: Brand, channel: Channel, now: datetime, actor: Actor) -> Delivery:
    """Put a test message on its way. Raises ChannelRefusedError: switched off, or a test is on its way already."""
    with transaction.atomic():
        row = _locked(brand, channel)
        if row.disabled_at is not None:
            raise ChannelRefusedError("This channel is switched off. Switch it on, then test it.")
        on_its_way = [DeliveryState.DUE, DeliveryState.SENDING]
        if Delivery.objects.filter(channel=row, kind=DeliveryKind.TEST, state__in=on_its_way).exists():
            raise ChannelRefusedError("A test is on its way already. Wait for what comes of it.")
        delivery = new_delivery(
            now=now,
            kind=DeliveryKind.TEST,
            key=f"test:{uuid7().hex}",
            channel=row,
            event=TEST_EVENT,
            send_before=now + TEST_WAITS,
        )
        delivery.save(force_insert=True)
        record_changes(brand, [Change("channel.tested", row)], now=now, actor=actor)
    return delivery


def _locked(brand: Brand, channel: Channel) -> Channel:
    """The row as it is now. Raises OtherBrandError for one of another brand or one that was deleted meanwhile."""
    row: Channel | None = Channel.objects.for_brand(brand).select_for_update().filter(pk=channel.pk).first()
    if row is None:
        raise OtherBrandError(f"The channel {channel.pk} does not (or no longer) belong to {brand.slug}.")
    return row


def _taken() -> ChannelRefusedError:
    return ChannelRefusedError("There is a channel of this name already.", field="name")


def _new_secret() -> str:
    """32 random bytes in the form of Standard Webhooks."""
    return f"whsec_{base64.b64encode(os.urandom(_SECRET_BYTES)).decode()}"


def _name(text: str) -> str:
    name = " ".join(text.split())
    if not 1 <= len(name) <= 120:
        raise ChannelRefusedError("A channel needs a name of at most 120 characters.", field="name")
    return name


def _step(step: int) -> int:
    if not 0 <= step <= MAX_STEP:
        raise ChannelRefusedError("A channel is told from 0 to 365 days before.", field="from_step")
    return step
