"""Until when the mornings of people were made."""

from datetime import datetime

from alerts.models import Heartbeat
from alerts.rules.mornings import MADE_UP_FOR

# Beats when all mornings up to its instant were made (operations.mornings).
MORNINGS = "mornings_made"


def mornings_made_until(*, now: datetime) -> datetime:
    """The instant up to which every morning was made; where none was ever made, those worth making up are open."""
    made = Heartbeat.objects.filter(name=MORNINGS).values_list("at", flat=True).first()
    return now - MADE_UP_FOR if made is None else made
