"""What a message has to tell its reader, judged again now: from stored notices to lapses that still hold."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from alerts.enums import AlertKind, Form
from alerts.letters.lapses import Lapse
from alerts.letters.lines import one_line
from alerts.models import Alert, Delivery, Notice
from alerts.queries.standing import standing
from brands.enums import Role
from brands.models import Membership, User


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


def reader_of(delivery: Delivery) -> Reader | None:
    """Who reads it; None for a person who is gone or can act nowhere: viewers get no mails. One query."""
    user = delivery.user
    if user is None or not user.is_active:
        return None
    found = Membership.objects.of_user(user).exclude(role=Role.VIEWER)
    memberships = {membership.brand_id: membership for membership in found}
    if not memberships:
        return None
    first = next(iter(memberships.values()))
    roles = {pk: membership.role for pk, membership in memberships.items()}
    return Reader(user, roles, user.time_zone or first.brand.time_zone)


def told_by(delivery: Delivery, reader: Reader, *, now: datetime) -> list[Told]:
    """The lapses of its notices that still hold, in brands of the reader."""
    notices: dict[UUID, list[Notice]] = {}
    for notice in Notice.objects.filter(
        delivery=delivery, brand__in=reader.roles, alert__closed_at=None
    ).select_related("alert"):
        notices.setdefault(notice.alert_id, []).append(notice)
    alerts = [found[0].alert for found in notices.values()]
    return [
        Told(lapse, tuple(notice.pk for notice in notices[lapse.alert.pk]))
        for lapse in lapses_of(alerts, zone=reader.zone, now=now)
    ]


def lapses_of(alerts: Sequence[Alert], *, zone: str, now: datetime) -> list[Lapse]:
    """Those of these open alerts that still hold, for a reader in ``zone``."""
    if not alerts:
        return []
    found = standing(alerts, now=now)
    return [Lapse.of(found[alert.pk], viewer_zone=zone, now=now) for alert in alerts if found[alert.pk].holds]


def others_told(alert: Alert, reader: User) -> str:
    """``Also told: Ana Silva, Jonas Weber (morning mail).``; one query."""
    rows = Notice.objects.filter(alert=alert, repeat_on=None, user__is_active=True).exclude(user=reader)
    names = sorted(
        one_line(notice.user.full_name or notice.user.get_short_name(), 60)
        + ("" if notice.form == Form.AT_ONCE else " (morning mail)")
        for notice in rows.select_related("user")
    )
    return f"Also told: {', '.join(names)}." if names else "Nobody else was told."


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
