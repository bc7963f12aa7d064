"""What planning a row needs: the brand, the file, and the things planned so far, found by their natural keys."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID

from brands.models import AdAccount, Brand
from campaigns.importers.columns import Field
from campaigns.importers.messages import Message, Problem
from campaigns.importers.onfile import OnFile, fold_title
from campaigns.importers.plan import (
    Conflict,
    ImportPlan,
    Kind,
    Planned,
    PlannedCampaign,
    PlannedCode,
    PlannedCreator,
    PlannedFlight,
    PlannedPost,
    PlannedRight,
    PlannedUse,
    term_of,
    window_of,
)
from campaigns.importers.rows import RowValues
from campaigns.wishes import Decision
from creators.models import Creator
from posts.models import Post
from sparktrack.core.days import local_date


@dataclass(slots=True)
class RowDraft:
    """What one row would do: it is carried out at the end, and only if the row has no error."""

    values: RowValues
    columns: Mapping[str, str]
    steps: list[Callable[[], Any]] = field(default_factory=list)
    things: list[tuple[Kind, Planned]] = field(default_factory=list)
    conflicts: list[Conflict] = field(default_factory=list)

    def say(self, where: Field, problem: Problem, text: str) -> None:
        """Put a message beside the cell of the field ``where``."""
        self.values.messages.append(Message(self.values.number, self.columns.get(where, ""), problem, text))


class Context:
    """The state of planning; ``now`` (UTC) is when codes without a date are revoked.

    ``decisions``: number of a row with a conflict → whose word counts; ``undecided``: whose where nobody said it.
    """

    def __init__(
        self,
        brand: Brand,
        on_file: OnFile,
        columns: Mapping[str, str],
        *,
        decisions: Mapping[int, Decision],
        undecided: Decision | None,
        now: datetime,
    ) -> None:
        self.brand = brand
        self.zone = brand.time_zone
        self.now = now
        self.today: date = local_date(now, brand.time_zone)
        self.on_file = on_file
        self.columns = columns
        self._decisions = decisions
        self._undecided = undecided
        self.plan = ImportPlan()
        # Fingerprint → the post that has the code, and the row that said so first.
        self.claims: dict[str, tuple[PlannedPost, int]] = {}
        self.codes: dict[str, PlannedCode] = {}
        self._listed: set[int] = set()
        self._creators: dict[str, PlannedCreator] = {}
        self._posts: dict[tuple[str, ...], PlannedPost] = {}
        self._by_pk: dict[UUID, PlannedPost] = {}
        self._titles: dict[tuple[str, str], list[PlannedPost]] = {}
        self._campaigns: dict[str, PlannedCampaign] = {}
        self._uses: dict[tuple[int, UUID | None], PlannedUse] = {}
        self._lists: dict[Kind, list[Any]] = {
            Kind.CREATORS: self.plan.creators,
            Kind.POSTS: self.plan.posts,
            Kind.CODES: self.plan.codes,
            Kind.RIGHTS: self.plan.rights,
            Kind.CAMPAIGNS: self.plan.campaigns,
            Kind.FLIGHTS: self.plan.flights,
            Kind.CODE_USES: self.plan.uses,
        }

    def decision(self, row: int) -> Decision | None:
        """Whose word counts in a conflict of this row; None: nobody decided, and it is refused."""
        return self._decisions.get(row, self._undecided)

    def enlist(self, kind: Kind, thing: Planned) -> None:
        """The plan speaks of this thing, once."""
        if id(thing) not in self._listed:
            self._listed.add(id(thing))
            self._lists[kind].append(thing)

    def handle(self, handle: str) -> str:
        """The handle of today for one that a creator may have had before."""
        return handle if handle in self.on_file.creators else self.on_file.former.get(handle, handle)

    def creator(self, handle: str) -> PlannedCreator:
        """The creator with this handle of today; a new one becomes known when a row keeps it."""
        known = self._creators.get(handle)
        if known is None:
            known = PlannedCreator(handle, self.on_file.creators.get(handle))
            if known.row is not None:
                self._creators[handle] = known
        return known

    def keep_creator(self, creator: PlannedCreator) -> None:
        """Later rows find this creator."""
        self._creators[creator.handle] = creator

    def post(self, key: tuple[str, ...]) -> PlannedPost | None:
        """The post under ``("id", …)`` or ``("url", …)``."""
        known = self._posts.get(key)
        if known is None:
            rows = self.on_file.posts_by_id if key[0] == "id" else self.on_file.posts_by_url
            row = rows.get(key[1])
            known = self._of_row(row) if row is not None else None
        return known

    def posts_titled(self, handle: str, title: str) -> list[PlannedPost]:
        """The posts of a creator under a title."""
        key = (handle, fold_title(title))
        if key not in self._titles:
            self._titles[key] = [self._of_row(row) for row in self.on_file.posts_by_title.get(key, ())]
        return self._titles[key]

    def keep_post(self, post: PlannedPost) -> None:
        """Later rows find this post by what is known of it now."""
        self._posts[post.key] = post
        if post.post_id:
            self._posts["id", post.post_id] = post
        if post.url:
            self._posts["url", post.url] = post
        title = post.values.get("title") or (post.row.title if post.row else "")
        if title and post not in (same := self.posts_titled(post.creator.handle, title)):
            same.append(post)

    def _of_row(self, row: Post) -> PlannedPost:
        known = self._by_pk.get(row.pk)
        if known is None:
            creator = self._creators.setdefault(row.creator.handle, self._on_file_creator(row.creator))
            known = PlannedPost(
                _key(row), creator, row, url=row.url, post_id=row.tiktok_post_id, posted_at=row.posted_at
            )
            known.rights = [
                PlannedRight(known, right, right.starts_on, term_of(right), right.paid_amplification)
                for right in self.on_file.rights.get(row.pk, ())
            ]
            known.flights = [
                PlannedFlight(
                    known,
                    self.campaign(flight.campaign.name),
                    flight,
                    flight.starts_on,
                    flight.ends_on,
                    flight.daily_spend,
                )
                for flight in self.on_file.flights.get(row.pk, ())
            ]
            self._by_pk[row.pk] = known
            self._posts[known.key] = known
        return known

    def _on_file_creator(self, creator: Creator) -> PlannedCreator:
        return PlannedCreator(creator.handle, creator)

    def code(self, fingerprint: str, post: PlannedPost) -> PlannedCode | None:
        """The code of ``post`` on file or planned before; None if it is new."""
        known = self.codes.get(fingerprint)
        row = self.on_file.codes.get(fingerprint)
        if known is None and row is not None:
            known = PlannedCode(post, row, row.ending, window_of(row), revoked_at=row.revoked_at)
            self.codes[fingerprint] = known
        return known

    def use(self, code: PlannedCode, account: AdAccount | None, *, on_file: bool) -> PlannedUse:
        """The use of a code in an ad account (None: nobody said which), one thing however many rows say it."""
        key = (id(code), account.pk if account else None)
        if key not in self._uses:
            self._uses[key] = PlannedUse(code, account, on_file)
        return self._uses[key]

    def campaign(self, name: str) -> PlannedCampaign:
        """The campaign of this name, or of the same name in other capitals; a new one if there is none."""
        folded = fold_title(name)
        row = self.on_file.campaigns.get(name)
        known = self._campaigns.get(name if row else folded)
        if known is None:
            known = PlannedCampaign(name, row or self.on_file.campaigns.get(folded))
            self._campaigns[known.row.name if known.row else folded] = known
            self._campaigns[name if row else folded] = known
        return known


def _key(row: Post) -> tuple[str, ...]:
    if row.tiktok_post_id:
        return "id", row.tiktok_post_id
    if row.url:
        return "url", row.url
    return "title", row.creator.handle, fold_title(row.title)
