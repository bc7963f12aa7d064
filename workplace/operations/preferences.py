"""What a person chose for themselves. No audit: nothing of a brand changes."""

from datetime import datetime

from brands.models import User
from workplace.models import Preference


def set_shortcuts(*, user: User, shortcuts: bool) -> None:
    """Whether single keys do things for this person."""
    Preference.objects.update_or_create(user=user, defaults={"shortcuts": shortcuts})


def end_tour(*, user: User, now: datetime) -> None:
    """The person has seen the tour, or wants none: it is not offered again."""
    Preference.objects.update_or_create(user=user, defaults={"tour_ended_at": now})
