"""A brand to measure: two years of flights, most of them over, about 8 % running or planned; every verdict occurs.

The same size gives the same brand, relative to ``now``. Rows go straight into the tables, gaps as the plain rules give
them; that ``prove_gaps`` finds no difference afterwards checks the filling.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from authorizations.models import AccountLink, AuthorizationCode, CodeUse, PostGap, UsageRight
from authorizations.operations.gaps import as_stored
from authorizations.rules import Code, PostInputs, Right, Window, post_gaps
from authorizations.secrets import code_fingerprint, seal_code
from brands.enums import Role
from brands.models import AdAccount, Brand, Membership, User
from campaigns.models import Campaign, Flight
from creators.models import Creator
from posts.enums import Lane, Method
from posts.models import Brief, Post
from sparktrack.core.days import end_of_last_day, first_instant
from tests.benchmarks.rawrows import write_rows
from tests.world import spark_code

DAY = timedelta(days=1)
ZONE = "Europe/Berlin"
CHUNK = 5_000
CURRENT_SHARE = 0.08
FLIGHTS_A_POST = 1.25
INVENTORY_SHARE = 0.08  # posts that never flew, beside those that did
PRESETS = (30, 60, 365)
KINDS = {
    "covered": 50,
    "stops": 16,
    "must_pause": 7,
    "without_rights": 3,
    "blocked": 5,
    "waiting": 5,
    "runs_until": 4,
    "evergreen": 2,
    "paused": 4,
    "unplanned": 4,
}
_ADJECTIVES = "slow quiet bright honest tiny winter morning late second blue".split()
_THINGS = "routine unboxing serum kettle ramen desk pillow bottle trail cardigan brush mask lamp".split()
_ANGLES = (
    "side by side|first use|why I switched|one week later|for beginners|under a minute|in the rain".split("|")
)


@dataclass(slots=True)
class Batch:
    """Rows that are written together, parents first."""

    posts: list[Post] = field(default_factory=list)
    codes: list[AuthorizationCode] = field(default_factory=list)
    uses: list[CodeUse] = field(default_factory=list)
    rights: list[UsageRight] = field(default_factory=list)
    flights: list[Flight] = field(default_factory=list)
    gaps: list[PostGap] = field(default_factory=list)

    def write(self) -> None:
        """Writes all rows and forgets them."""
        for model, rows in (
            (Post, self.posts),
            (AuthorizationCode, self.codes),
            (CodeUse, self.uses),
            (UsageRight, self.rights),
            (Flight, self.flights),
            (PostGap, self.gaps),
        ):
            write_rows(model, rows)
            rows.clear()


def populate(*, flights: int, now: datetime, slug: str = "bench") -> tuple[Brand, User]:
    """A new brand with ``flights`` flights and an admin of it; the gaps of all posts are stored."""
    maker = _Maker(flights, now, slug)
    batch = Batch()
    for number in range(round(flights / FLIGHTS_A_POST * INVENTORY_SHARE)):
        maker.add_post(batch, kind="inventory", number=number)
    over = round(flights * (1 - CURRENT_SHARE))
    for kind, flown in (("over", over), ("current", flights - over)):
        for each in maker.plan(kind, flown):
            maker.add_post(batch, kind=each[0], number=maker.posts, earlier=each[1])
            if len(batch.posts) >= CHUNK:
                batch.write()
    batch.write()
    return maker.brand, maker.admin


class _Maker:
    """Makes the rows; what a post gets follows from its kind."""

    def __init__(self, flights: int, now: datetime, slug: str) -> None:
        self.random = random.Random(flights)
        self.now, self.today = now, now.date()
        self.posts = 0
        self.long_ago = now - 800 * DAY
        self.brand = Brand.objects.create(
            name="Bench", slug=slug, time_zone=ZONE, currency="EUR", created_at=self.long_ago
        )
        people = [
            User(
                email=f"person{number}@{slug}.example",
                full_name=f"{name} Bench",
                password="!",
                created_at=self.long_ago,
            )
            for number, name in enumerate(("Ada", "Ben", "Cleo", "Dan", "Eva", "Finn"))
        ]
        write_rows(User, people)
        write_rows(
            Membership,
            [
                Membership(
                    brand=self.brand,
                    user=person,
                    role=Role.BUYER if number else Role.ADMIN,
                    created_at=self.long_ago,
                )
                for number, person in enumerate(people)
            ],
        )
        self.admin, self.buyers = people[0], people[1:]
        self.accounts: list[AdAccount | None] = [
            AdAccount(
                brand=self.brand, name=name, time_zone=zone, currency=currency, created_at=self.long_ago
            )
            for name, zone, currency in (
                ("Main", "", ""),
                ("US", "America/New_York", "USD"),
                ("UK", "Europe/London", "GBP"),
            )
        ]
        write_rows(AdAccount, [account for account in self.accounts if account])
        self.accounts.append(None)
        self.campaigns = [
            Campaign(brand=self.brand, name=f"Wave {number}", created_at=self.long_ago)
            for number in range(1 + flights // 50)
        ]
        write_rows(Campaign, self.campaigns)
        self.creators = [self._creator(number) for number in range(1 + flights // 10)]
        write_rows(Creator, self.creators)
        self.briefs = [
            Brief(brand=self.brand, title=f"Brief {number}", created_at=self.long_ago)
            for number in range(1 + flights // 200)
        ]
        write_rows(Brief, self.briefs)
        self._write_shared_permissions()

    def _creator(self, number: int) -> Creator:
        handle = f"{self.random.choice(_ADJECTIVES)}.{self.random.choice(_THINGS)}{number}"
        return Creator(
            brand=self.brand,
            handle=handle,
            display_name=handle.replace(".", " ").title(),
            email=f"c{number}@creators.example",
            own_account=number == 0,
            manager=self.admin,
            created_at=self.long_ago,
        )

    def _write_shared_permissions(self) -> None:
        """One creator in ten and every brief has a right of its own; one creator in 30 is linked to an account."""
        start, end = self.today - 800 * DAY, self.today + 500 * DAY
        self.shared = {
            **{creator.pk: self._right(start, end, creator=creator) for creator in self.creators[::10]},
            **{brief.pk: self._right(start, end, brief=brief) for brief in self.briefs},
        }
        write_rows(UsageRight, self.shared.values())
        self.linked = {creator.pk for creator in self.creators[::30]}
        write_rows(
            AccountLink,
            [
                AccountLink(
                    brand=self.brand,
                    creator_id=creator,
                    ad_account=self.accounts[0],
                    starts_at=self.long_ago,
                    created_at=self.long_ago,
                )
                for creator in self.linked
            ],
        )

    def plan(self, kind: str, flown: int) -> Iterator[tuple[str, bool]]:
        """Which posts ``flown`` flights belong to: the kind of the post, and whether it flew once before."""
        kinds = ["over"] if kind == "over" else list(KINDS)
        weights = [1] if kind == "over" else list(KINDS.values())
        left = flown
        number = 0
        while left > 0:
            earlier = left > 1 and self.random.random() < FLIGHTS_A_POST - 1
            left -= 2 if earlier else 1
            # Every kind occurs, however few flights there are.
            each = kinds[number] if number < len(kinds) else self.random.choices(kinds, weights)[0]
            number += 1
            yield each, earlier

    def add_post(self, batch: Batch, *, kind: str, number: int, earlier: bool = False) -> None:
        """One post with its codes, right and flights."""
        start, end = self._flight_days(kind)
        first = start or self.today
        born = first_instant(first, ZONE) - self.random.randint(5, 40) * DAY
        creator = self.random.choice(self.creators)
        shares = kind in {"over", "covered", "inventory"} and self.random.random() < 0.15
        brief = self.random.choice(self.briefs) if shares and self.random.random() < 0.3 else None
        if shares and brief is None:
            creator = self.random.choice(self.creators[::10])
        words = (self.random.choice(words) for words in (_ADJECTIVES, _THINGS, _ANGLES))
        self.posts += 1
        tiktok_id = str((int(born.timestamp()) << 32) + self.posts)
        post = Post(
            brand=self.brand,
            creator=creator,
            brief=brief,
            title=" ".join(words).capitalize(),
            url=f"https://www.tiktok.com/@{creator.handle}/video/{tiktok_id}",
            tiktok_post_id=tiktok_id,
            posted_at=born,
            product=self.random.choice(_THINGS).capitalize(),
            sku=f"SKU-{number % 9000 + 1000}",
            lane=Lane.READY_FOR_SPARK,
            method=Method.LINKED_ACCOUNT if kind == "covered" and number % 30 == 0 else Method.CODE,
            unavailable_from=self.now - DAY if kind == "blocked" and self.random.random() < 0.2 else None,
            created_at=born,
        )
        batch.posts.append(post)
        codes = self._codes(post, kind, first, end)
        rights = [self._shared_right(creator, brief)] if shares else self._own_rights(post, kind, first)
        batch.codes += codes
        # Every replacement is applied where the old code was: the lower bound need not look for others.
        batch.uses += [
            CodeUse(brand=self.brand, code=code, ad_account=self.accounts[0], at=code.created_at)
            for code in codes
        ]
        batch.rights += [] if shares else rights
        batch.gaps += self._gaps(post, codes, rights)
        if earlier:
            length = self.random.randint(10, 30)
            batch.flights.append(self._flight(post, "over", first - (length + 5) * DAY, first - 5 * DAY))
        if kind != "inventory":
            batch.flights.append(self._flight(post, kind, start, end))

    def _flight_days(self, kind: str) -> tuple[date | None, date | None]:
        """The first and last day of a flight of this kind."""
        if kind == "unplanned":
            return None, None
        if kind == "over":
            start = self.today - self.random.randint(50, 730) * DAY
            return start, start + self.random.randint(10, 40) * DAY
        if kind == "waiting" or (kind in {"covered", "stops"} and self.random.random() < 0.3):
            start = self.today + self.random.randint(2, 20) * DAY
            return start, start + self.random.randint(20, 40) * DAY
        start = self.today - self.random.randint(1, 25) * DAY
        if kind in {"runs_until", "evergreen"}:
            return start, None
        return start, self.today + self.random.randint(8, 40) * DAY

    def _gaps(self, post: Post, codes: list[AuthorizationCode], rights: list[UsageRight]) -> list[PostGap]:
        own_account = post.creator.own_account
        own_right = any(right.post_id for right in rights)
        inputs = PostInputs(
            needs_code=post.method == Method.CODE and not own_account,
            needs_rights=own_right or not own_account,
            codes=[Code(code.starts_at, code.expires_at, code.revoked_at) for code in codes],
            rights=[
                Right(right.starts_at, right.ends_at, paid=right.paid_amplification)
                for right in rights
                if right.starts_at
            ],
            links=[Window(self.long_ago, None)] if post.creator_id in self.linked else [],
            links_required=post.method != Method.CODE,
            unavailable_from=post.unavailable_from,
        )
        return [
            PostGap(
                brand=self.brand, post=post, starts_at=start, ends_at=end, reasons=reasons, stops_itself=stops
            )
            for start, end, reasons, stops in map(as_stored, post_gaps(inputs))
        ]

    def _codes(self, post: Post, kind: str, first: date, end: date | None) -> list[AuthorizationCode]:
        if kind == "waiting" and self.random.random() < 0.6:
            return []
        start = first - self.random.randint(1, 6) * DAY
        last = end or first + 40 * DAY
        needed = (last - start).days + 1
        days: int = next((preset for preset in PRESETS if preset >= needed), 365)
        revoked_at = None
        if kind in {"stops", "paused"}:
            days = (max(first, self.today) - start).days + self.random.randint(1, 18)
        elif kind == "waiting":
            days = self.random.randint(1, 6)
        elif kind == "runs_until":
            days = (self.today - start).days + self.random.randint(40, 300)
        elif kind == "over" and self.random.random() < 0.15:
            days = max(1, needed // 2)
        elif kind == "blocked" and post.unavailable_from is None:
            if self.random.random() < 0.3:
                revoked_at = self.now - timedelta(hours=self.random.randint(1, 100))
                start -= 7 * DAY
            else:
                days = max(1, (self.today - start).days - self.random.randint(0, 3))
        codes = [self._code(post, start, days, revoked_at)]
        if self.random.random() < 0.35:
            codes.append(self._code(post, start - 35 * DAY, 30, None))
            codes[0].supersedes = codes[1]
        return codes

    def _code(self, post: Post, start: date, days: int, revoked_at: datetime | None) -> AuthorizationCode:
        code = spark_code()
        mark = code_fingerprint(code)
        sealed = seal_code(code, brand_id=self.brand.pk, fingerprint=mark)
        starts_at = first_instant(start, ZONE)
        return AuthorizationCode(
            brand=self.brand,
            post=post,
            ciphertext=sealed.ciphertext,
            key_id=sealed.key_id,
            fingerprint=mark,
            ending=code[-4:],
            starts_on=start,
            starts_at=starts_at,
            expires_at=starts_at + days * DAY,
            window_days=days,
            end_source="computed",
            revoked_at=revoked_at,
            created_at=starts_at,
        )

    def _own_rights(self, post: Post, kind: str, first: date) -> list[UsageRight]:
        """The right on the post itself; on nothing else, unless the creator has one for everything."""
        start = first - 10 * DAY
        end: date | None = start + self.random.choice((90, 180, 365)) * DAY
        paid = True
        if kind == "must_pause":
            end = self.today + self.random.randint(1, 6) * DAY
        elif kind == "without_rights":
            choice = self.random.random()
            if choice < 0.3 and post.creator_id not in self.shared:
                return []
            paid = choice > 0.6
            end = max(start, self.today - self.random.randint(1, 9) * DAY)
        elif kind in {"runs_until", "evergreen"}:
            end = None
        return [self._right(start, end, post=post, paid_amplification=paid)]

    def _shared_right(self, creator: Creator, brief: Brief | None) -> UsageRight:
        return self.shared[creator.pk if brief is None else brief.pk]

    def _right(self, start: date, end: date | None, **fields: Any) -> UsageRight:
        fields.setdefault("paid_amplification", True)
        return UsageRight(
            brand=self.brand,
            starts_on=start,
            ends_on=end,
            perpetual=end is None,
            starts_at=first_instant(start, ZONE),
            ends_at=None if end is None else end_of_last_day(end, ZONE),
            channels=["TikTok"],
            created_at=self.long_ago,
            **fields,
        )

    def _flight(self, post: Post, kind: str, start: date | None, end: date | None) -> Flight:
        account = self.random.choice(self.accounts)
        zone = self.brand.zone_of(account)
        starts_at = None if start is None else first_instant(start, zone)
        return Flight(
            brand=self.brand,
            post=post,
            campaign=self.random.choice(self.campaigns),
            buyer=self.random.choice(self.buyers),
            ad_account=account,
            starts_on=start,
            ends_on=end,
            starts_at=starts_at,
            ends_at=None if end is None else end_of_last_day(end, zone),
            daily_spend=Decimal(self.random.choice((50, 75, 120, 200, 350))),
            spend_source="typed",
            ad_name=f"{post.title} {self.posts}",
            paused_at=self.now - DAY if kind == "paused" else None,
            created_at=post.created_at,
        )
