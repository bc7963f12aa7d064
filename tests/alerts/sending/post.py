"""Messages for people, due now, and letters to send: without alerts behind them."""

import itertools
from datetime import datetime, timedelta

from alerts.enums import DeliveryKind
from alerts.letters.letter import Letter
from alerts.models import Delivery
from alerts.operations.messages import new_delivery
from brands.models import User

_numbers = itertools.count(1)


def messages(number: int, *, now: datetime, lasts: timedelta = timedelta(days=1)) -> list[Delivery]:
    """So many mails to as many people, due now."""
    first = next(_numbers) * 100_000
    people = User.objects.bulk_create(
        User(email=f"person{first + each}@example.com", full_name=f"Person {each}", created_at=now)
        for each in range(number)
    )
    return Delivery.objects.bulk_create(
        new_delivery(now=now, kind=DeliveryKind.ALERT, key=f"test:{each}", user=one, send_before=now + lasts)
        for each, one in enumerate(people)
    )


def letter(delivery: Delivery, *, now: datetime) -> Letter:
    """What every message says here."""
    return Letter(
        subject=f"Stops Thu 3 Dec 09:30: {delivery.key}",
        text=f"Written at {now.isoformat()}.\n" + "A line of the text of a warning.\n" * 20,
        html="<p>A line of the same in HTML.</p>\n" * 40,
        headers={"References": "<lapse-1@example.com>"},
    )
