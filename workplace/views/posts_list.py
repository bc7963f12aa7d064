"""The list of posts."""

from functools import partial
from typing import Any

from django.http.response import HttpResponseBase
from django.views.decorators.http import require_http_methods

from brands.access import BrandRequest, brand_view
from posts.enums import UseCase
from posts.models import Post
from sparktrack.core.models import words
from workplace.enums import Place
from workplace.lists.pages import ListPage
from workplace.lists.serving import show_list
from workplace.posts_words import percent_words, strong_words
from workplace.queries.posts import (
    PostLine,
    newest_numbers,
    percent_of,
    post_lines,
    posts_of,
    strong_rule,
    use_case_counts,
    worth_a_look,
)
from workplace.views.posts_bulk import BULK
from workplace.views.posts_columns import COLUMNS, SORTS
from workplace.views.posts_filters import PostFilter

# Strong posts that are named above the list; the filter shows all.
_MOST_LOOKED_AT = 3

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
    bulk=BULK,
    template="workplace/posts/list.html",
)


@require_http_methods(["GET", "HEAD", "POST"])
@brand_view()
def posts(request: BrandRequest) -> HttpResponseBase:
    """All posts, narrowed and ordered as the address says; what is chosen for many of them."""
    # Asked for by the whole page only: a filter exchanges the lines alone.
    return show_list(request, POSTS, buckets=partial(_buckets, request), look=partial(_look, request))


def _buckets(request: BrandRequest) -> list[tuple[UseCase, str, int]]:
    """How many posts tell which story."""
    return [(case, words(case), number) for case, number in use_case_counts(request.brand)]


def _look(request: BrandRequest) -> dict[str, Any] | None:
    """The newest strong posts that nobody planned yet, on the list as it opens; None if there are none."""
    if set(request.GET) - {"view"}:
        return None
    brand = request.brand
    rows = Post.objects.for_brand(brand).select_related("creator")
    found = list(worth_a_look(rows, brand).order_by("-pk")[: _MOST_LOOKED_AT + 1])
    if not found:
        return None
    shown = found[:_MOST_LOOKED_AT]
    numbers = {each.post_id: each for each in newest_numbers(brand, [post.pk for post in shown])}
    return {
        "rule": strong_words(strong_rule(brand)),
        "posts": [
            (post, f"{each.views or 0:,} views", percent_words(percent_of(each)))
            for post in shown
            if (each := numbers.get(post.pk))
        ],
        "more": len(found) > _MOST_LOOKED_AT,
    }
