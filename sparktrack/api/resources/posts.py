"""``posts``: the deliverables, before they are live and after."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Any
from uuid import UUID

from django.urls import reverse
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from authorizations.operations.posts import (
    PostDraft,
    add_posts,
    attach_briefs,
    change_method,
    delete_posts,
    mark_posts_back,
    mark_posts_gone,
)
from brands.operations.edits import Edit
from brands.rules import Action
from campaigns.operations.redo import Redo, redo_post
from creators.models import Creator
from creators.operations import CreatorDraft, add_creators
from posts.enums import Method, MetricsSource, Stage
from posts.models import Post, StageEvent
from posts.operations.metrics import NUMBERS, Metrics, record_metrics
from posts.operations.posts import EDITABLE, edit_posts
from posts.operations.stages import StageMove, StageReached, move_stages, record_stages
from sparktrack.api.addresses import addresses
from sparktrack.api.answers import Answer
from sparktrack.api.many import ManyMixin
from sparktrack.api.reading import refuse_unknown
from sparktrack.api.resource import WRITES
from sparktrack.api.resources.posts_answers import OF_LINES, PostAnswer
from sparktrack.api.resources.posts_bodies import (
    BackBody,
    GoneBody,
    NewPost,
    NumbersBody,
    PostChanges,
    RedoBody,
    StageBody,
)
from sparktrack.api.resources.posts_history import PostHistory
from sparktrack.core.refusals import RefusedError
from workplace.queries.posts import post_lines
from workplace.queries.posts_link import ReadLink, read_beside, read_links
from workplace.views.posts_list import POSTS

_OF_DRAFT = ("title", "url", "tiktok_post_id", "posted_at")
# The clocks of machines that send numbers are not quite ours.
_AHEAD = timedelta(minutes=1)


class Posts(PostHistory, ManyMixin):
    """The posts of the brand."""

    shelf = POSTS
    answer = PostAnswer
    # Not the briefs and managers that the page shows.
    lean = True
    # A post that went on to another stage is not as it was seen.
    versioned = ("stage_now",)
    creates = NewPost
    changes = PostChanges
    needs = {
        **dict.fromkeys((*WRITES, "stage", "metrics", "redo"), Action.WRITE_POSTS),
        "unavailable": Action.MARK_POSTS_GONE,
        "available": Action.MARK_POSTS_GONE,
    }

    def loaded(self, rows: Sequence[Any], answer: Answer) -> Sequence[Any]:
        """With what the list says of each, if that was asked for; three queries."""
        if OF_LINES & set(answer.fields):
            for row, line in zip(rows, post_lines(self.request.brand, rows, self.request.now), strict=True):
                row.line = line
        return rows

    def add(self, items: Sequence[dict[str, Any]]) -> Sequence[Post]:
        """By ``add_posts``; whose they are, and what their links say, as the form of a post finds out."""
        with _at_its_field(items):
            reads = read_links(self.request.brand, [(item.get("link"), _typed(item)) for item in items])
            for item, read in zip(items, reads, strict=True):
                _refuse_nobody(item, read)
            creators = self._creators(reads)
            drafts = []
            for item, read in zip(items, reads, strict=True):
                values = _read_values(item, read)
                drafts.append(
                    PostDraft(
                        creators[read.handle],
                        brief=item.get("brief"),
                        method=item.get("method", Method.CODE),
                        **{name: values.pop(name) for name in _OF_DRAFT if name in values},
                        details=values,
                    )
                )
            return add_posts(drafts=drafts, **self.by)

    def _creators(self, reads: Sequence[ReadLink]) -> dict[str, Creator]:
        """Whose posts these are, by their handles; those who are not on file are put there."""
        found = {read.handle: read.creator for read in reads if read.creator is not None}
        missing = list(dict.fromkeys(read.handle for read in reads if read.creator is None))
        if missing:
            added = add_creators(drafts=[CreatorDraft(handle) for handle in missing], **self.by)
            found |= dict(zip(missing, added, strict=True))
        return found

    def edit(self, edits: Sequence[tuple[Post, dict[str, Any]]]) -> None:
        """Three operations, for a method and a brief are more than words."""
        with _at_its_field([values for _, values in edits]):
            edit_posts(edits=[Edit(row, _changed(row, values)) for row, values in edits], **self.by)
            for method in Method:
                rows = [row for row, values in edits if values.get("method") is method]
                if rows:
                    change_method(posts=rows, method=method, **self.by)
            briefs = [(row, values["brief"]) for row, values in edits if "brief" in values]
            if briefs:
                attach_briefs(briefs=briefs, **self.by)

    def remove(self, rows: Sequence[Post]) -> None:
        """Those that no code, request, right, flight, later post or evidence needs; stages and numbers go along."""
        delete_posts(posts=rows, **self.by)

    @extend_schema(request=StageBody, responses={200: PostAnswer})
    def stage(self, request: Request, id: UUID) -> Response:  # noqa: A002 - the name in the address
        """The post reached a stage."""

        def act(post: Post) -> None:
            said = self.read_body(StageBody)
            if "at" in said:
                self._refuse_later(said["at"], "at")
                record_stages(stages=[StageReached(post, said["stage"], said["at"])], **self.by)
            else:
                was = said["was"] if "was" in said else _last_stage(post)
                move_stages(moves=[StageMove(post, said["stage"], was)], **self.by)

        return self.acted(id, act)

    @extend_schema(request=GoneBody, responses={200: PostAnswer})
    def unavailable(self, request: Request, id: UUID) -> Response:  # noqa: A002
        """The post was deleted or is private: ads with it stop."""

        def act(post: Post) -> None:
            said = self.read_body(GoneBody)
            if since := said.get("since"):
                self._refuse_later(since, "since")
            if since or post.unavailable_from is None:
                mark_posts_gone(posts=[post], since=since or self.request.now, **self.by)

        return self.acted(id, act)

    @extend_schema(request=BackBody, responses={200: PostAnswer})
    def available(self, request: Request, id: UUID) -> Response:  # noqa: A002
        """The post can be seen again."""

        def act(post: Post) -> None:
            self.read_body(BackBody)
            mark_posts_back(posts=[post], **self.by)

        return self.acted(id, act)

    @extend_schema(request=NumbersBody, responses={200: PostAnswer})
    def metrics(self, request: Request, id: UUID) -> Response:  # noqa: A002
        """The numbers of the post as somebody, or something, reads them on TikTok."""

        def act(post: Post) -> None:
            said = self.read_body(NumbersBody)
            at = said.get("at", self.request.now)
            self._refuse_later(at, "at")
            numbers = {name: said[name] for name in said if name in NUMBERS}
            read = Metrics(post, at, said.get("source", MetricsSource.PERSON), numbers)
            if not record_metrics(metrics=[read], **self.by):
                raise RefusedError("Numbers of this instant are on file already.", field="at")

        return self.acted(id, act)

    @extend_schema(request=RedoBody, responses={201: PostAnswer})
    def redo(self, request: Request, id: UUID) -> Response:  # noqa: A002
        """A changed creative: a new post that replaces this one. The answer is the new post."""
        refuse_unknown(request.query_params, ())

        def do() -> Response:
            post, said = self.seen(id), self.read_body(RedoBody)
            link = said.get("link")
            if link is not None:
                if (read := read_beside(link, post)).is_of_somebody_else:
                    raise RefusedError(read.whose_words, field="link")
                if link.post_id and link.post_id == post.tiktok_post_id:
                    raise RefusedError("This is the link of the old post.", field="link")
            redone = Redo(
                post,
                title=said.get("title", post.title),
                link=link,
                rights=said.get("rights", ()),
                flights=said.get("flights", ()),
            )
            with _at_its_field([said]):
                new = redo_post(redo=redone, **self.by)
            response = self.shown(new.pk, status=HTTPStatus.CREATED)
            response["Location"] = reverse("api-posts-one", args=[new.pk])
            return response

        return self.written(do)

    def _refuse_later(self, at: datetime, field: str) -> None:
        if at > self.request.now + _AHEAD:
            raise RefusedError("This time is still to come.", field=field)


def _last_stage(post: Post) -> Stage | None:
    """The stage that was noted last, whatever TikTok knows."""
    last = StageEvent.objects.filter(post=post).order_by("at", "pk").last()
    return Stage(last.stage) if last else None


def _typed(item: dict[str, Any]) -> str:
    """The handle of whoever was said to have made the post."""
    creator: Creator | None = item.get("creator")
    handle: str = creator.handle if creator else item.get("handle", "")
    return handle


def _refuse_nobody(item: dict[str, Any], read: ReadLink) -> None:
    """Raises RefusedError for two different creators, for nobody, and for one who is not on file."""
    field = "creator" if "creator" in item else "handle"
    if read.is_of_somebody_else:
        raise RefusedError(read.whose_words, field=field)
    if not read.handle:
        raise RefusedError("Say whose post it is.", field=field)
    if read.creator is None and not item.get("new_creator"):
        raise RefusedError(
            f"@{read.handle} is not on file yet. Send new_creator: true to put them on file as a new creator.",
            field=field,
        )


def _changed(post: Post, values: dict[str, Any]) -> dict[str, Any]:
    """What ``edit_posts`` changes. Raises RefusedError for the link of somebody else."""
    if "link" not in values:
        return _read_values(values, None)
    read = read_beside(values["link"], post)
    if read.is_of_somebody_else:
        raise RefusedError(read.whose_words, field="link")
    found = _read_values(values, read, stored=post.tiktok_post_id)
    if read.born and "posted_at" not in values and found.get("tiktok_post_id") != post.tiktok_post_id:
        found["posted_at"] = read.born
    return found


def _read_values(values: dict[str, Any], read: ReadLink | None, *, stored: str = "") -> dict[str, Any]:
    """What was sent, with what the link says. Raises RefusedError if both name an id, and not the same."""
    found = {name: value for name, value in values.items() if name in EDITABLE}
    if read is None or "link" not in values:
        return found
    found["url"] = read.url
    if read.post_id:
        if found.get("tiktok_post_id", "") not in {"", stored, read.post_id}:
            raise RefusedError(f"The link says {read.post_id}.", field="tiktok_post_id")
        found["tiktok_post_id"] = read.post_id
    return found


@contextmanager
def _at_its_field(items: Sequence[dict[str, Any]]) -> Iterator[None]:
    """What is refused about an id or address points at the link that it came from."""
    try:
        yield
    except RefusedError as refused:
        of_link = not any("tiktok_post_id" in item for item in items)
        if refused.field == "url" or (refused.field == "tiktok_post_id" and of_link):
            refused.field = "link"
        raise


urlpatterns = addresses(
    "posts",
    Posts,
    can=("get", "post", "patch", "delete"),
    actions=("stage", "unavailable", "available", "metrics", "redo"),
    reads=("metrics", "stages", "history"),
)
