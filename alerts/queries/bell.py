"""What the bell in the header counts."""

from datetime import datetime

from alerts.enums import AlertState
from alerts.models import Alert
from alerts.queries.alerts import heard_by
from alerts.queries.lines import is_in
from brands.models import Membership, User

# The bell says "9+" beyond.
MOST_SHOWN = 9


def open_alerts_of(user: User, *, now: datetime) -> int:
    """How many open alerts of their brands this person hears of, at most one more than is shown; one query."""
    brands = Membership.objects.filter(user=user).values("brand")
    rows = Alert.objects.filter(is_in(AlertState.OPEN, now=now), heard_by(user), brand__in=brands)
    return rows.order_by()[: MOST_SHOWN + 1].count()
