"""Which flights may have another answer than before: by what the audit says was changed."""

from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet

from authorizations.models import AccountLink, AuthorizationCode, UsageRight
from brands.models import AdAccount, AuditEntry, Brand, BrandOwned
from campaigns.models import Campaign, Flight
from creators.models import Creator
from posts.models import Brief, Post


def changed_flights(brand: Brand, *, since: datetime) -> Q:
    """The flights that were changed at ``since`` or later, or that hang on something that was.

    That is their post, its codes, the rights and links that may count for it, its creator and brief, the campaign, the
    ad account (its zone), and the brand itself. What the undoing of an import took away says no more what it was for:
    after one all flights may be other. All in one statement, from the few entries that are newer.
    """
    entries = AuditEntry.objects.for_brand(brand).filter(at__gte=since, object_id__isnull=False)
    ids = entries.values("object_id")

    def changed(model: type[BrandOwned]) -> QuerySet[Any]:
        """Asked by its own key, a table is not read for what was never touched."""
        rows: QuerySet[Any] = model._default_manager.filter(brand=brand, pk__in=ids)
        return rows

    rights = changed(UsageRight)
    posts = Post.objects.for_brand(brand)
    touched = [
        changed(Post),
        posts.filter(creator__in=changed(Creator).values("pk")),
        posts.filter(brief__in=changed(Brief).values("pk")),
        posts.filter(pk__in=changed(AuthorizationCode).values("post")),
        posts.filter(pk__in=rights.filter(post__isnull=False).values("post")),
        posts.filter(brief__in=rights.filter(brief__isnull=False).values("brief")),
        posts.filter(creator__in=rights.filter(creator__isnull=False).values("creator")),
        posts.filter(creator__in=changed(AccountLink).values("creator")),
    ]
    flights: QuerySet[Flight] = Flight.objects.for_brand(brand)
    beside = [
        flights.filter(campaign__in=changed(Campaign).values("pk")),
        flights.filter(ad_account__in=changed(AdAccount).values("pk")),
        flights.filter(brand__in=ids),
        flights.filter(brand__in=entries.filter(action="import.undone").values("brand")),
        *(flights.filter(post__in=each.values("pk")) for each in touched),
    ]
    return Q(pk__in=changed(Flight).values("pk").union(*(each.values("pk") for each in beside), all=True))
