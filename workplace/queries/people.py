"""The people of a brand: members, who is invited, what somebody answers for."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Exists, OuterRef, Q, QuerySet

from alerts.models import Alert
from brands.enums import Role
from brands.models import Brand, Invitation, Membership, User
from campaigns.models import Campaign, Flight
from creators.models import Creator
from workplace.enums import Duty
from workplace.models import SavedView

_BY_NAME = ("user__full_name", "user__email")


def members(brand: Brand) -> list[Membership]:
    """The members by name, with who stands in for them; one query."""
    return list(
        Membership.objects.for_brand(brand).select_related("brand", "user", "deputy").order_by(*_BY_NAME)
    )


def can_act(brand: Brand) -> QuerySet[User]:
    """The active members who may do more than read, by name: those who can answer for something."""
    return (
        User.objects.filter(memberships__brand=brand, is_active=True)
        .exclude(memberships__in=Membership.objects.for_brand(brand).filter(role=Role.VIEWER))
        .order_by("full_name", "email")
    )


def waiting_invitations(brand: Brand) -> QuerySet[Invitation]:
    """The newest invitation of each e-mail that was not accepted, open or too old, newest first."""
    waiting = Invitation.objects.for_brand(brand).filter(accepted_at=None, revoked_at=None)
    later = Q(created_at__gt=OuterRef("created_at")) | Q(
        created_at=OuterRef("created_at"), pk__gt=OuterRef("pk")
    )
    newer = waiting.filter(later, email=OuterRef("email"))
    here = Membership.objects.for_brand(brand).filter(user__email=OuterRef("email"))
    found: QuerySet[Invitation] = waiting.filter(~Exists(newer), ~Exists(here))
    return found.select_related("invited_by").order_by("-created_at", "-pk")


@dataclass(frozen=True, slots=True)
class Belongings:
    """What somebody answers for in a brand: how many of each, how many of the flights are not over."""

    duties: dict[Duty, int]
    flights_to_come: int
    shared_views: int

    @property
    def open_duties(self) -> Sequence[Duty]:
        """The kinds of which there is something."""
        return [duty for duty, number in self.duties.items() if number]


def belongings(brand: Brand, user: User, *, now: datetime) -> Belongings:
    """What ``user`` answers for in ``brand``; seven queries."""
    flights = Flight.objects.for_brand(brand).filter(buyer=user)
    said = Q(acknowledged_by=user) | Q(snoozed_by=user)
    return Belongings(
        duties={
            Duty.FLIGHTS: flights.count(),
            Duty.CAMPAIGNS: Campaign.objects.for_brand(brand).filter(buyer=user).count(),
            Duty.CREATORS: Creator.objects.for_brand(brand).filter(manager=user).count(),
            Duty.ALERTS: Alert.objects.for_brand(brand).filter(said, closed_at=None).count(),
            Duty.DEPUTY: Membership.objects.for_brand(brand).filter(deputy=user).count(),
        },
        flights_to_come=flights.filter(
            Q(ends_at=None) | Q(ends_at__gt=now), Q(ended_at=None) | Q(ended_at__gt=now)
        ).count(),
        shared_views=SavedView.objects.for_brand(brand).filter(owner=user, shared=True).count(),
    )
