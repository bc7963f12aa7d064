"""The alerts of somebody who leaves a brand: who has them now, and who hears of them instead."""

from collections import defaultdict
from datetime import datetime
from uuid import UUID

from django.db.models import Q

from alerts.models import Alert, AlertFlight, Notice
from alerts.operations.messages import make_deliveries
from alerts.operations.notices import HitFlight, RaisedAlert, notices_for, store_notices
from brands.models import Brand, User
from brands.operations.edits import Edit, edit_rows, locked, require_members
from sparktrack.core.actors import Actor
from sparktrack.core.ids import uuid7

_SAID = frozenset({"acknowledged_at", "acknowledged_by", "snoozed_by"})


def hand_over_alerts(
    *, brand: Brand, leaving: User, to: User | None, now: datetime, actor: Actor
) -> list[Alert]:
    """``to`` has the open lapses that ``leaving`` took upon them or put off; returns the alerts that changed.

    With nobody to have them, what was acknowledged is open again, and what was put off stays put off until its day.
    Raises NotAMemberError.
    """
    require_members(brand, [to], field="alerts")
    with locked(brand):
        mine = Q(acknowledged_by=leaving) | Q(snoozed_by=leaving)
        edits = []
        for alert in Alert.objects.for_brand(brand).filter(mine, closed_at=None):
            values: dict[str, object] = {}
            if alert.acknowledged_by_id == leaving.pk:
                values = {"acknowledged_by": to} if to else {"acknowledged_by": None, "acknowledged_at": None}
            if alert.snoozed_by_id == leaving.pk:
                values["snoozed_by"] = to
            edits.append(Edit(alert, values))
        return edit_rows(
            Alert,
            brand=brand,
            edits=edits,
            editable=_SAID,
            action="alert.handed_over",
            now=now,
            actor=actor,
        )


def tell_successors(*, brand: Brand, left: User, now: datetime) -> int:
    """Whoever answers now for what ``left`` answered for hears of the open alerts; how many are told of one.

    Call it when flights and creators have their new people and ``left`` is no member any more. What was still to be
    said to them is forgotten; what they were told stays on file.
    """
    with locked(brand):
        heard = Notice.objects.for_brand(brand).filter(user=left, alert__closed_at=None)
        alerts = {alert.pk: alert for alert in Alert.objects.filter(pk__in=heard.values("alert"))}
        Notice.objects.for_brand(brand).filter(user=left, delivery=None).delete()
        hits: dict[UUID, list[HitFlight]] = defaultdict(list)
        rows = AlertFlight.objects.for_brand(brand).filter(
            alert__closed_at=None, alert__in=list(alerts)[:_MOST]
        )
        for alert_id, *flight in rows.values_list(
            "alert_id",
            "flight_id",
            "flight__buyer",
            "flight__campaign__buyer",
            "flight__post__creator__manager",
        ):
            hits[alert_id].append(HitFlight(*flight))
        notices = notices_for(
            [RaisedAlert(alerts[alert_id], flights) for alert_id, flights in hits.items()], now=now
        )
        make_deliveries(notices, run=uuid7(), now=now, alerts=())  # channels have heard
        store_notices(notices)
    return len(notices)


# More open alerts nobody has; below the number of parameters that SQLite takes in one query.
_MOST = 900
