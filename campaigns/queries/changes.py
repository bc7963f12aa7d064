"""Which flights may have another answer than before: by what the audit says was changed."""

from datetime import datetime

from django.db.models import Q, QuerySet

from authorizations.models import AccountLink, AuthorizationCode, UsageRight
from brands.models import AuditEntry, Brand
from campaigns.models import Flight
from posts.models import Post


def changed_flights(brand: Brand, *, since: datetime) -> Q:
    """The flights that were changed at ``since`` or later, or that hang on something that was.

    That is their post, its codes, the rights and links that may count for it, its creator and brief, the campaign, the
    ad account (its zone), and the brand itself. All in one statement, from the few entries that are newer.
    """
    entries = AuditEntry.objects.for_brand(brand).filter(at__gte=since, object_id__isnull=False)
    ids = entries.values("object_id")
    rights = UsageRight.objects.for_brand(brand).filter(pk__in=ids)
    posts = Post.objects.for_brand(brand)
    touched = [
        posts.filter(creator__in=ids),
        posts.filter(brief__in=ids),
        posts.filter(pk__in=AuthorizationCode.objects.for_brand(brand).filter(pk__in=ids).values("post")),
        posts.filter(pk__in=rights.filter(post__isnull=False).values("post")),
        posts.filter(brief__in=rights.filter(brief__isnull=False).values("brief")),
        posts.filter(creator__in=rights.filter(creator__isnull=False).values("creator")),
        posts.filter(creator__in=AccountLink.objects.for_brand(brand).filter(pk__in=ids).values("creator")),
    ]
    flights: QuerySet[Flight] = Flight.objects.for_brand(brand)
    own = flights.filter(pk__in=ids)
    beside = [
        flights.filter(post__in=ids),
        flights.filter(campaign__in=ids),
        flights.filter(ad_account__in=ids),
        flights.filter(brand__in=ids),
        *(flights.filter(post__in=each.values("pk")) for each in touched),
    ]
    return Q(pk__in=own.values("pk").union(*(each.values("pk") for each in beside)))
