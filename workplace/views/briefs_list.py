"""The list of briefs."""

from datetime import date
from typing import Any
from urllib.parse import urlencode

import django_filters
from django.db.models import Q, QuerySet
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.views.decorators.http import require_http_methods

from brands.access import BrandRequest, brand_view
from brands.models import Brand
from campaigns.filters import PlainSelect
from posts.models import Brief
from posts.querysets import search_words
from sparktrack.core.days import local_date
from sparktrack.core.templatetags.wording import day_element
from sparktrack.core.wording import count
from workplace.briefs_words import usage_words
from workplace.enums import Place
from workplace.lists.columns import Column, Look
from workplace.lists.filters import ListFilter
from workplace.lists.keys import Sort
from workplace.lists.pages import ListPage
from workplace.lists.serving import show_list
from workplace.queries.briefs import BriefLine, brief_lines, briefs_of


class BriefFilter(ListFilter):
    """What the list of briefs can be narrowed by."""

    paid = django_filters.ChoiceFilter(
        field_name="usage_paid",
        choices=[("True", "Paid ads"), ("False", "Organic only")],
        label="Use",
        empty_label="Any",
        widget=PlainSelect,
    )

    class Meta:
        model = Brief
        fields: tuple[str, ...] = ()

    def search(self, rows: QuerySet[Any], _name: str, value: str) -> QuerySet[Any]:
        """Each word in the title or in what it says."""
        for word in search_words(value):
            rows = rows.filter(
                Q(title__icontains=word)
                | Q(product_truth__icontains=word)
                | Q(audience_problem__icontains=word)
            )
        return rows


def _title(line: BriefLine, look: Look) -> SafeString:
    url = reverse("brief", args=[look.brand.slug, line.pk])
    return format_html('<a href="{}">{}</a>', url, line.name)


def _posts(line: BriefLine, look: Look) -> SafeString | str:
    if not line.posts:
        return ""
    return format_html('<a href="{}">{}</a>', posts_url(look.brand, line.brief), count(line.posts, "post"))


def posts_url(brand: Brand, brief: Brief) -> str:
    """The list of the posts that were made for ``brief``."""
    quoted = f'"{brief.title}"'
    return f"{reverse('posts', args=[brand.slug])}?{urlencode({'brief': quoted})}"


def _made(line: BriefLine, look: Look) -> str:
    return day_element(_made_on(line, look), local_date(look.now, look.brand.time_zone).year)


def _made_on(line: BriefLine, look: Look) -> date:
    return local_date(line.brief.created_at, look.brand.time_zone)


BRIEFS: ListPage[BriefLine] = ListPage(
    place=Place.BRIEFS,
    route="briefs",
    title="Briefs",
    noun="brief",
    columns=(
        Column(
            key="brief", label="Brief", draw=_title, text=lambda line, _: line.name, sort="title", lead=True
        ),
        Column(key="usage", label="Usage", draw=lambda line, _: usage_words(line.brief)),
        Column(key="posts", label="Posts", draw=_posts, text=lambda line, _: line.posts),
        Column(key="created", label="Made", draw=_made, text=_made_on),
        Column(
            key="problem",
            label="Problem of the audience",
            draw=lambda line, _: line.brief.audience_problem,
            usual=False,
        ),
        Column(
            key="claims",
            label="Must not be claimed",
            draw=lambda line, _: line.brief.claim_boundaries,
            usual=False,
        ),
    ),
    sorts=(
        Sort(key="newest", label="Newest first", field="pk", descending=True),
        Sort(key="title", label="Title A–Z", field="title", folded=True),
    ),
    filters=BriefFilter,
    rows=briefs_of,
    lines=brief_lines,
    empty="workplace/briefs/empty.html",
    template="workplace/briefs/list.html",
)


@require_http_methods(["GET", "HEAD", "POST"])
@brand_view()
def briefs(request: BrandRequest) -> HttpResponseBase:
    """All briefs, narrowed and ordered as the address says."""
    return show_list(request, BRIEFS)
