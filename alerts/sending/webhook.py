"""Signed webhooks, as https://www.standardwebhooks.com describes them.

The id is that of the message, so a repeat can be told; the timestamp is that of the attempt. While a secret is being
exchanged both sign, so whoever listens may change over at any moment of those 24 hours.
"""

from datetime import datetime

from standardwebhooks import Webhook

from alerts.enums import AttemptOutcome
from alerts.models import Delivery
from alerts.secrets import open_channel
from alerts.sending.answers import Answer
from alerts.sending.posting import post_to
from sparktrack.core.clock import database_now
from sparktrack.core.secrets import UndecryptableError

UNREADABLE = (
    "The address cannot be opened: the key it was sealed with is gone. Delete the channel and add it anew."
)


def send(delivery: Delivery) -> Answer:
    """Post the stored JSON of a message to its webhook; never raises for what a server does."""
    channel = delivery.channel
    assert channel is not None
    try:
        secrets = open_channel(channel)
    except UndecryptableError:
        return Answer(AttemptOutcome.BROKEN, UNREADABLE)
    now, content = database_now(), bytes(delivery.message or b"")
    headers = {
        "Content-Type": "application/json",
        "User-Agent": "sparktrack",
        **signature(delivery, content.decode(), secrets.signing(channel, now), now=now),
    }
    return post_to(channel, secrets.address, content=content, headers=headers)


def signature(delivery: Delivery, content: str, secrets: list[str], *, now: datetime) -> dict[str, str]:
    """The three headers of Standard Webhooks, signed at ``now`` with each of ``secrets``."""
    # No full stop may be in the id: they separate what is signed.
    name = f"msg_{delivery.pk.hex}"
    return {
        "webhook-id": name,
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": " ".join(Webhook(secret).sign(name, now, content) for secret in secrets),
    }
