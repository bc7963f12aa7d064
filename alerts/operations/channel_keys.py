"""Sealing addresses and secrets of channels again with the newest key of the ring."""

from collections.abc import Iterator
from uuid import UUID

from django.db import models, transaction

from alerts.models import Channel
from alerts.secrets import SEALED_FIELDS, seal_again
from authorizations.secrets import current_key_id
from sparktrack.core.secrets import UndecryptableError

_SLICE = 200


def channels_under_old_keys() -> int:
    """How many channels of all brands are not sealed with the newest key."""
    return _old().count()


def rotate_channel_keys() -> Iterator[int]:
    """Seal every channel of all brands again, a slice a transaction; yields how many each slice took.

    Stop it at any moment and start it again. Raises UndecryptableError at a channel that no key opens; what was done
    before stays done.
    """
    last = UUID(int=0)
    while ids := list(_old().filter(pk__gt=last).order_by("pk").values_list("pk", flat=True)[:_SLICE]):
        with transaction.atomic():
            rows = list(Channel.objects.select_for_update().filter(pk__in=ids).order_by("pk"))
            for row in rows:
                _reseal(row)
            Channel.objects.bulk_update(rows, SEALED_FIELDS)
        yield len(rows)
        last = ids[-1]


def _old() -> models.QuerySet[Channel]:
    return Channel.objects.exclude(key_id=current_key_id())


def _reseal(row: Channel) -> None:
    try:
        seal_again(row)
    except UndecryptableError as error:
        raise UndecryptableError(f"Channel {row.pk}, sealed with key {row.key_id}: {error}") from None
