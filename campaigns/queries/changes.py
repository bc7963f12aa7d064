"""Which flights, posts and campaigns may have another answer than before: by what the audit says was changed."""

from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet

from authorizations.models import AccountLink, AuthorizationCode, UsageRight
from brands.models import AdAccount, AuditEntry, Brand, BrandOwned
from campaigns.models import Campaign, Flight
from creators.models import Creator
from posts.models import Brief, Post

_BRAND = Brand._meta.model_name
_UNDONE = "import.undone"
# So few changes are named one by one: then no database reads a whole table to find out whom they concern. No id stands
# in a statement more than three times, which stays below the number of parameters that SQLite takes.
MOST_NAMED = 300


class _Changes:
    """What the audit names since an instant: by their ids if they are few, else in the caller's statement."""

    def __init__(self, brand: Brand, since: datetime) -> None:
        self.brand = brand
        self.entries = AuditEntry.objects.for_brand(brand).filter(at__gte=since, object_id__isnull=False)
        newest = self.entries.order_by("-at", "-id").values_list("object_kind", "object_id", "action")
        self.named = list(newest[: MOST_NAMED + 1])
        self.many = len(self.named) > MOST_NAMED
        self.done = {(kind, action) for kind, _, action in self.named}
        if self.many:
            self.done = set(self.entries.order_by().values_list("object_kind", "action").distinct())

    def among(self, first: QuerySet[Any], *others: QuerySet[Any]) -> Q:
        """The rows of all of these; every row if the brand itself was changed, or an import undone.

        What the undoing took away says no more what it was for.
        """
        if any(kind == _BRAND or action == _UNDONE for kind, action in self.done):
            return Q()
        return Q(pk__in=first.values("pk").union(*(each.values("pk") for each in others), all=True))

    def ids(self, model: type[BrandOwned]) -> Any:
        """The ids of the rows of ``model`` that were changed themselves, for ``__in``."""
        wanted = model._meta.model_name
        if self.many and any(kind == wanted for kind, _ in self.done):
            return self.entries.filter(object_kind=wanted).values("object_id")
        return {pk for kind, pk, _ in self.named if kind == wanted}

    def of(self, model: type[BrandOwned]) -> QuerySet[Any]:
        """The rows of ``model`` that were changed themselves."""
        rows: QuerySet[Any] = model._default_manager.filter(brand=self.brand, pk__in=self.ids(model))
        return rows

    def posts(self) -> list[QuerySet[Any]]:
        """The posts that were changed, or whose creator, brief, codes, rights or links were."""
        posts, rights = Post.objects.for_brand(self.brand), self.of(UsageRight)
        return [
            self.of(Post),
            posts.filter(creator__in=self.ids(Creator)),
            posts.filter(brief__in=self.ids(Brief)),
            posts.filter(pk__in=self.of(AuthorizationCode).values("post")),
            posts.filter(pk__in=rights.filter(post__isnull=False).values("post")),
            posts.filter(brief__in=rights.filter(brief__isnull=False).values("brief")),
            posts.filter(creator__in=rights.filter(creator__isnull=False).values("creator")),
            posts.filter(creator__in=self.of(AccountLink).values("creator")),
        ]


def changed_flights(brand: Brand, *, since: datetime) -> Q:
    """The flights that were changed at ``since`` or later, or that hang on something that was.

    That is their post, its codes, the rights and links that may count for it, its creator and brief, the campaign, the
    ad account (its zone), and the brand itself. Asks the audit once, after many changes twice; the rest is in the Q.
    """
    changes = _Changes(brand, since)
    flights: QuerySet[Flight] = Flight.objects.for_brand(brand)
    return changes.among(
        changes.of(Flight),
        flights.filter(campaign__in=changes.ids(Campaign)),
        flights.filter(ad_account__in=changes.ids(AdAccount)),
        *(flights.filter(post__in=each.values("pk")) for each in changes.posts()),
    )


def changed_posts(brand: Brand, *, since: datetime) -> Q:
    """The posts whose answer may be another since then: also those of flights that were changed."""
    changes = _Changes(brand, since)
    posts: QuerySet[Post] = Post.objects.for_brand(brand)
    flown = posts.filter(pk__in=changes.of(Flight).values("post"))
    return changes.among(*changes.posts(), flown)


def changed_campaigns(brand: Brand, *, since: datetime) -> Q:
    """The campaigns that were changed, or whose flights were."""
    changes = _Changes(brand, since)
    campaigns: QuerySet[Campaign] = Campaign.objects.for_brand(brand)
    flown = campaigns.filter(pk__in=changes.of(Flight).values("campaign"))
    return changes.among(changes.of(Campaign), flown)
