"""A simulated year of a brand: real operations, the real raising and the real mornings, people who answer their mails.

The clock steps to every instant at which something can happen: mornings, lapses, what people do. Messages count as
accepted when they are made; nothing goes over a wire. The same seed gives the same year.
"""

import heapq
import itertools
import random
from collections import Counter, defaultdict
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import Min

from alerts.enums import AlertKind, DeliveryKind, DeliveryState
from alerts.models import Alert, AlertFlight, Delivery, Notice
from alerts.operations.mornings import send_mornings
from alerts.operations.raising import raise_alerts
from alerts.operations.saying import acknowledge, snooze
from alerts.rules.mornings import next_morning
from authorizations.models import AuthorizationCode, PostGap, UsageRight
from authorizations.operations.codes import Extension, Use, extend_codes, mark_applied
from authorizations.operations.posts import mark_posts_gone
from authorizations.operations.rights import NewTerm, extend_rights
from authorizations.windows import Term
from brands.enums import Role
from brands.models import User
from campaigns.models import Flight
from campaigns.operations.flights import end_flights, pause_flights
from posts.models import Post
from tests.alerts.simulation.judging import HOURS, announced
from tests.alerts.simulation.report import Findings, Load
from tests.world import World

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
ZONE = "Europe/Berlin"
START = datetime(2026, 1, 5, 5, tzinfo=UTC)  # a Monday
# DOMAIN.md §7 and the issue: how long codes are good for, and how many flights have no end.
WINDOWS, WINDOW_SHARES = (7, 30, 60, 365), (5, 50, 25, 20)
EVERGREEN = 0.35

# How likely who is told of a step does something about it, and how many days it then takes.
_ACTS = {30: (0.30, 6.0), 14: (0.45, 4.0), 7: (0.55, 3.0), 3: (0.70, 1.2), 1: (0.85, 0.5), 0: (0.85, 0.8)}
# Creators who never answer, rights whose contract is over for good; a post that is gone comes never back.
_HOPELESS = {AlertKind.CODE: 0.06, AlertKind.RIGHTS: 0.25, AlertKind.POST: 1.0, AlertKind.APPLY: 0.0}
_PAUSED = (AlertKind.RIGHTS, AlertKind.POST)  # what buyers pause
_EXTENDS, _ACKNOWLEDGES, _SNOOZES, _PAUSES, _APPLIES = 0.4, 0.15, 0.05, 0.7, 0.75
_RIGHT_DAYS, _RIGHT_SHARES = (30, 90, 180, 365, 0), (5, 25, 20, 20, 30)  # 0: for ever
_GONE = 0.02  # posts that go private in the middle of a flight
_LATE_CODE = 0.08  # flights planned before their code is there


class Simulation:
    """A brand of 3 buyers, 2 managers and 2 admins whose ``flights`` run for ``days``; ``refill``: a flight that is
    over is followed by another, so that as many are always on the plan.
    """

    def __init__(self, *, flights: int, days: int, seed: int = 1, refill: bool = False) -> None:
        """Nothing happens before ``run``."""
        self.random = random.Random(seed)
        self.flights, self.end, self.refill = flights, START + days * DAY, refill
        self.days = days
        self.world = World(now=START, time_zone=ZONE)
        self.buyers = [self.world.member(Role.BUYER, full_name=f"Buyer {n}") for n in (1, 2, 3)]
        self.managers = [self.world.member(Role.MANAGER, full_name=f"Manager {n}") for n in (1, 2)]
        self.admins = [self.world.member(Role.ADMIN, full_name=f"Admin {n}") for n in (1, 2)]
        self.everybody = [*self.buyers, *self.managers, *self.admins]
        self.buyers[2].time_zone = "America/New_York"
        self.buyers[2].save()
        self.campaigns = [self.world.campaign() for _ in range(10)]
        self.creators = [
            self.world.creator(details={"manager": self.random.choice(self.managers)})
            for _ in range(max(flights // 4, 5))
        ]
        self.queue: list[tuple[datetime, int, Callable[[], object]]] = []
        self.numbers = itertools.count()
        self.mails: dict[UUID, list[tuple[datetime, str]]] = defaultdict(list)
        # Of a post: when something about it last changed; renewals on their way; whether its creator answers.
        self.changed: dict[UUID, list[datetime]] = defaultdict(list)
        self.under_way: set[tuple[str, UUID, datetime]] = set()
        self.hopeless: dict[tuple[str, UUID, datetime], bool] = {}
        self.planned = 0

    # --- the clock ------------------------------------------------------------------------------------------------
    @property
    def now(self) -> datetime:
        """The simulated instant."""
        return self.world.now

    def later(self, delay: timedelta, do: Callable[[], object]) -> None:
        """``do`` happens after ``delay``; what people do, they do on the hour."""
        at = self.now + delay
        at += HOUR - (at - START) % HOUR
        heapq.heappush(self.queue, (at, next(self.numbers), do))

    def run(self) -> Findings:
        """Everything that happens until the end."""
        for _ in range(self.flights):
            self._plan(first=True)
        while True:
            self.world.now = self._next_instant()
            if self.now >= self.end:
                return self._findings()
            while self.queue and self.queue[0][0] <= self.now:
                heapq.heappop(self.queue)[2]()
            raise_alerts(now=self.now)
            send_mornings(now=self.now)
            self._accept()

    def _next_instant(self) -> datetime:
        """The next instant at which a person acts, a lapse comes, or it is somebody's morning."""
        mornings = [next_morning(self.now, hours) for hours in HOURS]
        begin = [
            rows.filter(
                brand=self.world.brand, starts_at__gt=self.now, starts_at__lt=min(mornings)
            ).aggregate(at=Min("starts_at"))["at"]
            for rows in (PostGap.objects, Flight.objects)
        ]
        acts = [self.queue[0][0]] if self.queue else []
        return min([*mornings, *acts, *filter(None, begin)])

    def _accept(self) -> None:
        """Every message that is due was accepted; its reader answers."""
        due = list(Delivery.objects.filter(state=DeliveryState.DUE))
        if not due:
            return
        Delivery.objects.filter(pk__in=[each.pk for each in due]).update(
            state=DeliveryState.SENT, finished_at=self.now
        )
        for delivery in due:
            assert delivery.user_id is not None
            self.mails[delivery.user_id].append((self.now, delivery.kind))
        notices = Notice.objects.filter(delivery__in=due).select_related("alert", "user")
        hits = AlertFlight.objects.filter(alert__in=notices.values("alert")).select_related("flight__post")
        posts = {hit.alert_id: hit.flight.post for hit in hits.order_by("-flight__post__title")}
        for notice in sorted(
            (each for each in notices if each.alert_id in posts),
            key=lambda each: (
                posts[each.alert_id].title,
                each.alert.kind,
                each.alert.lapses_at,
                each.user.full_name,
            ),
        ):
            self._answer(notice, posts[notice.alert_id])

    # --- the plan -------------------------------------------------------------------------------------------------
    def _plan(self, *, first: bool = False) -> None:
        """One more flight, with its code and rights."""
        draw = self.random
        self.planned += 1
        evergreen = first and draw.random() < EVERGREEN
        post = self.world.post(draw.choice(self.creators), title=f"Post {self.planned:04}")
        self._note(post.pk)
        spread = self.days if not self.refill else 40
        start = (
            draw.randint(-40, 20)
            if evergreen
            else draw.randint(-30, spread)
            if first
            else draw.randint(1, 14)
        )
        length = draw.randint(14, 60)
        starts_on = self.world.day(start)
        ends_on = None if evergreen else self.world.day(max(start + length, 2))
        campaign = draw.choice(self.campaigns)
        flight = self.world.flight(
            post, starts_on, ends_on, campaign=campaign, buyer=draw.choice(self.buyers)
        )
        right_days = draw.choices(_RIGHT_DAYS, _RIGHT_SHARES)[0]
        begin = self.world.day(start - 5)
        term = Term(days=right_days) if right_days else Term(perpetual=True)
        self.world.right(begin, term=term, post=post)
        arrives = timedelta(days=max(start + draw.uniform(-6, -1), 0))
        if start > 0 and draw.random() < _LATE_CODE:
            arrives += draw.uniform(2, 8) * DAY
        if arrives > timedelta(0):
            self.later(arrives, partial(self._first_code, post, flight))
        else:
            self._first_code(post, flight, ago=draw.uniform(0, 6) * DAY)
        if ends_on is not None and self.refill:
            self.later(timedelta(days=max(start + length, 2)), self._plan)
        if draw.random() < _GONE:
            self.later(max(start + draw.uniform(1, length), 1) * DAY, partial(self._goes_private, post))

    def _note(self, post_id: UUID) -> None:
        self.changed[post_id].append(self.now)

    def _window(self) -> int:
        return self.random.choices(WINDOWS, WINDOW_SHARES)[0]

    def _first_code(self, post: Post, flight: Flight, ago: timedelta = timedelta(0)) -> None:
        code = self.world.code(post, self.now - ago - self.random.uniform(0, 12) * HOUR, days=self._window())
        mark_applied(uses=[Use(code, flight.ad_account)], **self.world.by)
        self._note(post.pk)

    def _goes_private(self, post: Post) -> None:
        mark_posts_gone(posts=[post], since=self.now, **self.world.by)
        self._note(post.pk)

    # --- what people do -------------------------------------------------------------------------------------------
    def _answer(self, notice: Notice, post: Post) -> None:
        """Somebody reads one thing that they were told."""
        alert, reads = notice.alert, self._reading()
        if notice.user in self.buyers:
            self._buyer_answers(alert, post, reads)
        elif notice.user in self.managers and _lapse_of(alert) not in self.under_way:
            self._manager_answers(notice, post, reads)

    def _buyer_answers(self, alert: Alert, post: Post, reads: timedelta) -> None:
        if alert.kind == AlertKind.APPLY and self.random.random() < _APPLIES:
            self.later(reads + 2 * HOUR, partial(self._apply, post))
        elif alert.step <= 0 and alert.kind in _PAUSED and self.random.random() < _PAUSES:
            self.later(reads + HOUR, partial(self._pause, alert))

    def _manager_answers(self, notice: Notice, post: Post, reads: timedelta) -> None:
        alert, kind = notice.alert, AlertKind(notice.alert.kind)
        lapse = _lapse_of(alert)
        if lapse not in self.hopeless:
            self.hopeless[lapse] = self.random.random() < _HOPELESS[kind]
        if alert.step > 1 and self.random.random() < _ACKNOWLEDGES + _SNOOZES:
            self.later(reads, partial(self._say, alert, notice.user))
        likely, days = _ACTS.get(max(alert.step, 0), _ACTS[3])
        if kind is AlertKind.APPLY or self.random.random() >= likely:
            return
        self.under_way.add(lapse)
        if self.hopeless[lapse]:
            self.later(reads + 2 * DAY, partial(self._give_up, alert))
        else:
            answered = reads + self.random.expovariate(1 / days) * DAY
            self.later(answered, partial(self._renew, alert, post))

    def _reading(self) -> timedelta:
        """How long it takes until a mail is read: within three hours, between 8:00 and 19:00 on working days."""
        at = self.now + self.random.uniform(0.2, 3) * HOUR
        local = at.astimezone(ZoneInfo(ZONE))
        while local.weekday() > 4 or not 8 <= local.hour < 19:
            local += HOUR
        return max(local.astimezone(UTC) - self.now, timedelta(0))

    def _say(self, alert: Alert, user: User) -> None:
        """Somebody takes it upon them, or puts it off."""
        said: dict[str, Any] = {"alerts": [alert], "by": user, **self.world.by}
        latest = alert.lapses_at - DAY
        if self.random.random() < _SNOOZES / (_ACKNOWLEDGES + _SNOOZES) and latest > self.now + HOUR:
            snooze(until=self.now + (latest - self.now) * self.random.random(), reason="Next week", **said)
        else:
            acknowledge(**said)

    def _renew(self, alert: Alert, post: Post) -> None:
        """The creator answered with an extension or a new code; the contract was extended."""
        self._note(post.pk)
        if alert.kind == AlertKind.RIGHTS:
            right = UsageRight.objects.get(post=post)
            assert right.ends_at is not None
            until = max(right.ends_at, self.now) + self.random.choice((60, 90, 180)) * DAY
            extend_rights(terms=[NewTerm(right, Term(ends_on=until.date()))], **self.world.by)
            return
        old = AuthorizationCode.objects.filter(post=post).order_by("-expires_at").first()
        if old is None:
            return
        if old.expires_at > self.now and self.random.random() < _EXTENDS:
            extend_codes(extensions=[Extension(old, days=self._window())], **self.world.by)
        else:
            days = self._window()
            while self.now + days * DAY <= old.expires_at:
                days = WINDOWS[WINDOWS.index(days) + 1]
            self.world.code(post, self.now, days=days, supersedes=old)

    def _apply(self, post: Post) -> None:
        newest = AuthorizationCode.objects.filter(post=post).latest("expires_at")
        mark_applied(uses=[Use(newest, None)], **self.world.by)
        self._note(post.pk)

    def _pause(self, alert: Alert) -> None:
        """Paused in Ads Manager; most rest there until the end of the flight."""
        flights = [hit.flight for hit in alert.hits.select_related("flight") if hit.flight.ended_at is None]
        pause_flights(flights=flights, **self.world.by)

    def _give_up(self, alert: Alert) -> None:
        """No renewal will come: the flights are ended when it lapses."""

        def end() -> None:
            flights = [hit.flight for hit in alert.hits.select_related("flight")]
            end_flights(flights=flights, **self.world.by)

        self.later(max(alert.lapses_at - self.now, timedelta(0)) + self.random.uniform(4, 48) * HOUR, end)

    # --- what came of it ------------------------------------------------------------------------------------------
    def _findings(self) -> Findings:
        lapses, averted = announced(
            self.world.brand,
            managers={user.pk for user in self.managers},
            buyers={user.pk for user in self.buyers},
            changed=self.changed,
        )
        return Findings(self.planned, [self._load(user) for user in self.everybody], lapses, averted)

    def _load(self, user: User) -> Load:
        mails = self.mails[user.pk]
        weeks = Counter(at.isocalendar()[:2] for at, _ in mails)
        mornings = sum(kind == DeliveryKind.MORNING for _, kind in mails)
        return Load(
            user.full_name, self.days / 7, mornings, len(mails) - mornings, max(weeks.values(), default=0)
        )


def _lapse_of(alert: Alert) -> tuple[str, UUID, datetime]:
    return alert.kind, alert.subject_id, alert.lapses_at
