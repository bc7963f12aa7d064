"""The people of brands as the rules of alerts need them: teams, hours, choices."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from alerts.enums import AlertKind, Wish
from alerts.models import AlertWish
from alerts.rules.mornings import Hours
from alerts.rules.people import Member, Team
from brands.models import Membership
from sparktrack.core.days import local_date
from sparktrack.core.zones import is_zone

_MORNING = "morning:"


@dataclass(frozen=True, slots=True)
class Person:
    """An active person, the hour of their mornings, and the brands that they are a member of, by name."""

    user_id: UUID
    hours: Hours
    brand_ids: tuple[UUID, ...]


def morning_key(day: date) -> str:
    """The key of a person's one mail of the local ``day``."""
    return f"{_MORNING}{day.isoformat()}"


def teams(brand_ids: Collection[UUID], *, now: datetime) -> dict[UUID, Team]:
    """The active members of each brand, and the day it is there; one query."""
    rows = Membership.objects.filter(brand__in=brand_ids, user__is_active=True).values_list(
        "brand_id", "brand__time_zone", "user_id", "role", "deputy_id", "deputy_from", "deputy_until"
    )
    members: dict[UUID, dict[UUID, Member]] = {brand_id: {} for brand_id in brand_ids}
    days: dict[UUID, date] = {}
    for brand_id, zone, user_id, *about in rows:
        members[brand_id][user_id] = Member(user_id, *about)
        if brand_id not in days:
            days[brand_id] = local_date(now, zone if is_zone(zone) else "UTC")
    # Where nobody is a member nobody asks for the day.
    return {brand_id: Team(found, days.get(brand_id, now.date())) for brand_id, found in members.items()}


def people(user_ids: Collection[UUID] | None = None) -> dict[UUID, Person]:
    """Active members of any brand, all of them or those of ``user_ids``; one query.

    A person's hour is the one they chose, else the digest hour of their first brand by name; its zone is theirs, else
    that brand's. A zone that this system does not know (any more) must not keep everybody from their mails: it is UTC.
    """
    rows = Membership.objects.filter(user__is_active=True)
    if user_ids is not None:
        rows = rows.filter(user__in=user_ids)
    found: dict[UUID, Person] = {}
    brand_ids: dict[UUID, list[UUID]] = defaultdict(list)
    for user_id, own_zone, own_hour, brand_id, zone, hour in rows.order_by(
        "brand__name", "brand_id"
    ).values_list(
        "user_id",
        "user__time_zone",
        "user__morning_hour__hour",
        "brand_id",
        "brand__time_zone",
        "brand__digest_hour",
    ):
        brand_ids[user_id].append(brand_id)
        if user_id not in found:
            chosen = hour if own_hour is None else own_hour
            known = next((name for name in (own_zone, zone) if name and is_zone(name)), "UTC")
            found[user_id] = Person(user_id, Hours(known, chosen), ())
    return {
        user_id: Person(user_id, person.hours, tuple(brand_ids[user_id])) for user_id, person in found.items()
    }


def wishes_of(user_ids: Collection[UUID]) -> dict[tuple[UUID, AlertKind], Wish]:
    """What these people chose by kind of alert; who chose nothing is not in it; one query."""
    rows = AlertWish.objects.filter(user__in=user_ids).values_list("user_id", "kind", "wish")
    return {(user_id, AlertKind(kind)): Wish(wish) for user_id, kind, wish in rows}
