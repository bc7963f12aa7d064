"""Which creator and post a row is about, and what it changes of them."""

from datetime import date, datetime
from typing import Any

from campaigns.importers.cells import moment
from campaigns.importers.columns import Field
from campaigns.importers.context import Context, RowDraft
from campaigns.importers.messages import Problem
from campaigns.importers.onfile import fold_title
from campaigns.importers.plan import Kind, PlannedPost
from campaigns.importers.rows import PostCells
from sparktrack.core.days import first_instant, local_date
from sparktrack.tiktok import links


def plan_post(context: Context, draft: RowDraft) -> PlannedPost | None:
    """The post of the row, found or new; None if the row does not tell, which is said."""
    cells = draft.values.post
    link = cells.link
    said = context.handle(draft.values.handle)
    linked = context.handle(link.handle) if link else ""
    post = _by_link(context, cells)
    if post is None and not (link or cells.post_id or cells.title):
        # A link that was refused has its own message.
        if not any(message.problem is Problem.BAD_URL for message in draft.values.messages):
            draft.say(Field.POST_URL, Problem.MISSING_POST, "The row does not say which post it is about.")
        return None
    if not _handles_agree(draft, said, linked, post):
        return None
    handle = said or linked or (post.creator.handle if post else "")
    if not handle:
        if not any(message.problem is Problem.MISSING_HANDLE for message in draft.values.messages):
            draft.say(
                Field.HANDLE, Problem.MISSING_HANDLE, "Neither the row nor the link says whose post it is."
            )
        return None
    if post is None and cells.title:
        said_before = len(draft.values.messages)
        post = _by_title(context, draft, handle)
        if len(draft.values.messages) > said_before:
            return None
    if post is None:
        post = _new_post(context, cells, handle)
    found = post
    draft.steps.append(lambda: _keep(context, draft, found))
    draft.things += [(Kind.CREATORS, post.creator), (Kind.POSTS, post)]
    _warn_former(context, draft)
    return post


def birth_of(context: Context, draft: RowDraft, post: PlannedPost) -> date | None:
    """The day (brand's zone) on which the post was made, as far as anybody knows."""
    instant = _stated_instant(context, draft.values.post) or post.posted_at
    post_id = post.post_id or draft.values.post.post_id
    if instant is None and post_id:
        instant = links.posted_at(post_id)
    return local_date(instant, context.zone) if instant else None


def _by_link(context: Context, cells: PostCells) -> PlannedPost | None:
    found = context.post(("id", cells.post_id)) if cells.post_id else None
    if found is None and cells.link and cells.link.url:
        found = context.post(("url", cells.link.url))
    return found


def _handles_agree(draft: RowDraft, said: str, linked: str, post: PlannedPost | None) -> bool:
    on_file = post.creator.handle if post else ""
    if said and linked and said != linked:
        draft.say(
            Field.HANDLE, Problem.HANDLE_MISMATCH, f"The row says @{said}, the link is a post of @{linked}."
        )
        return False
    other = said or linked
    if on_file and other and other != on_file:
        draft.say(
            Field.HANDLE,
            Problem.HANDLE_MISMATCH,
            f"The row says @{other}; the post is on file for @{on_file}.",
        )
        return False
    return True


def _by_title(context: Context, draft: RowDraft, handle: str) -> PlannedPost | None:
    """A post under the same title: one that had no link so far, or the only one if the row has no link either."""
    cells = draft.values.post
    same = context.posts_titled(handle, cells.title)
    waiting = [post for post in same if not post.post_id and (cells.post_id or not post.url)]
    if cells.post_id or cells.link:
        return waiting[0] if len(waiting) == 1 else None
    chosen = waiting or same
    if len(chosen) > 1:
        draft.say(
            Field.TITLE,
            Problem.MISSING_POST,
            f"@{handle} has several posts with this title: put in the link of the post.",
        )
    return chosen[0] if len(chosen) == 1 else None


def _new_post(context: Context, cells: PostCells, handle: str) -> PlannedPost:
    url = cells.link.url_for(handle) if cells.link else ""
    if cells.post_id:
        key: tuple[str, ...] = ("id", cells.post_id)
        url = url or links.PostLink(links.LinkKind.VIDEO, "", cells.post_id).url_for(handle)
    elif url:
        key = ("url", url)
    else:
        key = ("title", handle, fold_title(cells.title))
    posted_at = _stated_instant(context, cells)
    if posted_at is None and cells.post_id:
        posted_at = links.posted_at(cells.post_id)
    return PlannedPost(
        key, context.creator(handle), None, url=url, post_id=cells.post_id, posted_at=posted_at
    )


def _stated_instant(context: Context, cells: PostCells) -> datetime | None:
    if cells.posted is None:
        return None
    day, instant = moment(cells.posted, context.zone)
    return first_instant(day, context.zone) if day else instant


def _keep(context: Context, draft: RowDraft, post: PlannedPost) -> None:
    """The row has no error: take over what it says."""
    values, cells = draft.values, draft.values.post
    for name, text in (("display_name", values.creator_name), ("email", values.creator_email)):
        if text:
            post.creator.values[name] = text
    context.keep_creator(post.creator)
    _keep_identity(context, cells, post)
    if cells.title:
        post.values["title"] = cells.title
    post.values.update(cells.details)
    post.notes.take(cells.notes, cells.extras)
    pk = post.row.pk if post.row else None
    if cells.stage and not (pk and cells.stage in context.on_file.stages.get(pk, ())):
        post.stages.add(cells.stage)
    if cells.numbers:
        known = context.on_file.numbers.get(pk, {}) if pk else {}
        same = all(known.get(name) == number for name, number in cells.numbers.items())
        post.numbers = {} if same else cells.numbers
    context.keep_post(post)


def _keep_identity(context: Context, cells: PostCells, post: PlannedPost) -> None:
    """A post gets the link or id it lacked; a stated day of posting counts more than one read from the id."""
    known: dict[str, Any] = {}
    if cells.post_id and not post.post_id:
        known["tiktok_post_id"] = post.post_id = cells.post_id
        post.url = ""
        if post.posted_at is None:
            known["posted_at"] = post.posted_at = links.posted_at(cells.post_id)
    if cells.link and not post.url:
        known["url"] = post.url = cells.link.url_for(post.creator.handle)
    stated = _stated_instant(context, cells)
    if stated is not None and cells.posted is not None:
        day, _ = moment(cells.posted, context.zone)
        if day is None or post.posted_at is None or local_date(post.posted_at, context.zone) != day:
            known["posted_at"] = post.posted_at = stated
    if post.row is not None:
        post.values.update(known)


def _warn_former(context: Context, draft: RowDraft) -> None:
    link = draft.values.post.link
    for field, handle in ((Field.HANDLE, draft.values.handle), (Field.POST_URL, link.handle if link else "")):
        today = context.handle(handle)
        if handle != today:
            draft.say(field, Problem.FORMER_HANDLE, f"@{handle} is now @{today}.")
