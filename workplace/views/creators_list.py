"""The list of creators."""

import json
from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal
from typing import Any

import django_filters
from django.db.models import Q, QuerySet
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.views.decorators.http import require_http_methods

from authorizations.rules import DAY
from brands.access import BrandRequest, brand_view
from brands.rules import Action
from campaigns.filters import PersonFilter, PlainSelect
from creators.models import Creator
from posts.querysets import search_words
from sparktrack.core.wording import count, stretch
from workplace.enums import Place
from workplace.lists.columns import Cell, Column, Look
from workplace.lists.filters import ListFilter
from workplace.lists.keys import Sort, as_number
from workplace.lists.pages import ListPage
from workplace.lists.serving import show_list
from workplace.queries.creators import CreatorLine, creator_lines, creators_of
from workplace.rules.reports import days


class CreatorFilter(ListFilter):
    """What the list of creators can be narrowed by."""

    manager = PersonFilter(queryset=None, label="Looked after by", empty_label="Anybody", widget=PlainSelect)
    tag = django_filters.CharFilter(method="tagged", label="Tag", max_length=60)
    country = django_filters.CharFilter(lookup_expr="iexact", label="Country", max_length=2)

    people = ("manager",)

    class Meta:
        model = Creator
        fields: tuple[str, ...] = ()

    def search(self, rows: QuerySet[Any], _name: str, value: str) -> QuerySet[Any]:
        """Each word in the handle, a former one, or the name."""
        for word in search_words(value):
            rows = rows.filter(
                Q(handle__icontains=word)
                | Q(display_name__icontains=word)
                | Q(former_handles__icontains=word.lower())
            )
        return rows

    def tagged(self, rows: QuerySet[Any], _name: str, value: str) -> QuerySet[Any]:
        """Those with this tag. SQLite keeps what is no ASCII in escapes."""
        words = (json.dumps(value, ensure_ascii=False), json.dumps(value))
        return rows.filter(Q(tags__icontains=words[0]) | Q(tags__icontains=words[1]))


def _handle(line: CreatorLine, look: Look) -> SafeString:
    return format_html(
        '<a href="{}">{}</a><small>{}</small>',
        reverse("creator", args=[look.brand.slug, line.pk]),
        line.name,
        line.creator.display_name or ("the brand's own account" if line.creator.own_account else ""),
    )


def _waiting(line: CreatorLine, look: Look) -> SafeString | str:
    if not line.waiting:
        return ""
    return format_html(
        '<a class="mark idle" href="{}?creator={}">{}</a>',
        reverse("posts", args=[look.brand.slug]),
        line.creator.handle,
        f"{count(line.waiting, 'post')} without a code",
    )


def on_time(line: CreatorLine) -> str:
    """``3 of 4``: posts that came by their day, of those that had one."""
    return f"{line.record.on_time} of {line.record.due}" if line.record.due else ""


def code_after(line: CreatorLine) -> str:
    """``2 days``: the median from the post to its first code."""
    number = line.record.code_days
    if number is None:
        return ""
    return count(number, "day") if number else "same day"


def answers_in(line: CreatorLine) -> str:
    """``1.5 days``, ``5 h``: the median from a request for a code to the code."""
    length = line.record.answer
    if length is None:
        return ""
    number = days(length)
    return stretch(length) if length < DAY else f"{number} {'day' if number == 1 else 'days'}"


def _on_time_cells(_look: Look) -> Sequence[Cell[CreatorLine]]:
    return [
        ("On time", lambda line, _: line.record.on_time if line.record.due else None),
        ("Of posts due", lambda line, _: line.record.due),
    ]


def _code_after_cells(_look: Look) -> Sequence[Cell[CreatorLine]]:
    return [("Days from post to code", lambda line, _: line.record.code_days)]


def _answer_cells(_look: Look) -> Sequence[Cell[CreatorLine]]:
    return [("Hours from request to code", lambda line, _: _hours(line.record.answer))]


def _hours(length: timedelta | None) -> Decimal | None:
    return None if length is None else Decimal(round(length / timedelta(hours=1), 1)).quantize(Decimal("0.1"))


COLUMNS: tuple[Column[CreatorLine], ...] = (
    Column(
        key="creator",
        label="Creator",
        draw=_handle,
        text=lambda line, _: line.creator.handle,
        sort="handle",
        lead=True,
    ),
    Column(
        key="posts",
        label="Posts",
        draw=lambda line, _: str(line.posts),
        text=lambda line, _: line.posts,
        number=True,
        sort="posts",
    ),
    Column(
        key="codes",
        label="Good codes",
        draw=lambda line, _: str(line.codes),
        text=lambda line, _: line.codes,
        number=True,
    ),
    Column(
        key="waiting",
        label="Waiting for",
        draw=_waiting,
        cells=lambda _: [("Posts without a code", lambda line, _: line.waiting)],
    ),
    Column(
        key="rights",
        label="Rights for all posts",
        draw=lambda line, _: "yes" if line.covers_all else "",
        usual=False,
    ),
    Column(key="on_time", label="On time", draw=lambda line, _: on_time(line), cells=_on_time_cells),
    Column(
        key="code_after",
        label="Code after post",
        draw=lambda line, _: code_after(line),
        cells=_code_after_cells,
    ),
    Column(key="answers_in", label="Answers in", draw=lambda line, _: answers_in(line), cells=_answer_cells),
    Column(
        key="manager",
        label="Looked after by",
        draw=lambda line, _: line.creator.manager.get_short_name() if line.creator.manager else "nobody",
    ),
    Column(key="tags", label="Tags", draw=lambda line, _: ", ".join(line.creator.tags), usual=False),
    Column(key="country", label="Country", draw=lambda line, _: line.creator.country, usual=False),
    Column(
        key="email",
        label="E-mail",
        draw=lambda line, _: line.creator.email,
        usual=False,
        needs=Action.READ_CONTACTS,
    ),
    Column(
        key="agent",
        label="Agent",
        draw=lambda line, _: line.creator.agent_name,
        usual=False,
        needs=Action.READ_CONTACTS,
    ),
)

CREATORS: ListPage[CreatorLine] = ListPage(
    place=Place.CREATORS,
    route="creators",
    title="Creators",
    noun="creator",
    columns=COLUMNS,
    sorts=(
        Sort(key="handle", label="Handle A–Z", field="handle", folded=True),
        Sort(key="newest", label="Newest first", field="pk", descending=True),
        Sort(key="posts", label="Most posts first", field="post_count", descending=True, parse=as_number),
    ),
    filters=CreatorFilter,
    rows=creators_of,
    lines=creator_lines,
    empty="workplace/creators/empty.html",
    template="workplace/creators/list.html",
)


@require_http_methods(["GET", "HEAD", "POST"])
@brand_view()
def creators(request: BrandRequest) -> HttpResponseBase:
    """All creators, narrowed and ordered as the address says."""
    return show_list(request, CREATORS)
