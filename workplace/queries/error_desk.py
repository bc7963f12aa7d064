"""The post that an error is about, with what a message to its creator names."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from authorizations.models import AuthorizationCode
from brands.models import Brand
from campaigns.models import Flight
from campaigns.phrases import days_to_ask
from campaigns.rules import flight_end
from posts.models import Post
from sparktrack.tiktok.errors import TikTokError, message_to_creator

UNKNOWN = (
    "This names no error that we know. Look in the list; "
    "if it is not there, ask TikTok’s support with these words."
)


@dataclass(frozen=True, slots=True)
class Case:
    """A post, perhaps one of its codes, and the days to ask its creator for (None: nothing is planned)."""

    post: Post
    code: AuthorizationCode | None
    days: int | None

    def message(self, error: TikTokError) -> str:
        """What to write to the creator; empty where they can do nothing."""
        creator = self.post.creator
        title = str(self.post)
        post = title if self.post.url in {"", title} else f"{title}\n{self.post.url}"
        return message_to_creator(
            error, name=creator.display_name or creator.handle, post=post, days=self.days
        )


def case_of(brand: Brand, *, code: UUID | None, post: UUID | None, now: datetime) -> Case | None:
    """What the error is about, by a code or a post of ``brand``; None for neither. At most two queries.

    Raises AuthorizationCode.DoesNotExist or Post.DoesNotExist.
    """
    row: AuthorizationCode | None = None
    found: Post
    if code is not None:
        row = AuthorizationCode.objects.for_brand(brand).select_related("post__creator").get(pk=code)
        found = row.post
    elif post is not None:
        found = Post.objects.for_brand(brand).select_related("creator").get(pk=post)
    else:
        return None
    ends = [
        end
        for ends_at, ended_at in Flight.objects.for_brand(brand)
        .filter(post=found, starts_at__isnull=False)
        .values_list("ends_at", "ended_at")
        if (end := flight_end(ends_at, ended_at)) is not None and end > now
    ]
    return Case(found, row, days_to_ask(max(ends), now) if ends else None)


def message_about(error: TikTokError, case: Case | None) -> str:
    """What to write to the creator; without a case with places to fill in, empty where they can do nothing."""
    if case is not None:
        return case.message(error)
    return message_to_creator(error, name="…", post="[link to the post]", days=None)
