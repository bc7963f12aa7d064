"""A brand whose flights lapse in every way, the alerts about them, and messages that wait to be written."""

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from alerts.enums import AlertKind, DeliveryKind, DeliveryState, Form
from alerts.letters import Letter, write
from alerts.models import Alert, Delivery
from authorizations.models import AuthorizationCode
from authorizations.operations.codes import Use, mark_applied
from brands.enums import Role
from brands.models import User
from posts.models import Post
from tests.alerts import scenes
from tests.world import DAY, NOW, World

# NOW is Sat 21 Nov 2026, 14:05 UTC: 15:05 in Berlin, 09:05 in New York.


class Stage(World):
    """Ana looks after @maya.glow and reads times in Berlin; Jonas buys; the ad account is in New York."""

    def __init__(self, *, now: datetime = NOW, **brand: Any) -> None:
        brand = {"name": "Glow Skincare", "time_zone": "America/New_York", **brand}
        super().__init__(now=now, **brand)
        self.ana = self.member(Role.MANAGER, full_name="Ana Silva", time_zone="Europe/Berlin")
        self.jonas = self.member(Role.BUYER, full_name="Jonas Weber")
        self.maya = self.creator("maya.glow", details={"manager": self.ana})
        self.glow_us = self.account(name="Glow US")
        self.q4 = self.campaign("Q4 Glow")

    def ready(self, title: str = "Morning routine", **fields: Any) -> Post:
        """A post of Maya's that lacks nothing but a code."""
        post = self.post(self.maya, title=title, **fields)
        self.right(self.day(-60), self.day(300), post=post)
        return post

    def flown(self, post: Post, *, first: int = -20, last: int | None = 30, **fields: Any) -> Any:
        """A flight of ``post`` in Q4 Glow, Jonas' in the account of New York, for $420 a day."""
        fields = {"campaign": self.q4, "ad_account": self.glow_us, "buyer": self.jonas, **fields}
        fields.setdefault("daily_spend", Decimal(420))
        return self.flight(post, self.day(first), None if last is None else self.day(last), **fields)

    # --- Lapses, each with its alert ---------------------------------------------------------------------------
    def stops(self, *, step: int = 3, title: str = "Morning routine", **fields: Any) -> Alert:
        """The code ends on Thu 26 Nov at 12:05 in Berlin, 06:05 in New York."""
        post = self.ready(title)
        code = self.code(post, self.now - 25 * DAY - timedelta(hours=3), 30)
        return scenes.alert(self, self.flown(post, **fields), lapses_at=code.expires_at, step=step)

    def stopped(self) -> Alert:
        """The code ended a day ago, Fri 20 Nov at 15:05 in Berlin."""
        post = self.ready("Night routine")
        code = self.code(post, self.now - 31 * DAY, 30)
        return scenes.alert(self, self.flown(post), lapses_at=code.expires_at, step=0)

    def pause_by(self, days: int = 3, *, coded: bool = True, step: int = 3) -> Alert:
        """The rights end with the day that comes in ``days``."""
        post = self.post(self.maya, title="What I eat")
        right = self.right(self.day(-60), self.day(days), post=post)
        if coded:
            self.code(post, self.now - 5 * DAY, 60)
        flight = self.flown(post)
        assert right.ends_at is not None
        return scenes.alert(
            self, flight, kind=AlertKind.RIGHTS, lapses_at=right.ends_at, step=step, subject_id=right.pk
        )

    def pause_now(self, *, coded: bool = True) -> Alert:
        """The rights ended with yesterday; the flight goes on, if it has a code."""
        return self.pause_by(-1, coded=coded, step=0)

    def cannot_start(self) -> Alert:
        """Planned from Wed 25 Nov on, without a code."""
        flight = self.flown(self.ready("Get ready"), first=4)
        assert flight.starts_at is not None
        return scenes.alert(self, flight, lapses_at=flight.starts_at, step=3)

    def to_apply(self) -> tuple[Alert, AuthorizationCode]:
        """A replacement that was not applied where the old code is in use: until Wed 25 Nov, 15:05 in Berlin."""
        post = self.ready("Before and after")
        old = self.code(post, self.now - 26 * DAY, 30)
        mark_applied(uses=[Use(old, self.glow_us)], **self.by)
        new = self.code(post, self.now - DAY, 60, supersedes=old)
        return scenes.alert(self, self.flown(post), kind=AlertKind.APPLY, lapses_at=old.expires_at), new

    # --- Messages ----------------------------------------------------------------------------------------------
    def message(
        self, user: User, *alerts: Alert, kind: DeliveryKind = DeliveryKind.ALERT, form: Form = Form.AT_ONCE
    ) -> Delivery:
        """A message of these alerts that waits to be written."""
        delivery = scenes.message(user, self.now, state=DeliveryState.DUE, kind=kind)
        for alert in alerts:
            scenes.waiting(alert, user, form, delivery=delivery)
        return delivery

    def letter(self, user: User, *alerts: Alert, kind: DeliveryKind = DeliveryKind.ALERT) -> Letter:
        """What it says now; it must say something."""
        letter = write(self.message(user, *alerts, kind=kind), now=self.now)
        assert letter is not None
        return letter

    def morning(self, user: User, *alerts: Alert) -> Letter:
        """The morning mail with this news."""
        return self.letter(user, *alerts, kind=DeliveryKind.MORNING)
