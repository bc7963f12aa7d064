"""Who hears of an alert, and in which form (DOMAIN.md §7, "To whom" and "How"). Plain Python: no Django, no clock."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from alerts.enums import AlertKind, Form, Wish
from brands.enums import Role

# Steps of this many days and more are lines of the digest.
DIGEST_FROM = 7
# From this step on the buyer hears beside the manager, and nobody can choose to hear less of their own flights.
EVERYBODY_FROM = 1


@dataclass(frozen=True, slots=True)
class HitFlight:
    """A flight that an alert hits, and who answers for it: its buyer, its campaign's, its creator's manager."""

    flight_id: UUID
    buyer_id: UUID | None = None
    campaign_buyer_id: UUID | None = None
    manager_id: UUID | None = None

    @property
    def people(self) -> tuple[UUID | None, ...]:
        """Who answers for it; flights with the same people are alike for ``hearers``."""
        return self.buyer_id, self.campaign_buyer_id, self.manager_id


@dataclass(frozen=True, slots=True)
class Member:
    """An active member of the brand; while they are away, both days inclusive, their deputy hears instead.

    A period without a first (last) day has no such border.
    """

    user_id: UUID
    role: str
    deputy_id: UUID | None = None
    away_from: date | None = None
    away_until: date | None = None

    def is_away(self, today: date) -> bool:
        """Whether somebody stands in for them on ``today``, a day of the brand."""
        return (
            self.deputy_id is not None
            and (self.away_from is None or self.away_from <= today)
            and (self.away_until is None or today <= self.away_until)
        )


@dataclass(frozen=True, slots=True)
class Team:
    """The active members of a brand by user, on ``today``, the date in the brand's zone."""

    members: Mapping[UUID, Member]
    today: date

    def answering(self, user_id: UUID | None) -> UUID | None:
        """Who hears for this person: they, their deputy (or that one's) while away; None: nobody who could act.

        Who left the brand, is inactive or may only read cannot act; a deputy who cannot stands in for nobody.
        """
        if user_id is None or not self.can_act(user_id):
            return None
        passed = [user_id]
        while (member := self.members[passed[-1]]).is_away(self.today):
            deputy = member.deputy_id
            if deputy is None or deputy in passed or not self.can_act(deputy):
                break
            passed.append(deputy)
        return passed[-1]

    def admins(self) -> set[UUID]:
        """The admins, or who stands in for them."""
        found = (self.answering(each.user_id) for each in self.members.values() if each.role == Role.ADMIN)
        return {user_id for user_id in found if user_id is not None}

    def can_act(self, user_id: UUID) -> bool:
        """Whether this is an active member who may do more than read."""
        member = self.members.get(user_id)
        return member is not None and member.role != Role.VIEWER


def hearers(
    kind: AlertKind, step: int, flights: Iterable[HitFlight], team: Team, *, acknowledged: bool = False
) -> dict[UUID, bool]:
    """Who hears of an alert; True: of flights of their own, of which they cannot choose to hear nothing at the end.

    The one whose move it is (codes, rights, the post: the creator's manager; a replacement to apply: the buyer); from
    the 1-day step on buyer and manager; at the lapse and later also the admins, and at 1 day if nobody
    ``acknowledged``. For each flight at least one person: its buyer, else its campaign's, else the creator's manager,
    else the admins; then it is theirs. Empty only for a brand in which nobody can act.
    """
    found: dict[UUID, bool] = {}
    for flight in flights:
        found |= dict.fromkeys(_own(kind, step, flight, team), True)
    if step <= 0 or (step == EVERYBODY_FROM and not acknowledged):
        found = dict.fromkeys(team.admins(), False) | found
    return found


def _own(kind: AlertKind, step: int, flight: HitFlight, team: Team) -> set[UUID]:
    """Who hears of this one flight because it is theirs."""
    buyer = team.answering(flight.buyer_id) or team.answering(flight.campaign_buyer_id)
    manager = team.answering(flight.manager_id)
    if step <= EVERYBODY_FROM:
        people = {buyer, manager}
    else:
        people = {buyer if kind is AlertKind.APPLY else manager}
    told = {user_id for user_id in people if user_id is not None}
    if not told:
        told = {user_id for user_id in (buyer or manager,) if user_id is not None}
    return told or team.admins()


def form_of(step: int, wish: Wish, *, own: bool, in_round: bool) -> Form | None:
    """How a person hears of an alert of this step; None: they chose not to.

    Warnings of a few days (1 to 6) come with the next morning round if that is in time (``in_round``), else at once, as
    the lapse itself does. What a person chose counts, except for the 1-day step and later of flights of their ``own``.
    """
    form = repeat_form(step, wish, own=own)
    if form is Form.ROUND and (step <= 0 or not in_round):
        return Form.AT_ONCE
    return form


def repeat_form(step: int, wish: Wish, *, own: bool) -> Form | None:
    """How a person hears in the morning of an alert of this step; None: they chose not to."""
    if not (own and step <= EVERYBODY_FROM):
        if wish is Wish.NOTHING:
            return None
        if wish is Wish.DIGEST:
            return Form.DIGEST
    return Form.DIGEST if step >= DIGEST_FROM else Form.ROUND
