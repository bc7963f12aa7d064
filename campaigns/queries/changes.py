"""Which flights, posts and campaigns may have another answer than before: by what the audit says was changed."""

from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet

from authorizations.models import AccountLink, AuthorizationCode, UsageRight
from brands.models import AdAccount, AuditEntry, Brand, BrandOwned
from campaigns.models import Campaign, Flight
from creators.models import Creator
from posts.models import Brief, Post


class _Changes:
    """What the audit of a brand names since an instant; each question is asked by its own key, of few entries."""

    def __init__(self, brand: Brand, since: datetime) -> None:
        self.brand = brand
        self.entries = AuditEntry.objects.for_brand(brand).filter(at__gte=since, object_id__isnull=False)
        self.ids = self.entries.values("object_id")

    def of(self, model: type[BrandOwned]) -> QuerySet[Any]:
        """The rows of ``model`` that were changed themselves."""
        rows: QuerySet[Any] = model._default_manager.filter(brand=self.brand, pk__in=self.ids)
        return rows

    def touched(self, rows: QuerySet[Any]) -> list[QuerySet[Any]]:
        """Of ``rows`` of the brand all, if the brand itself was changed or an import undone.

        What the undoing took away says no more what it was for.
        """
        undone = self.entries.filter(action="import.undone").values("brand")
        return [rows.filter(brand__in=self.ids), rows.filter(brand__in=undone)]

    def posts(self) -> list[QuerySet[Any]]:
        """The posts that were changed, or whose creator, brief, codes, rights or links were."""
        posts, rights = Post.objects.for_brand(self.brand), self.of(UsageRight)
        return [
            self.of(Post),
            posts.filter(creator__in=self.of(Creator).values("pk")),
            posts.filter(brief__in=self.of(Brief).values("pk")),
            posts.filter(pk__in=self.of(AuthorizationCode).values("post")),
            posts.filter(pk__in=rights.filter(post__isnull=False).values("post")),
            posts.filter(brief__in=rights.filter(brief__isnull=False).values("brief")),
            posts.filter(creator__in=rights.filter(creator__isnull=False).values("creator")),
            posts.filter(creator__in=self.of(AccountLink).values("creator")),
        ]


def changed_flights(brand: Brand, *, since: datetime) -> Q:
    """The flights that were changed at ``since`` or later, or that hang on something that was.

    That is their post, its codes, the rights and links that may count for it, its creator and brief, the campaign, the
    ad account (its zone), and the brand itself. All in one statement.
    """
    changes = _Changes(brand, since)
    flights: QuerySet[Flight] = Flight.objects.for_brand(brand)
    return _any_of(
        changes.of(Flight),
        flights.filter(campaign__in=changes.of(Campaign).values("pk")),
        flights.filter(ad_account__in=changes.of(AdAccount).values("pk")),
        *changes.touched(flights),
        *(flights.filter(post__in=each.values("pk")) for each in changes.posts()),
    )


def changed_posts(brand: Brand, *, since: datetime) -> Q:
    """The posts whose answer may be another since then: also those of flights that were changed."""
    changes = _Changes(brand, since)
    posts: QuerySet[Post] = Post.objects.for_brand(brand)
    flown = posts.filter(pk__in=changes.of(Flight).values("post"))
    return _any_of(*changes.posts(), flown, *changes.touched(posts))


def changed_campaigns(brand: Brand, *, since: datetime) -> Q:
    """The campaigns that were changed, or whose flights were."""
    changes = _Changes(brand, since)
    campaigns: QuerySet[Campaign] = Campaign.objects.for_brand(brand)
    flown = campaigns.filter(pk__in=changes.of(Flight).values("campaign"))
    return _any_of(changes.of(Campaign), flown, *changes.touched(campaigns))


def _any_of(first: QuerySet[Any], *others: QuerySet[Any]) -> Q:
    return Q(pk__in=first.values("pk").union(*(each.values("pk") for each in others), all=True))
