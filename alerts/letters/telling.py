"""What a message has to tell its reader, judged again now: from stored notices to lapses that still hold."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from alerts.enums import AlertKind, DeliveryKind, Form
from alerts.letters.groups import URGENCY, Group, group_by
from alerts.letters.lapses import Lapse
from alerts.letters.lines import one_line
from alerts.models import Alert, AlertFlight, Delivery, Notice
from alerts.queries.outlines import HitOutline, outlines
from alerts.queries.standing import standing
from brands.enums import Role
from brands.models import Membership, User

# Names of others who were told of the same lapse.
_MOST_NAMES = 8
# Lapses of one message that are looked at in full; a letter shows far fewer, and counts the others.
MOST_IN_FULL = 500


@dataclass(frozen=True, slots=True)
class Reader:
    """Who reads a mail: their brands in which they can act, with their role, and the zone of their clock."""

    user: User
    roles: dict[UUID, str]
    zone: str


@dataclass(frozen=True, slots=True)
class Told:
    """A lapse that still holds and the notices that are told with it."""

    lapse: Lapse
    notices: tuple[UUID, ...]


@dataclass(frozen=True, slots=True)
class Counted:
    """A lapse that still holds, of a message that tells so many that it can only count this one."""

    alert: Alert
    group: Group
    notices: tuple[UUID, ...]


class Desk:
    """What a few messages have to tell, looked up for all of them together: seven queries, however many they are.

    Of one that tells thousands only the most urgent that cost most are looked at in full: two more queries for it.
    It is true at ``now``; whoever writes much later sits down anew.
    """

    def __init__(self, deliveries: Sequence[Delivery], *, now: datetime) -> None:
        self.now = now
        users = {delivery.user_id for delivery in deliveries if delivery.user_id is not None}
        self._memberships: dict[UUID, list[Membership]] = defaultdict(list)
        # Viewers get no mails: whoever reads one can do something about it.
        for membership in (
            Membership.objects.filter(user__in=users, user__is_active=True)
            .exclude(role=Role.VIEWER)
            .select_related("user", "brand")
            .order_by("brand__name", "brand_id")
        ):
            self._memberships[membership.user_id].append(membership)
        self._notices: dict[UUID, list[Notice]] = defaultdict(list)
        for notice in (
            Notice.objects.filter(delivery__in=deliveries, alert__closed_at=None)
            .select_related("alert")
            .order_by("pk")
        ):
            if notice.delivery_id is not None:
                self._notices[notice.delivery_id].append(notice)
        self._counted: dict[UUID, list[Counted]] = {}
        for delivery in deliveries:
            if len(self._notices.get(delivery.pk, ())) > MOST_IN_FULL:
                self._cut(delivery)
        alerts = {notice.alert_id: notice.alert for found in self._notices.values() for notice in found}
        self._standing = standing(alerts.values(), now=now) if alerts else {}
        self._lapses: dict[tuple[UUID, str], Lapse] = {}
        self._hearers: dict[UUID, list[Notice]] = {}

    def reader(self, delivery: Delivery) -> Reader | None:
        """Who reads it; None for a person who is gone or can act nowhere."""
        memberships = self._memberships.get(delivery.user_id) if delivery.user_id else None
        if not memberships:
            return None
        user = memberships[0].user
        roles = {membership.brand_id: membership.role for membership in memberships}
        return Reader(user, roles, user.time_zone or memberships[0].brand.time_zone)

    def told(self, delivery: Delivery, reader: Reader) -> list[Told]:
        """The lapses of its notices that still hold, in brands of the reader."""
        notices: dict[UUID, list[UUID]] = defaultdict(list)
        for notice in self._notices.get(delivery.pk, ()):
            if notice.brand_id in reader.roles and self._standing[notice.alert_id].holds:
                notices[notice.alert_id].append(notice.pk)
        # A mail about all brands has one clock; one about a brand that of the brand, if its reader has none.
        own = reader.zone if delivery.kind == DeliveryKind.MORNING else reader.user.time_zone
        return [Told(self._lapse(pk, own), tuple(found)) for pk, found in notices.items()]

    def counted(self, delivery: Delivery) -> list[Counted]:
        """Those beyond ``told``, in brands of the reader; none of a message that can tell all it has to."""
        return self._counted.get(delivery.pk, [])

    def _cut(self, delivery: Delivery) -> None:
        """Leave so many notices of a message as can be looked at in full, and count the others that hold."""
        memberships = self._memberships[delivery.user_id] if delivery.user_id else []
        acts_in = {membership.brand_id for membership in memberships}
        notices: dict[UUID, list[Notice]] = defaultdict(list)
        for notice in self._notices[delivery.pk]:
            if notice.brand_id in acts_in:
                notices[notice.alert_id].append(notice)
        hits = outlines([found[0].alert for found in notices.values()], now=self.now)
        groups = {pk: _group_of(AlertKind(notices[pk][0].alert.kind), found) for pk, found in hits.items()}
        spends = {
            pk: sum((hit.daily_spend or Decimal(0) for hit in found), Decimal(0))
            for pk, found in hits.items()
        }
        order = sorted(
            hits,
            key=lambda pk: (URGENCY.index(groups[pk]), -spends[pk], notices[pk][0].alert.lapses_at, pk),
        )
        self._notices[delivery.pk] = [notice for pk in order[:MOST_IN_FULL] for notice in notices[pk]]
        self._counted[delivery.pk] = [
            Counted(notices[pk][0].alert, groups[pk], tuple(notice.pk for notice in notices[pk]))
            for pk in order[MOST_IN_FULL:]
        ]

    def _lapse(self, alert: UUID, own_zone: str) -> Lapse:
        """The same words for all who read them on the same clock."""
        if (alert, own_zone) not in self._lapses:
            stands = self._standing[alert]
            zone = own_zone or stands.brand.time_zone
            self._lapses[alert, own_zone] = Lapse.of(stands, viewer_zone=zone, now=self.now)
        return self._lapses[alert, own_zone]

    def others(self, alert: Alert, reader: Reader) -> str:
        """``Also told: Ana Silva, Jonas Weber (morning mail).`` One query an alert."""
        if alert.pk not in self._hearers:
            told = Notice.objects.filter(alert=alert, repeat_on=None, user__is_active=True)
            self._hearers[alert.pk] = list(told.select_related("user")[: _MOST_NAMES + 2])
        names = sorted(
            one_line(notice.user.full_name or notice.user.get_short_name(), 60)
            + ("" if notice.form == Form.AT_ONCE else " (morning mail)")
            for notice in self._hearers[alert.pk]
            if notice.user_id != reader.user.pk
        )
        more = " and others" if len(names) > _MOST_NAMES else ""
        return f"Also told: {', '.join(names[:_MOST_NAMES])}{more}." if names else "Nobody else was told."


def _group_of(kind: AlertKind, hits: Iterable[HitOutline]) -> Group:
    """That of the most urgent flight."""
    found = {group_by(kind, fails=hit.fails, planned=not hit.is_live, halted=hit.is_halted) for hit in hits}
    return min(found, key=URGENCY.index)


def lapses_of(alerts: Sequence[Alert], *, zone: str, now: datetime) -> list[Lapse]:
    """Those of these open alerts that still hold, for a reader in ``zone``."""
    if not alerts:
        return []
    found = standing(alerts, now=now)
    return [Lapse.of(found[alert.pk], viewer_zone=zone, now=now) for alert in alerts if found[alert.pk].holds]


def still_lapsing(flights: Iterable[UUID]) -> set[tuple[AlertKind, UUID]]:
    """Kind and flight of what is open of these flights: who closed one alert there may only have moved the lapse."""
    hits = AlertFlight.objects.filter(flight__in=list(flights), alert__closed_at=None)
    return {(AlertKind(kind), pk) for kind, pk in hits.values_list("alert__kind", "flight_id")}


def because(lapse: Lapse, reader: Reader) -> str:
    """Why this reader hears of this lapse."""
    user, flights = reader.user, [line.flight for line in lapse.ordered]
    for flight in flights:
        if flight.post.creator.manager_id == user.pk and lapse.kind is not AlertKind.APPLY:
            return f"You get this because you look after @{flight.post.creator.handle}."
    for flight in flights:
        if user.pk in {flight.buyer_id, flight.campaign.buyer_id}:
            return f"You get this because you are the buyer of {one_line(flight.campaign.name, 60)}."
    for flight in flights:
        if flight.post.creator.manager_id == user.pk:
            return f"You get this because you look after @{flight.post.creator.handle}."
    if reader.roles.get(lapse.brand.pk) == Role.ADMIN:
        return f"You get this because you are an admin of {one_line(lapse.brand.name)}."
    return "You get this because you stand in for somebody."
