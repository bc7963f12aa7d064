"""A person's calendar feed: the secret address is made, renewed and stopped; only its hash is stored."""

import secrets
from datetime import datetime

from django.db import transaction

from alerts.models import CalendarFeed
from brands.invitations import token_hash
from brands.models import Membership, User
from brands.operations.audit import Change, record_changes
from sparktrack.core.actors import Actor

# Recognisable, so that logs can leave it out (sparktrack.core.logs).
_PREFIX = "cal_"


def make_feed(*, user: User, now: datetime, actor: Actor) -> str:
    """A new secret token for the feed of ``user``, to be seen this once; an older one is dead from now on.

    Every brand they belong to notes it in its audit.
    """
    token = _PREFIX + secrets.token_urlsafe(32)
    with transaction.atomic():
        stored = User.objects.select_for_update().get(pk=user.pk)
        _, is_new = CalendarFeed.objects.update_or_create(
            user=stored, defaults={"token_hash": token_hash(token), "created_at": now}
        )
        action = "person.calendar_made" if is_new else "person.calendar_renewed"
        _note(stored, action, now=now, actor=actor)
    return token


def stop_feed(*, user: User, now: datetime, actor: Actor) -> bool:
    """The address is dead from now on; says whether there was one."""
    with transaction.atomic():
        stored = User.objects.select_for_update().get(pk=user.pk)
        deleted, _ = CalendarFeed.objects.filter(user=stored).delete()
        if deleted:
            _note(stored, "person.calendar_stopped", now=now, actor=actor)
    return bool(deleted)


def _note(user: User, action: str, *, now: datetime, actor: Actor) -> None:
    for membership in Membership.objects.of_user(user):
        record_changes(membership.brand, [Change(action, user)], now=now, actor=actor)
