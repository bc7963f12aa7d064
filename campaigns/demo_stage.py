"""Short ways to tell the story of the demo brand, through the operations that pages use."""

import base64
import re
import secrets
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from authorizations.models import AuthorizationCode, UsageRight
from authorizations.operations.codes import Use, mark_applied
from authorizations.operations.posts import PostDraft, add_posts
from authorizations.operations.recording import CodeDraft, record_codes
from authorizations.operations.requests import RequestDraft, request_codes
from authorizations.operations.rights import RightDraft, grant_rights
from authorizations.windows import Term
from brands.enums import Role
from brands.models import AdAccount, Brand, User
from brands.operations.ad_accounts import NewAdAccount, add_ad_accounts
from campaigns.models import Campaign, Flight
from campaigns.operations.campaigns import CampaignDraft, add_campaigns
from campaigns.operations.flights import FlightDraft, launch_flights, plan_flights
from creators.models import Creator
from creators.operations import CreatorDraft, add_creators
from posts.enums import Lane
from posts.models import Brief, Post
from posts.operations.briefs import add_briefs
from sparktrack.core.actors import Actor, ActorKind
from sparktrack.core.days import local_date

HISTORY = timedelta(days=400)
_SITE = "https://northbeam.example"
_OWN_HANDLE = "northbeam"


class Stage:
    """The brand while its story is told; ``ago`` and ``age`` count days back from ``now``, ``day`` days ahead."""

    def __init__(self, brand: Brand, people: Mapping[Role, User], now: datetime) -> None:
        self.brand, self.people, self.now = brand, people, now
        self.today = local_date(now, brand.time_zone)
        manager, buyer = people[Role.MANAGER], people[Role.BUYER]
        briefs = [
            {
                "title": "Holiday gifting",
                "product_truth": "Ships in a box that needs no wrapping. Ordered by 18 December it is there in time.",
                "audience_problem": "They have one evening left and nothing that looks thought of.",
                "claim_boundaries": "No “lowest price”, no promise of a day of delivery outside the US.",
                "tone_examples": "A friend who found it first, not a shop.",
                "usage_days": 90,
                "usage_paid": True,
            }
        ]
        campaigns = [
            CampaignDraft(name, buyer=buyer) for name in ("Q4 Glow", "Launch Wave 2", "BFCM", "Evergreen")
        ]
        accounts = [
            NewAdAccount("Northbeam US", "7301184422019655681"),
            NewAdAccount("Northbeam UK", "7301184422019655697", "Europe/London", "GBP"),
        ]
        handles = {
            "maya.glow": {"display_name": "Maya Glow", "country": "US", "email": "maya@creators.example"},
            "liam_cooks": {"display_name": "Liam Cooks", "country": "US", "email": "liam@creators.example"},
            "noah_pours": {"display_name": "Noah Pours", "country": "US"},
            "isla.hair": {"display_name": "Isla Hair", "country": "GB", "agent_name": "Fern Talent"},
            "zoe.unboxes": {"display_name": "Zoe Unboxes", "country": "CA"},
            "theo.trails": {"display_name": "Theo Trails", "country": "GB", "time_zone": "Europe/London"},
            "northbeam": {"display_name": "Northbeam"},
        }
        drafts = [
            CreatorDraft(handle, own_account=handle == _OWN_HANDLE, details={**details, "manager": manager})
            for handle, details in handles.items()
        ]
        by: dict[str, Any] = self.by(Role.MANAGER, ago=HISTORY.days - 1)
        self.brief: Brief = add_briefs(drafts=briefs, **by)[0]
        self.campaigns: dict[str, Campaign] = {row.name: row for row in add_campaigns(drafts=campaigns, **by)}
        us, uk = add_ad_accounts(accounts=accounts, **by)
        self.accounts: dict[str, AdAccount] = {"US": us, "UK": uk}
        self.creators: dict[str, Creator] = {row.handle: row for row in add_creators(drafts=drafts, **by)}

    def ago(self, days: float) -> datetime:
        """The instant ``days`` times 24 hours before now."""
        return self.now - timedelta(days=days)

    def day(self, days: int) -> date:
        """The date ``days`` from today (negative: before) in the brand's zone."""
        return self.today + timedelta(days=days)

    def by(self, role: Role, *, ago: float = 0) -> dict[str, Any]:
        """What every operation takes: the brand, when it happened, and the person of ``role`` who did it."""
        person = self.people[role]
        actor = Actor(ActorKind.USER, str(person.pk), person.email)
        return {"brand": self.brand, "now": self.ago(ago), "actor": actor}

    def post(
        self,
        handle: str,
        title: str,
        *,
        age: float | None,
        brief: Brief | None = None,
        replaces: Post | None = None,
        **details: Any,
    ) -> Post:
        """A post that went live ``age`` days ago; None: it is not live yet."""
        creator = self.creators[handle]
        post_id = url = ""
        if age is not None:
            # The upper half of a post id is its time of birth (DOMAIN.md §8); the lower one is invented.
            post_id = str((int(self.ago(age).timestamp()) << 32) | secrets.randbits(32))
            url = f"https://www.tiktok.com/@{handle}/video/{post_id}"
        usual = {
            "lane": Lane.READY_FOR_SPARK,
            "landing_page": f"{_SITE}/{re.findall(r'[a-z-]+', title.lower())[0]}",
        }
        draft = PostDraft(
            creator, brief, title, url, post_id, replaces=replaces, details={**usual, **details}
        )
        return add_posts(drafts=[draft], **self.by(Role.MANAGER, ago=age or 0))[0]

    def code(
        self,
        post: Post,
        *,
        age: float,
        days: int,
        applied: str = "US",
        supersedes: AuthorizationCode | None = None,
        noted: float | None = None,
        asked: float | None = None,
        **draft: Any,
    ) -> AuthorizationCode:
        """A code generated ``age`` days ago, recorded an hour later and taken to the account ``applied`` (or none).

        ``noted``: it was recorded so many days ago instead, before it begins. ``asked``: so many days ago the manager
        asked for it.
        """
        if asked is not None:
            self.asked(post, days=days, ago=asked, supersedes=supersedes)
        if not {"starts_on", "starts_at"} & set(draft):
            draft["starts_at"] = self.ago(age)
        by = self.by(Role.MANAGER, ago=age - 1 / 24 if noted is None else noted)
        item = CodeDraft(post, invented_code(), window_days=days, supersedes=supersedes, **draft)
        code = record_codes(drafts=[item], **by)[0].code
        if applied:
            use = Use(code, self.accounts[applied])
            mark_applied(uses=[use], **self.by(Role.BUYER, ago=age - 1 / 8))
        return code

    def asked(
        self, post: Post, *, days: int, ago: float, supersedes: AuthorizationCode | None = None
    ) -> None:
        """The manager asked the creator of the post for a code, ``ago`` days ago."""
        draft = RequestDraft(post, days, supersedes)
        request_codes(drafts=[draft], **self.by(Role.MANAGER, ago=ago))

    def right(self, *, age: int, term: Term, paid: bool = True, contract: int, **draft: Any) -> UsageRight:
        """A right agreed ``age`` days ago on ``post=``, ``brief=`` or ``creator=``; ``contract`` numbers it."""
        usual = {
            "starts_on": self.day(-age),
            "asset_owner": "Creator",
            "comments_owner": "Northbeam",
            "approved_by": self.people[Role.ADMIN],
            "approved_at": self.ago(age),
        }
        item = RightDraft(
            **{**usual, **draft},
            term=term,
            paid_amplification=paid,
            contract_reference=f"{self.day(-age).year}-{contract}",
        )
        return grant_rights(drafts=[item], **self.by(Role.MANAGER, ago=age))[0]

    def flight(
        self,
        post: Post,
        campaign: str,
        start: int | None,
        end: int | None,
        spend: int | None,
        *,
        account: str = "US",
        **draft_fields: Any,
    ) -> Flight:
        """A flight of the days ``start`` to ``end`` (None: not planned, evergreen); launched if it has begun.

        An empty ``account``: nobody said in which it runs.
        """
        draft = FlightDraft(
            post,
            self.campaigns[campaign],
            buyer=self.people[Role.BUYER],
            ad_account=self.accounts[account] if account else None,
            starts_on=None if start is None else self.day(start),
            ends_on=None if end is None else self.day(end),
            daily_spend=None if spend is None else Decimal(spend),
            call_to_action="Shop now",
            **draft_fields,
        )
        flight = plan_flights(drafts=[draft], **self.by(Role.BUYER, ago=max(1 - (start or 0), 1)))[0]
        if start is not None and start < 0:
            (flight,) = launch_flights(flights=[flight], **self.by(Role.BUYER, ago=-start - 0.5))
        return flight


def invented_code() -> str:
    """A text of the shape of TikTok's codes: # and 64 base64 characters, the last of them =."""
    return f"#{base64.b64encode(secrets.token_bytes(47)).decode()}"
