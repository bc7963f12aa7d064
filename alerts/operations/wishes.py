"""What a person chose about their own mails, for all their brands together.

Nobody is refused: what must reach them stays, whatever they chose (alerts.rules.people.repeat_form).
"""

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction

from alerts.enums import AlertKind, Wish
from alerts.models import AlertWish, MorningHour
from brands.models import Membership, User
from brands.operations.audit import Change, record_changes
from sparktrack.core.actors import Actor
from sparktrack.core.refusals import RefusedError

# Said beside the choices, and again when somebody chose less.
WHAT_STAYS = (
    "The warning of the last day, and what stopped or must be paused, still comes for flights of your own:"
    " those you buy and those of creators you look after."
)


class HourRefusedError(RefusedError):
    """No hour of a day."""


def set_wishes(*, user: User, wishes: Mapping[AlertKind, Wish], now: datetime, actor: Actor) -> bool:
    """Store how ``user`` wants to hear of these kinds of alerts, other kinds stay; says whether anything changed.

    Every brand they belong to notes it in its audit.
    """
    with transaction.atomic():
        stored = _locked(user)
        rows = {AlertKind(row.kind): row for row in AlertWish.objects.filter(user=stored)}
        old = {kind: Wish(rows[kind].wish) if kind in rows else Wish.USUAL for kind in wishes}
        changed = {kind: wish for kind, wish in wishes.items() if wish is not old[kind]}
        AlertWish.objects.filter(user=stored, kind__in=changed).delete()
        AlertWish.objects.bulk_create(
            AlertWish(user=stored, kind=kind, wish=wish)
            for kind, wish in changed.items()
            if wish is not Wish.USUAL
        )
        change = Change(
            "person.alerts_chosen",
            stored,
            {kind.value: old[kind].value for kind in changed},
            {kind.value: wish.value for kind, wish in changed.items()},
        )
        _note(stored, change, now, actor)
    return bool(changed)


def set_morning_hour(*, user: User, hour: int | None, now: datetime, actor: Actor) -> bool:
    """Store the hour (0 to 23) of ``user``'s mornings, None: that of their first brand; says whether it changed.

    Every brand they belong to notes it in its audit. Raises HourRefusedError.
    """
    if hour is not None and hour not in range(24):
        raise HourRefusedError("An hour of a day is a number from 0 to 23.", field="hour")
    with transaction.atomic():
        stored = _locked(user)
        old = MorningHour.objects.filter(user=stored).values_list("hour", flat=True).first()
        if hour is None:
            MorningHour.objects.filter(user=stored).delete()
        elif hour != old:
            MorningHour.objects.update_or_create(user=stored, defaults={"hour": hour})
        _note(stored, Change("person.hour_chosen", stored, {"hour": old}, {"hour": hour}), now, actor)
    return hour != old


def _locked(user: User) -> User:
    """Who changes the same person's choices twice at once comes one after the other."""
    return User.objects.select_for_update().get(pk=user.pk)


def _note(user: User, change: Change, now: datetime, actor: Actor) -> None:
    if change.before == change.after:
        return
    for membership in Membership.objects.of_user(user):
        record_changes(membership.brand, [change], now=now, actor=actor)
