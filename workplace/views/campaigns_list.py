"""The list of campaigns."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from functools import partial
from typing import Any

from django.db.models import Q, QuerySet
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.views.decorators.http import require_http_methods

from brands.access import BrandRequest, brand_view
from campaigns.drawing import words_of
from campaigns.filters import PersonFilter, PlainSelect
from campaigns.models import Campaign
from campaigns.phrases import Subject
from campaigns.queries.changes import changed_campaigns
from posts.querysets import search_words
from workplace.campaigns_words import sums
from workplace.enums import Place
from workplace.lists.columns import Cell, Column, Look
from workplace.lists.filters import ListFilter
from workplace.lists.keys import Sort
from workplace.lists.pages import ListPage
from workplace.lists.serving import show_list
from workplace.queries.flights_list import CampaignRow, campaign_rows, campaigns_of, currencies_of


class CampaignFilter(ListFilter):
    """What the list of campaigns can be narrowed by."""

    buyer = PersonFilter(queryset=None, label="Buyer", empty_label="All buyers", widget=PlainSelect)

    people = ("buyer",)

    class Meta:
        model = Campaign
        fields: tuple[str, ...] = ()

    def changed_since(self, rows: QuerySet[Any], _name: str, value: datetime) -> QuerySet[Any]:
        """Also those whose flights were changed."""
        return rows.filter(changed_campaigns(self.brand, since=value))

    def search(self, rows: QuerySet[Any], _name: str, value: str) -> QuerySet[Any]:
        """Each word in the name or the objective."""
        for word in search_words(value):
            rows = rows.filter(Q(name__icontains=word) | Q(objective__icontains=word))
        return rows


def _name(row: CampaignRow, look: Look) -> SafeString:
    return format_html(
        '<a href="{}">{}</a><small>{}</small>',
        reverse("campaign", args=[look.brand.slug, row.pk]),
        row.name,
        row.campaign.objective,
    )


def _first(row: CampaignRow, look: Look) -> SafeString | str:
    """What happens to the most urgent of its flights."""
    line = row.first
    if line is None:
        return format_html('<span class="mark ok">{}</span>', "Nothing at risk") if row.open else ""
    subject = Subject(line.handle, linked=line.linked)
    words = words_of(line, subject, look.times(line.zone), apply_by=line.apply_by)
    return format_html(
        '<span class="mark {}">{}</span><small>{}, {}</small>',
        words.tone,
        words.limit,
        line.title,
        words.when,
    )


def _first_text(row: CampaignRow, look: Look) -> str:
    if row.first is None:
        return ""
    subject = Subject(row.first.handle, linked=row.first.linked)
    return words_of(row.first, subject, look.times(row.first.zone), apply_by=row.first.apply_by).limit


def _first_at(row: CampaignRow, _look: Look) -> datetime | None:
    """When that begins, or began; None: it always was so."""
    line = row.first
    if line is None:
        return None
    return line.apply_by or (line.first_gap.starts_at if line.first_gap else None)


def _first_cells(_look: Look) -> Sequence[Cell[CampaignRow]]:
    return [
        ("First", _first_text),
        ("First post", lambda row, _: row.first.title if row.first else ""),
        ("First from", _first_at),
    ]


def _money(row: CampaignRow, _look: Look) -> str:
    said = sums(list(row.money))
    return f"over {said}" if said and row.is_bound else said


def _money_cells(look: Look) -> Sequence[Cell[CampaignRow]]:
    """A column for each currency in which the brand spends."""
    return [(f"Money at risk ({each})", partial(_money_in, each)) for each in currencies_of(look.brand)]


def _money_in(currency: str, row: CampaignRow, _look: Look) -> Decimal | None:
    return next((each.amount for each in row.money if each.currency == currency), None)


COLUMNS: tuple[Column[CampaignRow], ...] = (
    Column(
        key="campaign", label="Campaign", draw=_name, text=lambda row, _: row.name, sort="name", lead=True
    ),
    Column(key="first", label="First", draw=_first, cells=_first_cells),
    Column(
        key="flights",
        label="Flights",
        draw=lambda row, _: str(row.open or ""),
        text=lambda row, _: row.open,
        number=True,
    ),
    Column(
        key="at_risk",
        label="At risk",
        draw=lambda row, _: f"{row.at_risk}{'+' if row.is_bound else ''}" if row.at_risk else "",
        text=lambda row, _: row.at_risk,
        number=True,
    ),
    Column(key="money", label="Money at risk", draw=_money, cells=_money_cells, number=True),
    Column(
        key="buyer",
        label="Buyer",
        draw=lambda row, _: row.campaign.buyer.get_short_name() if row.campaign.buyer else "",
    ),
    Column(key="objective", label="Objective", draw=lambda row, _: row.campaign.objective, usual=False),
)

SORTS = (
    Sort(key="newest", label="Newest first", field="pk", descending=True),
    Sort(key="name", label="Name A–Z", field="name", folded=True),
)

CAMPAIGNS: ListPage[CampaignRow] = ListPage(
    place=Place.CAMPAIGNS,
    route="campaigns",
    title="Campaigns",
    noun="campaign",
    columns=COLUMNS,
    sorts=SORTS,
    filters=CampaignFilter,
    rows=campaigns_of,
    lines=campaign_rows,
    empty="workplace/campaigns/empty.html",
    template="workplace/campaigns/list.html",
)


@require_http_methods(["GET", "HEAD", "POST"])
@brand_view()
def campaigns(request: BrandRequest) -> HttpResponseBase:
    """All campaigns: their flights, those at risk, the money, what happens first."""
    return show_list(request, CAMPAIGNS)
