"""A member leaves: others answer for what they answered for, and nothing points to somebody who is not there."""

from collections.abc import Mapping
from datetime import datetime

from alerts.operations.handover import hand_over_alerts, tell_successors
from brands.models import Brand, Membership, User
from brands.operations.edits import locked, require_brand
from brands.operations.people import hand_over_deputies, remove_members
from brands.rules import Action, may
from campaigns.operations.handover import hand_over_campaigns, hand_over_flights
from creators.operations import hand_over_creators
from sparktrack.core.actors import Actor
from sparktrack.core.refusals import RefusedError
from workplace.enums import Duty
from workplace.models import ListChoice, SavedView


class HandoverRefusedError(RefusedError):
    """Somebody who cannot take over; ``field`` is the duty."""


# In this order: creators and flights first, so that whoever hears of alerts afterwards is who has them now.
_HAND_OVER = {
    Duty.FLIGHTS: hand_over_flights,
    Duty.CAMPAIGNS: hand_over_campaigns,
    Duty.CREATORS: hand_over_creators,
    Duty.ALERTS: hand_over_alerts,
    Duty.DEPUTY: hand_over_deputies,
}


def remove_member(
    *,
    brand: Brand,
    membership: Membership,
    successors: Mapping[Duty, User | None],
    now: datetime,
    actor: Actor,
) -> None:
    """Take a member out of the brand; ``successors`` (nobody: None, or left out) take over each duty. One transaction.

    Their private views go, shared ones belong to who removes them, else to the first successor. What they did stays
    under their name. The successors hear of the open alerts. Raises LastAdminError,
    HandoverRefusedError for a successor who may only read, is no member or leaves; OtherBrandError.
    """
    require_brand(brand, membership)
    leaving = membership.user
    with locked(brand):
        for duty, person in successors.items():
            _require_able(brand, duty, person, leaving)
        for duty, hand_over in _HAND_OVER.items():
            hand_over(brand=brand, leaving=leaving, to=successors.get(duty), now=now, actor=actor)
        _hand_over_views(brand, leaving, _heir(brand, leaving, successors, actor))
        remove_members(brand=brand, memberships=[membership], now=now, actor=actor)
        tell_successors(brand=brand, left=leaving, now=now)


def _require_able(brand: Brand, duty: Duty, person: User | None, leaving: User) -> None:
    if person is None:
        return
    role = (
        Membership.objects.for_brand(brand)
        .filter(user=person, user__is_active=True)
        .values_list("role", flat=True)
        .first()
    )
    if person == leaving or role is None or not may(role, Action.PLAN_FLIGHTS):
        raise HandoverRefusedError(f"{person} cannot take that over here.", field=duty.value)


def _heir(brand: Brand, leaving: User, successors: Mapping[Duty, User | None], actor: Actor) -> User | None:
    """Who gets the shared views; a person who removes themselves leaves them to a successor."""
    others = User.objects.filter(memberships__brand=brand).exclude(pk=leaving.pk)
    if actor.user_id and (acting := others.filter(pk=actor.user_id).first()):
        return acting
    return next((person for person in successors.values() if person is not None), None)


def _hand_over_views(brand: Brand, leaving: User, heir: User | None) -> None:
    """A name that the heir has already gets a number behind it."""
    views = SavedView.objects.for_brand(brand)
    if heir is not None:
        taken = set(views.filter(owner=heir).values_list("place", "name"))
        for view in views.filter(owner=leaving, shared=True):
            name, number = view.name, 2
            while (view.place, view.name) in taken:
                ending = f" ({number})"
                view.name, number = f"{name[: 80 - len(ending)]}{ending}", number + 1
            taken.add((view.place, view.name))
            view.owner = heir
            view.save(update_fields=["owner", "name"])
    views.filter(owner=leaving).delete()
    ListChoice.objects.for_brand(brand).filter(user=leaving).delete()
