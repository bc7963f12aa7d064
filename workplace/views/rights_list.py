"""The list of rights: how long, what is dangerous, and many extended at once."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

import django_filters
from django.db.models import Q, QuerySet
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.views.decorators.http import require_http_methods

from authorizations.enums import RightTrigger
from authorizations.models import UsageRight
from authorizations.operations.terms import term_of
from brands.access import BrandRequest, brand_view
from brands.rules import Action
from campaigns.filters import HandleFilter, PlainSelect
from posts.querysets import search_words
from sparktrack.core.clock import utc_now
from sparktrack.core.days import end_of_last_day, last_full_day, local_date
from sparktrack.core.templatetags.wording import day_element
from sparktrack.core.wording import count, local_year, money
from workplace.enums import Place
from workplace.lists.columns import Cell as SheetCell
from workplace.lists.columns import Column, Look
from workplace.lists.filters import ListFilter
from workplace.lists.keys import Sort, as_instant
from workplace.lists.pages import BulkAction, ListPage
from workplace.lists.serving import show_list
from workplace.queries.rights import level_of
from workplace.queries.rights_list import EVER, Danger, RightLine, right_lines, rights_of
from workplace.queries.rights_outlook import Cell
from workplace.rights_words import CELLS, EVENTS, length_words, short_holder, stops_words, term_words
from workplace.views.rights_bulk import LongerManyForm, extend_many

_ENDS = [("7", "7 days"), ("30", "30 days"), ("90", "90 days"), ("over", "Over")]
_SAID = [
    ("waiting", "Waits for its trigger"),
    ("unstated", "End not stated"),
    ("perpetual", "Perpetual"),
]
_DANGERS = [(Cell.SPENDS.value, CELLS[Cell.SPENDS][0]), (Cell.STOPS.value, "Rights valid, no valid code")]
# A dangerous cell is looked for so far ahead.
_AHEAD = timedelta(days=30)


class RightFilter(ListFilter):
    """What the list of rights can be narrowed by."""

    ends = django_filters.ChoiceFilter(
        method="ending", choices=_ENDS, label="Ends within", empty_label="Any", widget=PlainSelect
    )
    paid = django_filters.ChoiceFilter(
        method="paying",
        choices=[("yes", "Approved"), ("no", "Not approved")],
        label="Paid use",
        empty_label="Any",
        widget=PlainSelect,
    )
    term = django_filters.ChoiceFilter(
        method="stating", choices=_SAID, label="Term", empty_label="Any", widget=PlainSelect
    )
    danger = django_filters.ChoiceFilter(
        method="endangered",
        choices=_DANGERS,
        label="Dangerous, now or in 30 days",
        empty_label="Any",
        widget=PlainSelect,
    )
    creator = HandleFilter(method="of_creator", label="Creator")
    post = django_filters.UUIDFilter(field_name="post", label="Post")
    brief = django_filters.UUIDFilter(field_name="brief", label="Brief")

    scripts = (*ListFilter.scripts, "post", "brief")

    class Meta:
        model = UsageRight
        fields: tuple[str, ...] = ()

    def search(self, rows: QuerySet[Any], _name: str, value: str) -> QuerySet[Any]:
        """Each word in the contract reference, the title of post or brief, or the handle."""
        for word in search_words(value):
            rows = rows.filter(
                Q(contract_reference__icontains=word)
                | Q(post__title__icontains=word)
                | Q(brief__title__icontains=word)
                | Q(creator__handle__icontains=word)
                | Q(post__creator__handle__icontains=word)
            )
        return rows

    def ending(self, rows: QuerySet[Any], _name: str, value: str) -> QuerySet[Any]:
        """Those whose last day is at most so many days from today, as "Days left" counts; or those that are over."""
        now, zone = utc_now(), self.brand.time_zone
        if value == "over":
            return rows.filter(ends_at__lte=now)
        last = local_date(now, zone) + timedelta(days=int(value))
        return rows.filter(ends_at__gt=now, ends_at__lte=end_of_last_day(last, zone))

    def paying(self, rows: QuerySet[Any], _name: str, value: str) -> QuerySet[Any]:
        """Those with, or without, approved paid use."""
        return rows.filter(paid_amplification=value == "yes")

    def stating(self, rows: QuerySet[Any], _name: str, value: str) -> QuerySet[Any]:
        """Those whose trigger has not happened, whose end is not stated, that never end."""
        if value == "waiting":
            return rows.filter(starts_at__isnull=True)
        if value == "perpetual":
            return rows.filter(perpetual=True)
        return rows.filter(
            ends_on__isnull=True, term_days__isnull=True, term_months__isnull=True, perpetual=False
        )

    def endangered(self, rows: QuerySet[Any], _name: str, value: str) -> QuerySet[Any]:
        """Those below which a post is in this cell now or within 30 days."""
        name = "spends_at__lte" if value == Cell.SPENDS else "stops_at__lte"
        return rows.filter(**{name: utc_now() + _AHEAD})

    def of_creator(self, rows: QuerySet[Any], _name: str, value: str) -> QuerySet[Any]:
        """Those on the creator and on their posts."""
        return rows.filter(Q(creator__handle=value) | Q(post__creator__handle=value))


# --- Columns ---------------------------------------------------------------------------------------------------------
def _applies_to(line: RightLine, look: Look) -> SafeString:
    level = level_of(line.holder)
    of = f"post of {line.right.post.creator}" if line.right.post else f"every post of the {level}"
    return format_html(
        '<a href="{}">{}</a><small>{}</small>',
        reverse("right", args=[look.brand.slug, line.pk]),
        short_holder(line.holder),
        of,
    )


def _last_day(line: RightLine, look: Look) -> date | None:
    end = line.right.ends_at
    return None if end is None else last_full_day(end, look.brand.time_zone)


def _last(line: RightLine, look: Look) -> SafeString | str:
    day = _last_day(line, look)
    if day is not None:
        return day_element(day, local_year(look.now, look.brand.time_zone))
    if line.right.starts_at is None:
        return format_html('<span class="mark warn">{}</span>', "has not begun")
    return "never" if line.right.perpetual else format_html('<span class="mark warn">{}</span>', "not stated")


def _days_left(line: RightLine, look: Look) -> int | None:
    """Full days from today until the last one; negative once it is over."""
    day = _last_day(line, look)
    return None if day is None else (day - local_date(look.now, look.brand.time_zone)).days


def _left(line: RightLine, look: Look) -> SafeString | str:
    left = _days_left(line, look)
    if left is None:
        return ""
    if left < 0:
        return "over"
    return (
        format_html('<span class="mark warn">{}</span>', left)
        if left <= look.brand.expiring_days
        else str(left)
    )


def _paid(line: RightLine, _look: Look) -> SafeString:
    tone, words = ("ok", "approved") if line.right.paid_amplification else ("stop", "not approved")
    return format_html('<span class="mark {}">{}</span>', tone, words)


def _danger(line: RightLine, look: Look) -> SafeString | str:
    if line.danger is None:
        return ""
    title, tone = _danger_title(line.danger, look), CELLS[line.danger.cell][1]
    now = line.danger.at <= look.now
    when = "now" if now else f"from {look.times().day(line.danger.at)}"
    if not now and line.danger.at > look.now + _AHEAD:
        return format_html("{}<small>{}</small>", title, when)
    return format_html('<span class="mark {}">{}</span><small>{}</small>', tone, title, when)


def _danger_title(danger: Danger, look: Look) -> str:
    if danger.cell is Cell.STOPS:
        return stops_words(danger.reason, danger.code_from, look.times(), linked=danger.linked)
    return CELLS[danger.cell][0]


def _danger_cells(_look: Look) -> Sequence[SheetCell[RightLine]]:
    """What is dangerous, and since or from when; empty: for as long as anybody knows."""
    return [
        ("Dangerous", lambda line, look: _danger_title(line.danger, look) if line.danger else ""),
        (
            "Dangerous from",
            lambda line, _: line.danger.at if line.danger and line.danger.at > EVER else None,
        ),
    ]


def _first_day(line: RightLine, look: Look) -> date | None:
    start = line.right.starts_at
    return None if start is None else local_date(start, look.brand.time_zone)


def _approved_by(line: RightLine, _look: Look) -> str:
    by = line.right.approved_by
    return (by.full_name or by.get_short_name()) if by else ""


COLUMNS: tuple[Column[RightLine], ...] = (
    Column(
        key="on",
        label="Applies to",
        draw=_applies_to,
        text=lambda line, _: short_holder(line.holder),
        lead=True,
    ),
    Column(
        key="term",
        label="Term",
        draw=lambda line, look: term_words(line.right, look.times()),
        cells=lambda _: [
            ("First day", _first_day),
            ("Term", lambda line, _: length_words(term_of(line.right))),
            ("Counts from", lambda line, _: EVENTS.get(RightTrigger(line.right.trigger), "")),
        ],
    ),
    Column(key="last", label="Last day", draw=_last, text=_last_day, sort="ends"),
    Column(key="left", label="Days left", draw=_left, text=_days_left, number=True),
    Column(key="paid", label="Paid use", draw=_paid),
    Column(key="danger", label="Dangerous", draw=_danger, cells=_danger_cells),
    Column(key="approved_by", label="Approved by", draw=_approved_by),
    Column(
        key="contract",
        label="Contract",
        draw=lambda line, _: line.right.contract_reference,
        text=lambda line, _: line.right.contract_reference,
        sort="contract",
    ),
    Column(
        key="proof",
        label="Proof",
        draw=lambda line, _: count(line.proofs, "file") if line.proofs else "none",
        text=lambda line, _: line.proofs,
    ),
    Column(
        key="fee",
        label="Fee",
        draw=lambda line, look: "" if line.right.fee is None else money(line.right.fee, look.brand.currency),
        cells=lambda look: [(f"Fee ({look.brand.currency})", lambda line, _: line.right.fee)],
        number=True,
        needs=Action.READ_FEES,
    ),
    Column(
        key="cap",
        label="Spend cap",
        draw=lambda line, look: (
            "" if line.right.spend_cap is None else money(line.right.spend_cap, look.brand.currency)
        ),
        cells=lambda look: [(f"Spend cap ({look.brand.currency})", lambda line, _: line.right.spend_cap)],
        number=True,
        usual=False,
        needs=Action.READ_FEES,
    ),
    Column(
        key="channels", label="Channels", draw=lambda line, _: ", ".join(line.right.channels), usual=False
    ),
    Column(
        key="territories",
        label="Territories",
        draw=lambda line, _: ", ".join(line.right.territories),
        usual=False,
    ),
    Column(key="owner", label="Owner", draw=lambda line, _: line.right.asset_owner, usual=False),
    Column(key="comments", label="Comments", draw=lambda line, _: line.right.comments_owner, usual=False),
    Column(
        key="removal",
        label="May remove",
        draw=lambda line, _: {True: "the creator may", False: "no", None: ""}[line.right.creator_may_remove],
        usual=False,
    ),
    Column(
        key="granted_by",
        label="Granted by",
        draw=lambda line, _: line.right.granted_by,
        usual=False,
        needs=Action.READ_CONTACTS,
    ),
)

SORTS = (
    Sort(key="ends", label="Ends soonest", field="end_order", parse=as_instant),
    Sort(key="newest", label="Newest first", field="pk", descending=True),
    Sort(key="contract", label="Contract A–Z", field="contract_reference", folded=True),
)

RIGHTS: ListPage[RightLine] = ListPage(
    place=Place.RIGHTS,
    route="rights",
    title="Rights",
    noun="right",
    columns=COLUMNS,
    sorts=SORTS,
    filters=RightFilter,
    rows=rights_of,
    lines=right_lines,
    empty="workplace/rights/empty.html",
    bulk=(
        BulkAction(
            key="extend", label="Extend", needs=Action.WRITE_RIGHTS, act=extend_many, form=LongerManyForm
        ),
    ),
    template="workplace/rights/list.html",
)


@require_http_methods(["GET", "HEAD", "POST"])
@brand_view()
def rights(request: BrandRequest) -> HttpResponseBase:
    """All rights, narrowed and ordered as the address says; many of them extended at once."""
    return show_list(request, RIGHTS)
