"""What people say of a lapse: I take it upon me, not before that day, open again. A person acts on a lapse, not on a
step of it: what they say of an alert goes to the step that is open now.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from alerts.models import Alert
from alerts.rules.people import EVERYBODY_FROM
from brands.models import Brand, Membership, User
from brands.operations.edits import Edit, edit_rows, locked, require_brand, rows_with
from brands.rules import Action, may
from sparktrack.core.actors import Actor
from sparktrack.core.refusals import RefusedError

# The day before the lapse everybody is told, whatever was said before (DOMAIN.md §7).
LAST_WARNING = timedelta(days=EVERYBODY_FROM)
_LONGEST_REASON = 200
_SAID = frozenset({"acknowledged_at", "acknowledged_by", "snoozed_until", "snoozed_by", "snooze_reason"})
_SILENT: dict[str, Any] = {
    "acknowledged_at": None,
    "acknowledged_by": None,
    "snoozed_until": None,
    "snoozed_by": None,
    "snooze_reason": "",
}


class SayingError(RefusedError):
    """It cannot be said like that; the message says why in the user's words."""


def acknowledge(
    *, brand: Brand, alerts: Sequence[Alert], by: User, now: datetime, actor: Actor
) -> list[Alert]:
    """``by`` takes these lapses upon them: quiet until the 1-day step; returns the open alerts that changed.

    A snooze ends with it; a lapse that somebody acknowledged stays theirs. Lapses that are over are passed by. Raises
    SayingError for somebody who may not act in the brand, OtherBrandError.
    """
    with locked(brand):
        _require_leave(brand, by.pk)
        edits = [
            Edit(row, {**_SILENT, "acknowledged_at": now, "acknowledged_by": by})
            for row in _open(brand, alerts)
            if row.acknowledged_at is None
        ]
        return _edit(brand, edits, "alert.acknowledged", now, actor)


def snooze(
    *,
    brand: Brand,
    alerts: Sequence[Alert],
    until: datetime,
    reason: str,
    by: User,
    now: datetime,
    actor: Actor,
) -> list[Alert]:
    """Nobody is told of these lapses again before ``until``; returns the open alerts that changed.

    From then on they are in the next morning's mail. Lapses that are over are passed by. Raises SayingError without a
    reason, for an instant that has come or that is later than a day before one of the lapses, for somebody who may not
    act in the brand; OtherBrandError.
    """
    said = " ".join(reason.split())
    if not said:
        raise SayingError("Say why it can wait: others read it.", field="reason")
    if len(said) > _LONGEST_REASON:
        raise SayingError(f"Say it in {_LONGEST_REASON} characters.", field="reason")
    if until <= now:
        raise SayingError("Take a day that is still to come.", field="until")
    with locked(brand):
        _require_leave(brand, by.pk)
        rows = _open(brand, alerts)
        if any(row.step <= EVERYBODY_FROM or until > row.lapses_at - LAST_WARNING for row in rows):
            raise SayingError(
                "A day before a lapse everybody is told: take an earlier day, or acknowledge it.",
                field="until",
            )
        values = {**_SILENT, "snoozed_until": until, "snoozed_by": by, "snooze_reason": said}
        return _edit(brand, [Edit(row, values) for row in rows], "alert.snoozed", now, actor)


def reopen(*, brand: Brand, alerts: Sequence[Alert], now: datetime, actor: Actor) -> list[Alert]:
    """Nobody has these lapses and nothing is put off; returns the open alerts that changed.

    Raises SayingError for a person who may not act in the brand, OtherBrandError.
    """
    with locked(brand):
        if actor.user_id is not None:
            _require_leave(brand, actor.user_id)
        edits = [Edit(row, _SILENT) for row in _open(brand, alerts)]
        return _edit(brand, edits, "alert.reopened", now, actor)


def _edit(
    brand: Brand, edits: Sequence[Edit[Alert]], action: str, now: datetime, actor: Actor
) -> list[Alert]:
    return edit_rows(Alert, brand=brand, edits=edits, editable=_SAID, action=action, now=now, actor=actor)


def _open(brand: Brand, alerts: Sequence[Alert]) -> list[Alert]:
    """The open alerts of the same lapses, as they are now under the lock of the brand."""
    require_brand(brand, *alerts)
    lapses = {_lapse(alert) for alert in alerts}
    rows = rows_with(Alert, brand, "subject_id", [alert.subject_id for alert in alerts], closed_at=None)
    return [row for row in rows if _lapse(row) in lapses]


def _lapse(alert: Alert) -> tuple[str, UUID, datetime]:
    return str(alert.kind), alert.subject_id, alert.lapses_at


def _require_leave(brand: Brand, user_id: UUID) -> None:
    """Raises SayingError for somebody who may only read, or is no (active) member any more."""
    role = (
        Membership.objects.for_brand(brand)
        .filter(user=user_id, user__is_active=True)
        .values_list("role", flat=True)
        .first()
    )
    if role is None or not may(role, Action.PLAN_FLIGHTS):
        raise SayingError(f"You may not act on the alerts of {brand}.")
