"""A brand with creators, posts, codes, rights and flights, made through the operations as users make them."""

import itertools
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.test import Client

from authorizations.models import AuthorizationCode, UsageRight
from authorizations.operations.posts import PostDraft, add_posts
from authorizations.operations.recording import CodeDraft, record_codes
from authorizations.operations.rights import RightDraft, grant_rights
from authorizations.windows import Term
from brands.enums import Role
from brands.models import AdAccount, Brand, User
from campaigns.models import Campaign, Flight
from campaigns.operations.campaigns import CampaignDraft, add_campaigns
from campaigns.operations.flights import FlightDraft, plan_flights
from creators.models import Creator
from creators.operations import CreatorDraft, add_creators
from posts.models import Post
from sparktrack.core.actors import Actor, system_actor
from tests.factories import MembershipFactory

NOW = datetime(2026, 11, 21, 14, 5, tzinfo=UTC)
DAY = timedelta(days=1)
_numbers = itertools.count(1)


def spark_code(seed: int | None = None) -> str:
    """A code of TikTok's shape; the same for the same seed, else a new one."""
    return f"#{next(_numbers) if seed is None else seed:063d}="


def client_of(user: User, **options: Any) -> Client:
    """A browser in which ``user`` is logged in; answers 500 instead of raising, as people would see it."""
    client = Client(raise_request_exception=False, **options)
    client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


class World:
    """One brand and short ways to fill it; everything happens at ``now``."""

    def __init__(self, *, now: datetime = NOW, **brand: Any) -> None:
        """``brand``: fields of the brand that differ from the usual ones."""
        number = next(_numbers)
        self.now = now
        fields = {"name": f"Brand {number}", "slug": f"brand-{number}", "created_at": now, **brand}
        self.brand = Brand.objects.create(**fields)
        self.actor: Actor = system_actor("tests")

    @property
    def by(self) -> dict[str, Any]:
        """The arguments that every operation takes."""
        return {"brand": self.brand, "now": self.now, "actor": self.actor}

    def day(self, days: int) -> date:
        """The date ``days`` from the day of ``now`` in UTC."""
        return (self.now + days * DAY).date()

    def member(self, role: Role = Role.ADMIN, **user: Any) -> User:
        """A person with this role in the brand; ``user``: fields of the person."""
        about = {f"user__{name}": value for name, value in user.items()}
        membership: Any = MembershipFactory(brand=self.brand, role=role, **about)
        return membership.user

    def creator(self, handle: str = "", **fields: Any) -> Creator:
        """A creator with this handle, else with a new one."""
        draft = CreatorDraft(handle or f"creator{next(_numbers)}", **fields)
        return add_creators(drafts=[draft], **self.by)[0]

    def post(self, creator: Creator | None = None, **fields: Any) -> Post:
        """A post of ``creator``, else of a new one."""
        return add_posts(drafts=[PostDraft(creator or self.creator(), **fields)], **self.by)[0]

    def posts(self, number: int, **fields: Any) -> list[Post]:
        """So many posts of new creators, by one call of each operation."""
        handles = [CreatorDraft(f"creator{next(_numbers)}") for _ in range(number)]
        creators = add_creators(drafts=handles, **self.by)
        return add_posts(drafts=[PostDraft(creator, **fields) for creator in creators], **self.by)

    def code(self, post: Post, starts_at: datetime, days: int = 30, **fields: Any) -> AuthorizationCode:
        """A code of ``days`` days from ``starts_at``."""
        fields.setdefault("code", spark_code())
        draft = CodeDraft(post, starts_at=starts_at, window_days=days, **fields)
        return record_codes(drafts=[draft], **self.by)[0].code

    def codes(
        self, posts: list[Post], starts_at: datetime | None, days: int = 30, **fields: Any
    ) -> list[AuthorizationCode]:
        """A code of ``days`` days from ``starts_at`` for each of the posts, by one call of the operation."""
        drafts = [
            CodeDraft(post, spark_code(), starts_at=starts_at, window_days=days, **fields) for post in posts
        ]
        return [recorded.code for recorded in record_codes(drafts=drafts, **self.by)]

    def right(self, starts_on: date | None, ends_on: date | None = None, **fields: Any) -> UsageRight:
        """A paid right from ``starts_on`` to ``ends_on`` (None = not stated) on ``post=``, ``brief=``, ``creator=``."""
        fields.setdefault("paid_amplification", True)
        fields.setdefault("term", Term(ends_on=ends_on))
        return grant_rights(drafts=[RightDraft(starts_on=starts_on, **fields)], **self.by)[0]

    def campaign(self, name: str = "") -> Campaign:
        """A campaign with this name, else with a new one."""
        return add_campaigns(drafts=[CampaignDraft(name or f"Campaign {next(_numbers)}")], **self.by)[0]

    def flight(
        self, post: Post, starts_on: date | None, ends_on: date | None = None, **fields: Any
    ) -> Flight:
        """A flight of ``post`` in ``campaign=``, else in a new campaign."""
        fields.setdefault("campaign", None)
        campaign = fields.pop("campaign") or self.campaign()
        fields.setdefault("daily_spend", Decimal(100))
        draft = FlightDraft(post, campaign, starts_on=starts_on, ends_on=ends_on, **fields)
        return plan_flights(drafts=[draft], **self.by)[0]

    def account(self, **fields: Any) -> AdAccount:
        """An ad account of the brand."""
        number = next(_numbers)
        fields = {"name": f"Account {number}", "advertiser_id": str(7 * 10**18 + number), **fields}
        return AdAccount.objects.create(brand=self.brand, created_at=self.now, **fields)
