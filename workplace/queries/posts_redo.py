"""What could go with a post that is redone: its rights, and its flights that nobody launched."""

from dataclasses import dataclass
from uuid import UUID

from authorizations.models import AuthorizationCode, UsageRight
from brands.models import Brand
from campaigns.models import Flight
from posts.models import Post

# Nobody chooses among more one by one.
MOST = 50


@dataclass(frozen=True, slots=True)
class RedoDesk:
    """A post with what can be taken along; ``codes``: how many codes stay. ``later``: the post that replaces it."""

    post: Post
    rights: list[UsageRight]
    flights: list[Flight]
    launched: int
    codes: int
    later: Post | None


def redo_desk(brand: Brand, pk: UUID) -> RedoDesk:
    """The post and what hangs on it; six queries. Raises Post.DoesNotExist."""
    post = Post.objects.for_brand(brand).select_related("creator", "brief").get(pk=pk)
    post.brand = brand
    rights = UsageRight.objects.for_brand(brand).filter(post=post).order_by("starts_at", "pk")
    flights = Flight.objects.for_brand(brand).filter(post=post)
    waiting = flights.filter(launched_at=None, ended_at=None).select_related("campaign", "ad_account")
    return RedoDesk(
        post=post,
        rights=list(rights[:MOST]),
        flights=list(waiting.order_by("starts_at", "pk")[:MOST]),
        launched=flights.filter(launched_at__isnull=False).count(),
        codes=AuthorizationCode.objects.for_brand(brand).filter(post=post).count(),
        later=Post.objects.for_brand(brand).filter(replaces=post).order_by("pk").last(),
    )
