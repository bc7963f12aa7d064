"""Posts by stage: cards in columns that are dragged, moved by keys, or chosen and sent on."""

from collections.abc import Iterator, Sequence
from datetime import date
from http import HTTPStatus
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.views.decorators.http import require_http_methods

from brands.access import BrandRequest, brand_view
from brands.operations.edits import rows_with
from brands.rules import Action
from posts.enums import Stage
from posts.models import Post
from posts.operations.stages import StageMove, StageOvertakenError, move_stages
from posts.rules import is_step_back, usual_next
from sparktrack.core.actors import Actor
from sparktrack.core.clock import utc_now
from sparktrack.core.days import local_date
from sparktrack.core.refusals import RefusedError
from sparktrack.core.templatetags.wording import day_element
from sparktrack.core.wording import count
from workplace.lists.pages import MOST_CHANGED
from workplace.posts_words import STAGE_HINTS, stage_words
from workplace.queries.posts import posts_of
from workplace.queries.posts_stages import Card, StageColumn, stage_columns
from workplace.undoing import actor_of_change, say_done
from workplace.views.posts_columns import SORTS
from workplace.views.posts_filters import NOT_BEGUN, StagesFilter


@require_http_methods(["GET", "HEAD", "POST"])
@brand_view()
def post_stages(request: BrandRequest) -> HttpResponse:
    """GET: the cards. POST: ``step`` (one card), or ``card`` … with ``to``, go to another stage."""
    if request.method != "POST":
        return _page(request)
    if Action.WRITE_POSTS not in request.allowed:
        raise PermissionDenied(f"Your role in {request.brand} changes nothing here.")
    actor = actor_of_change(request)
    try:
        moves = list(_moves(request))
        made = move_stages(brand=request.brand, moves=moves, now=utc_now(), actor=actor)
    except StageOvertakenError as refused:
        return _page(request, refused=refused.message, status=HTTPStatus.CONFLICT)
    except RefusedError as refused:
        return _page(request, refused=refused.message, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    said = _said(made)
    if request.htmx:
        return _page(request, said=said, made=made, actor=actor)
    if made:
        say_done(request, said, actor)
    return redirect(request.get_full_path())


# --- What is sent ----------------------------------------------------------------------------------------------------
def _moves(request: BrandRequest) -> Iterator[StageMove]:
    """What is to be moved where. Raises RefusedError for what no page of this brand sends."""
    step = request.POST.get("step", "")
    cards = [step.rpartition(":")] if step else [(card, ":", "") for card in request.POST.getlist("card")]
    if not cards:
        raise RefusedError("Choose a post first.")
    if len(cards) > MOST_CHANGED:
        raise RefusedError("These are too many posts at once.")
    try:
        wanted = [
            (UUID(pk), _stage(was), _stage(to if step else request.POST.get("to", "?")))
            for card, _, to in cards
            for pk, _, was in [card.partition(":")]
        ]
    except ValueError:
        raise RefusedError("Choose a stage of the list.") from None
    posts = {post.pk: post for post in rows_with(Post, request.brand, "pk", (pk for pk, _, _ in wanted))}
    if len(posts) < len({pk for pk, _, _ in wanted}):
        raise RefusedError("One of these posts is not there any more.")
    for pk, was, to in wanted:
        yield StageMove(posts[pk], to, was)


def _stage(text: str) -> Stage | None:
    """The stage of this name; empty: not begun. Raises ValueError."""
    return Stage(text) if text else None


def _said(made: Sequence[StageMove]) -> str:
    if not made:
        return "Nothing moved."
    to = stage_words(made[0].to)
    if len(made) == 1:
        return f"{made[0].post}: {to.lower()}."
    return f"{count(len(made), 'post')}: {to.lower()}."


# --- What is shown ---------------------------------------------------------------------------------------------------
def _page(
    request: BrandRequest,
    *,
    said: str = "",
    refused: str = "",
    made: Sequence[StageMove] = (),
    actor: Actor | None = None,
    status: HTTPStatus = HTTPStatus.OK,
) -> HttpResponse:
    now = utc_now()
    known = {name for name in StagesFilter.base_filters if name != "sort"}
    unknown = sorted(set(request.GET) - known - {"show"})
    filters = StagesFilter(request.GET, posts_of(request.brand, now), brand=request.brand, sorts=SORTS[:1])
    columns: list[StageColumn] = []
    if unknown:
        refused = f"There is no filter called {unknown[0]}."
        status = HTTPStatus.BAD_REQUEST
    elif filters.form.is_valid():
        columns = stage_columns(filters.qs)  # type: ignore[arg-type]
    else:
        status = HTTPStatus.BAD_REQUEST
    may_move = Action.WRITE_POSTS in request.allowed
    shown = _shown(request.GET.get("show"), columns)
    today = local_date(now, request.brand.time_zone)
    draw = _Drawing(request, may_move=may_move, today=today)
    undoable = actor if any(_is_noted(move) for move in made) else None
    context = {
        "filter": filters,
        "form": filters.form,
        "columns": [
            {
                "key": column.stage or NOT_BEGUN,
                "stage": column.stage or "",
                "title": stage_words(column.stage),
                "hint": STAGE_HINTS[column.stage],
                "count": column.count,
                "more": column.more,
                "list_url": _list_url(request, column),
                "cards": draw.cards(column),
                "shown": column.stage == shown,
            }
            for column in columns
        ],
        "targets": [(stage.value, stage_words(stage)) for stage in Stage] if may_move else [],
        "nothing": bool(columns) and not any(column.count for column in columns),
        "may_move": may_move,
        "said": said,
        "refused": refused,
        "change": undoable.request_id if undoable else "",
        "moved": f"p-{made[0].post.pk}" if made else "",
    }
    template = "workplace/posts/stages_board.html" if _is_part(request) else "workplace/posts/stages.html"
    return render(request, template, context, status=status)


def _is_part(request: BrandRequest) -> bool:
    return bool(request.htmx and request.htmx.target == "stages" and not request.htmx.history_restore_request)


def _is_noted(move: StageMove) -> bool:
    """Whether a move noted a stage, so that it can be taken back; one that went back took one back itself."""
    return not is_step_back(move.was, move.to)


def _shown(wanted: str | None, columns: Sequence[StageColumn]) -> Stage | None:
    """The one column of a phone: the one that is asked for, else the first that holds something."""
    for column in columns:
        if wanted == (column.stage or NOT_BEGUN):
            return column.stage
    first = next((column for column in columns if column.count), None)
    return first.stage if first else Stage.BRIEFED


def _list_url(request: BrandRequest, column: StageColumn) -> str:
    query = request.GET.copy()
    query.pop("show", None)
    query["stage"] = column.stage or NOT_BEGUN
    return f"{reverse('posts', args=[request.brand.slug])}?{query.urlencode()}"


class _Drawing:
    """Draws cards in one go: a template would be rendered anew for each."""

    def __init__(self, request: BrandRequest, *, may_move: bool, today: date) -> None:
        self._base = reverse("posts", args=[request.brand.slug])
        self._may_move = may_move
        self._today = today

    def cards(self, column: StageColumn) -> SafeString:
        """The cards of a column."""
        return format_html_join("", "{}", ((self._card(card),) for card in column.cards))

    def _card(self, card: Card) -> SafeString:
        post, stage = card.post, card.stage
        brief = format_html(" · {}", post.brief.title) if post.brief else ""
        movable = self._may_move and not card.stays
        pick = step = format_html("{}", "")
        if movable:
            seen = f"{post.pk}:{stage or ''}"
            pick = format_html(
                '<input type="checkbox" name="card" value="{}" aria-label="Choose {}">', seen, post
            )
            if to := usual_next(stage):
                step = format_html(
                    '<button name="step" value="{}:{}" aria-label="{}: move to {}">{}</button>',
                    seen,
                    to,
                    post,
                    stage_words(to),
                    stage_words(to),
                )
        return format_html(
            '<li id="p-{}"{}>{}<a href="{}{}/">{}</a><small>@{}{}</small>{}{}</li>',
            post.pk,
            format_html(' draggable="{}"', "true") if movable else "",
            pick,
            self._base,
            post.pk,
            post,
            post.creator.handle,
            brief,
            self._due(card),
            step,
        )

    def _due(self, card: Card) -> SafeString | str:
        if card.due is None:
            return ""
        day = day_element(card.due.day, self._today.year)
        what = "Draft" if card.due.is_draft else "Post"
        if card.due.day < self._today:
            return format_html('<p class="mark warn"><span>{} was due {}</span></p>', what, day)
        return format_html("<p>{} due {}</p>", what, day)
