"""The members of a brand: their roles, who stands in for them, who leaves; and what a person says of themselves."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction

from brands.enums import Role
from brands.models import Brand, Membership, User
from brands.operations.audit import Change, record_changes
from brands.operations.edits import Edit, edit_stored, require_brand
from sparktrack.core.actors import Actor
from sparktrack.core.refusals import RefusedError
from sparktrack.core.zones import is_zone


class LastAdminError(RefusedError):
    """A brand without an admin who can log in could not be managed by anybody."""

    def __init__(self, brand: Brand) -> None:
        super().__init__(
            f"{brand} must keep at least one admin who can log in. Make somebody else admin first.",
            field="role",
        )


class DeputyRefusedError(RefusedError):
    """Somebody who cannot stand in, or not for that time."""


class ProfileRefusedError(RefusedError):
    """A profile that cannot be stored."""


@dataclass(frozen=True, slots=True)
class NewRole:
    """A member and the role they get."""

    membership: Membership
    role: Role


@dataclass(frozen=True, slots=True)
class Deputy:
    """Who stands in for a member, both days inclusive; no user: nobody any more."""

    membership: Membership
    user: User | None
    first_day: date | None = None
    last_day: date | None = None


def change_roles(
    *, brand: Brand, changes: Sequence[NewRole], now: datetime, actor: Actor
) -> list[Membership]:
    """Give members other roles; returns those that changed. Raises LastAdminError, OtherBrandError."""
    edits = [Edit(change.membership, {"role": change.role.value}) for change in changes]
    with transaction.atomic():
        _lock(brand)
        changed = edit_stored(
            Membership,
            related=("user", "brand"),
            brand=brand,
            edits=edits,
            editable=frozenset({"role"}),
            action="member.role_changed",
            now=now,
            actor=actor,
        )
        _require_admin(brand)
    return changed


def add_guests(*, brand: Brand, users: Sequence[User], now: datetime, actor: Actor) -> list[Membership]:
    """Let people read in the brand; who is a member already keeps their role. Returns the new memberships."""
    with transaction.atomic():
        _lock(brand)
        known = set(
            Membership.objects.for_brand(brand).filter(user__in=users).values_list("user_id", flat=True)
        )
        rows = Membership.objects.bulk_create(
            Membership(brand=brand, user=user, role=Role.VIEWER, created_at=now)
            for user in users
            if user.pk not in known
        )
        changes = [Change("member.joined", row, after={"user": row.user, "role": row.role}) for row in rows]
        record_changes(brand, changes, now=now, actor=actor)
    return rows


def remove_members(*, brand: Brand, memberships: Sequence[Membership], now: datetime, actor: Actor) -> None:
    """Take people out of the brand; their account and what they did stays.

    Whom they stood in for has no deputy any more. Raises LastAdminError, OtherBrandError.
    """
    require_brand(brand, *memberships)
    with transaction.atomic():
        _lock(brand)
        leaving = list(
            Membership.objects.for_brand(brand)
            .filter(pk__in=[row.pk for row in memberships])
            .select_related("brand", "user")
        )
        changes = [
            Change("member.removed", row, before={"user": row.user, "role": row.role}) for row in leaving
        ]
        users = [row.user_id for row in leaving]
        Membership.objects.for_brand(brand).filter(deputy__in=users).update(
            deputy=None, deputy_from=None, deputy_until=None
        )
        Membership.objects.for_brand(brand).filter(pk__in=[row.pk for row in leaving]).delete()
        _require_admin(brand)
        record_changes(brand, changes, now=now, actor=actor)


def set_deputies(
    *, brand: Brand, deputies: Sequence[Deputy], now: datetime, actor: Actor
) -> list[Membership]:
    """Say who stands in for members, and when; returns the memberships that changed.

    Raises DeputyRefusedError for somebody outside the brand, the member themselves, or days out of order.
    """
    members = set(Membership.objects.for_brand(brand).values_list("user_id", flat=True))
    edits = []
    for deputy in deputies:
        if deputy.user is not None:
            _require_possible(deputy, deputy.user, members)
        edits.append(
            Edit(
                deputy.membership,
                {
                    "deputy": deputy.user,
                    "deputy_from": deputy.first_day if deputy.user else None,
                    "deputy_until": deputy.last_day if deputy.user else None,
                },
            )
        )
    return edit_stored(
        Membership,
        related=("user", "brand"),
        brand=brand,
        edits=edits,
        editable=frozenset({"deputy", "deputy_from", "deputy_until"}),
        action="member.deputy_set",
        now=now,
        actor=actor,
    )


def hand_over_deputies(
    *, brand: Brand, leaving: User, to: User | None, now: datetime, actor: Actor
) -> list[Membership]:
    """``to`` stands in, for the same days, for whom ``leaving`` stood in; returns those memberships.

    With nobody, and for ``to`` themselves, nobody stands in. Raises DeputyRefusedError for somebody from outside.
    """
    with transaction.atomic():
        _lock(brand)
        rows = Membership.objects.for_brand(brand).filter(deputy=leaving)
        deputies = [
            Deputy(row, to, row.deputy_from, row.deputy_until)
            if to is not None and row.user_id != to.pk
            else Deputy(row, None)
            for row in rows
        ]
        return set_deputies(brand=brand, deputies=deputies, now=now, actor=actor)


def change_profile(*, user: User, full_name: str, time_zone: str, now: datetime, actor: Actor) -> bool:
    """Store the name and time zone (empty: the brand's) of a person; says whether anything changed.

    Every brand they belong to notes it in its audit. Raises ProfileRefusedError for a zone there is not.
    """
    if time_zone and not is_zone(time_zone):
        raise ProfileRefusedError(f"No such time zone: {time_zone}.", field="time_zone")
    new = {"full_name": " ".join(full_name.split()), "time_zone": time_zone}
    with transaction.atomic():
        stored = User.objects.select_for_update().get(pk=user.pk)
        before = {name: getattr(stored, name) for name in new if getattr(stored, name) != new[name]}
        for name in before:
            setattr(stored, name, new[name])
            setattr(user, name, new[name])
        if before:
            stored.save(update_fields=sorted(before))
            change = Change("person.changed", stored, before, {name: new[name] for name in before})
            for membership in Membership.objects.of_user(stored):
                record_changes(membership.brand, [change], now=now, actor=actor)
    return bool(before)


def _lock(brand: Brand) -> None:
    """Two admins who demote each other at once must come one after the other."""
    Brand.objects.select_for_update(no_key=True).get(pk=brand.pk)  # others may still refer to the brand


def _require_admin(brand: Brand) -> None:
    # An account that is switched off helps nobody.
    if not Membership.objects.for_brand(brand).filter(role=Role.ADMIN, user__is_active=True).exists():
        raise LastAdminError(brand)


def _require_possible(deputy: Deputy, user: User, members: set[object]) -> None:
    if user.pk not in members:
        raise DeputyRefusedError(f"{user} does not belong to this brand.", field="deputy")
    if user.pk == deputy.membership.user_id:
        raise DeputyRefusedError("Nobody stands in for themselves.", field="deputy")
    if deputy.first_day and deputy.last_day and deputy.last_day < deputy.first_day:
        raise DeputyRefusedError("The last day is before the first.", field="deputy_until")
