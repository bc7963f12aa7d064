"""The list of posts."""

from collections.abc import Mapping, Sequence
from typing import Any

import django_filters
from django import forms
from django.db.models import QuerySet
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.views.decorators.http import require_http_methods

from brands.access import BrandRequest, brand_view
from brands.operations.edits import Edit
from brands.rules import Action
from campaigns.filters import HandleFilter, PersonFilter, PlainSelect
from campaigns.phrases import LANES, Subject
from campaigns.words import post_words
from posts.enums import Lane, Method, PaymentState, Stage, UseCase
from posts.models import Post
from posts.operations import edit_posts
from posts.querysets import PostQuerySet
from sparktrack.core.clock import utc_now
from sparktrack.core.models import choices, words
from sparktrack.core.templatetags.wording import day_element
from sparktrack.core.wording import count
from workplace.enums import Place
from workplace.lists.columns import Column, Look
from workplace.lists.filters import ListFilter
from workplace.lists.keys import Sort
from workplace.lists.pages import BulkAction, BulkForm, ListPage
from workplace.lists.serving import show_list
from workplace.queries.posts import PostLine, post_lines, posts_of
from workplace.undoing import actor_of_change, say_done


class PostFilter(ListFilter):
    """What the list of posts can be narrowed by."""

    creator = HandleFilter(field_name="creator__handle", label="Creator")
    stage = django_filters.ChoiceFilter(
        field_name="stage_now", choices=choices(Stage), label="Stage", empty_label="Any", widget=PlainSelect
    )
    lane = django_filters.ChoiceFilter(
        choices=list(LANES.items()), label="Lane", empty_label="Any", widget=PlainSelect
    )
    use_case = django_filters.ChoiceFilter(
        choices=choices(UseCase), label="Use case", empty_label="Any", widget=PlainSelect
    )
    payment = django_filters.ChoiceFilter(
        field_name="payment_state",
        choices=choices(PaymentState),
        label="Payment",
        empty_label="Any",
        widget=PlainSelect,
    )
    manager = PersonFilter(
        field_name="creator__manager",
        queryset=None,
        label="Manager",
        empty_label="All managers",
        widget=PlainSelect,
    )

    people = ("manager",)

    class Meta:
        model = Post
        fields: tuple[str, ...] = ()

    def search(self, rows: QuerySet[Any], _name: str, value: str) -> QuerySet[Any]:
        """Each word in title, handle, SKU or product, or the post id."""
        assert isinstance(rows, PostQuerySet)
        return rows.matching(value)


# --- Columns ---------------------------------------------------------------------------------------------------------
def _title(line: PostLine, look: Look) -> SafeString:
    return format_html(
        '<a href="{}">{}</a><small>@{}</small>',
        reverse("post", args=[look.brand.slug, line.pk]),
        line.name,
        line.post.creator.handle,
    )


def _may_run(line: PostLine, look: Look) -> SafeString:
    post = line.post
    subject = Subject(post.creator.handle, linked=post.method != Method.CODE)
    said = post_words(line.inventory.coverage, subject=subject, times=look.times())
    return format_html('<span class="mark {}">{}</span><small>{}</small>', said.tone, said.when, said.limit)


def _due(line: PostLine, look: Look) -> SafeString | str:
    post = line.post
    if line.stage is Stage.POSTED or (post.draft_due_on is None and post.post_due_on is None):
        return ""
    is_draft = post.draft_due_on is not None and line.stage in {
        None,
        Stage.BRIEFED,
        Stage.PRODUCT_SHIPPED,
        Stage.REVISION_ASKED,
    }
    due = post.draft_due_on if is_draft else post.post_due_on or post.draft_due_on
    assert due is not None
    today = look.now.date()
    said = format_html("{}<small>{}</small>", day_element(due, today.year), "draft" if is_draft else "post")
    return format_html('<span class="mark warn">{}</span>', said) if due < today else said


def _views(line: PostLine, _look: Look) -> str:
    return f"{line.metrics.views:,}" if line.metrics and line.metrics.views is not None else ""


COLUMNS: tuple[Column[PostLine], ...] = (
    Column(key="post", label="Post", draw=_title, text=lambda line, _: line.name, sort="title", lead=True),
    Column(
        key="creator",
        label="Creator",
        draw=lambda line, _: f"@{line.post.creator.handle}",
        text=lambda line, _: line.post.creator.handle,
        usual=False,
        sort="creator",
    ),
    Column(key="may_run", label="May it run?", draw=_may_run),
    Column(key="stage", label="Stage", draw=lambda line, _: words(line.stage) if line.stage else "Not begun"),
    Column(
        key="lane", label="Lane", draw=lambda line, _: LANES[Lane(line.post.lane)] if line.post.lane else ""
    ),
    Column(key="due", label="Due", draw=_due),
    Column(
        key="views",
        label="Views",
        draw=_views,
        text=lambda line, _: line.metrics.views if line.metrics else None,
        number=True,
    ),
    Column(
        key="flights",
        label="Flights",
        draw=lambda line, _: str(line.flights or ""),
        text=lambda line, _: line.flights,
        number=True,
    ),
    Column(
        key="use_case",
        label="Use case",
        draw=lambda line, _: words(UseCase(line.post.use_case)) if line.post.use_case else "",
        usual=False,
    ),
    Column(key="product", label="Product", draw=lambda line, _: line.post.product, usual=False),
    Column(key="sku", label="SKU", draw=lambda line, _: line.post.sku, usual=False),
    Column(
        key="payment",
        label="Payment",
        draw=lambda line, _: words(PaymentState(line.post.payment_state)),
        usual=False,
        needs=Action.READ_FEES,
    ),
    Column(key="post_id", label="Post id", draw=lambda line, _: line.post.tiktok_post_id, usual=False),
)

SORTS = (
    Sort(key="newest", label="Newest first", field="pk", descending=True),
    Sort(key="title", label="Title A–Z", field="title"),
    Sort(key="creator", label="Creator A–Z", field="creator__handle"),
)


# --- Many at once ----------------------------------------------------------------------------------------------------
class LaneForm(BulkForm):
    """The lane that posts are moved to."""

    lane = forms.ChoiceField(label="Lane", choices=list(LANES.items()))


def _move_to_lane(request: BrandRequest, posts: Sequence[Post], values: Mapping[str, Any]) -> None:
    lane = Lane(values["lane"])
    actor = actor_of_change(request)
    changed = edit_posts(
        brand=request.brand, edits=[Edit(post, {"lane": lane}) for post in posts], now=utc_now(), actor=actor
    )
    say_done(request, f"{count(len(changed), 'post')} moved to “{LANES[lane]}”.", actor)


POSTS: ListPage[PostLine] = ListPage(
    place=Place.POSTS,
    route="posts",
    title="Posts",
    noun="post",
    columns=COLUMNS,
    sorts=SORTS,
    filters=PostFilter,
    rows=posts_of,
    lines=post_lines,
    empty="workplace/posts/empty.html",
    bulk=(
        BulkAction(
            key="lane",
            label="Move to a lane",
            needs=Action.WRITE_POSTS,
            act=_move_to_lane,
            form=LaneForm,
        ),
    ),
    template="workplace/posts/list.html",
)


@require_http_methods(["GET", "HEAD", "POST"])
@brand_view()
def posts(request: BrandRequest) -> HttpResponseBase:
    """All posts, narrowed and ordered as the address says; what is chosen for many of them."""
    return show_list(request, POSTS)
