"""The list of flights."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import django_filters
from django.db.models import Q, QuerySet
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.views.decorators.http import require_http_methods

from brands.access import BrandRequest, brand_view
from brands.models import AdAccount, User
from brands.operations.edits import Edit
from brands.rules import Action
from campaigns.drawing import words_of
from campaigns.enums import FlightStatus
from campaigns.filters import HandleFilter, PersonFilter, PlainSelect
from campaigns.models import Campaign, Flight
from campaigns.operations.flights import edit_flights, end_flights, pause_flights, resume_flights
from campaigns.phrases import Subject
from campaigns.words import Words
from posts.enums import Method
from posts.querysets import search_words
from sparktrack.core.clock import utc_now
from sparktrack.core.refusals import RefusedError
from sparktrack.core.wording import count, money, short_day
from workplace.enums import Place
from workplace.forms.campaigns import PersonField, buyers_of
from workplace.lists.columns import Column, Look
from workplace.lists.filters import ListFilter
from workplace.lists.keys import Sort, as_instant
from workplace.lists.pages import BulkAction, BulkForm, ListPage
from workplace.lists.serving import show_list
from workplace.queries.flights_list import FlightRow, flight_rows, flights_of
from workplace.queries.flights_move import MOST_MOVED
from workplace.undoing import actor_of_change, say_done
from workplace.views.flights_move import choose_move

_STATES = [
    (FlightStatus.LIVE.value, "Running"),
    (FlightStatus.PLANNED.value, "To come"),
    (FlightStatus.PAUSED.value, "Paused"),
    (FlightStatus.UNPLANNED.value, "Not planned yet"),
    (FlightStatus.ENDED.value, "Ended"),
]
_MOST_OFFERED = 200


class FlightListFilter(ListFilter):
    """What the list of flights can be narrowed by."""

    state = django_filters.ChoiceFilter(
        field_name="state_now", choices=_STATES, label="State", empty_label="Any", widget=PlainSelect
    )
    cover = django_filters.ChoiceFilter(
        choices=[("limited", "Something ends or is missing"), ("covered", "Covered to the end")],
        method="by_cover",
        label="Cover",
        empty_label="Any",
        widget=PlainSelect,
    )
    buyer = PersonFilter(queryset=None, label="Buyer", empty_label="All buyers", widget=PlainSelect)
    campaign = django_filters.ModelChoiceFilter(
        queryset=None, label="Campaign", empty_label="All campaigns", widget=PlainSelect
    )
    account = django_filters.ModelChoiceFilter(
        field_name="ad_account",
        queryset=None,
        label="Ad account",
        empty_label="All accounts",
        widget=PlainSelect,
    )
    creator = HandleFilter(field_name="post__creator__handle", label="Creator")

    people = ("buyer",)

    class Meta:
        model = Flight
        fields: tuple[str, ...] = ()

    def __init__(self, data: Any, queryset: QuerySet[Any], **kwargs: Any) -> None:
        """Only campaigns and ad accounts of the brand can be chosen."""
        super().__init__(data, queryset, **kwargs)
        filters: Any = self.filters
        filters["campaign"].queryset = Campaign.objects.for_brand(self.brand).order_by("name")
        filters["account"].queryset = AdAccount.objects.for_brand(self.brand).order_by("name")

    def search(self, rows: QuerySet[Any], _name: str, value: str) -> QuerySet[Any]:
        """Each word in title, handle, SKU, product, campaign or ad name, or the post id."""
        for word in search_words(value):
            rows = rows.filter(
                Q(post__title__icontains=word)
                | Q(post__creator__handle__icontains=word)
                | Q(post__sku__icontains=word)
                | Q(post__product__icontains=word)
                | Q(campaign__name__icontains=word)
                | Q(ad_name__icontains=word)
                | Q(post__tiktok_post_id=word)
            )
        return rows

    def by_cover(self, rows: QuerySet[Any], _name: str, value: str) -> QuerySet[Any]:
        """Those that something limits, or those that nothing does; only flights with dates ahead."""
        judged = rows.exclude(state_now__in=[FlightStatus.ENDED, FlightStatus.UNPLANNED])
        return judged.filter(limited=value == "limited")


# --- Columns ---------------------------------------------------------------------------------------------------------
def _words(row: FlightRow, look: Look) -> Words:
    post = row.flight.post
    subject = Subject(post.creator.handle, linked=post.method != Method.CODE)
    return words_of(row.line, subject, look.times(row.line.zone), apply_by=row.line.apply_by)


def _title(row: FlightRow, look: Look) -> SafeString:
    flight = row.flight
    may_plan = Action.PLAN_FLIGHTS in look.allowed
    address = ("flight", flight.pk) if may_plan else ("post", flight.post_id)
    return format_html(
        '<a href="{}">{}</a><small>@{}</small>',
        reverse(address[0], args=[look.brand.slug, address[1]]),
        flight.post,
        flight.post.creator.handle,
    )


def _verdict(row: FlightRow, look: Look) -> SafeString:
    words = _words(row, look)
    return format_html(
        '<span class="mark {}">{}</span><small>{}</small>', words.tone, words.limit, words.step or words.when
    )


def _until(row: FlightRow, look: Look) -> str:
    """Until when it may run: its last full day, in the zone of its account; empty while it may not."""
    line, times = row.line, look.times(row.line.zone)
    gap = line.first_gap
    if line.coverage is None or line.status is FlightStatus.ENDED:
        return ""
    if gap is None:
        return times.short_last_day(line.ends_at) if line.ends_at else "no end"
    if gap.starts_at is None or line.starts_at is None or gap.starts_at <= max(look.now, line.starts_at):
        return ""
    return (
        times.short_end(gap.starts_at)
        if gap.stops_itself
        else times.of_contract().short_last_day(gap.starts_at)
    )


def _campaign(row: FlightRow, look: Look) -> SafeString:
    flight = row.flight
    return format_html(
        '<a href="{}">{}</a>',
        reverse("campaign", args=[look.brand.slug, flight.campaign_id]),
        flight.campaign,
    )


def _dates(row: FlightRow, look: Look) -> str:
    flight, year = row.flight, look.now.year
    if flight.starts_on is None:
        return "no dates yet"
    until = short_day(flight.ends_on, year=year) if flight.ends_on else "no end"
    return f"{short_day(flight.starts_on, year=year)} – {until}"


def _spend(row: FlightRow, _look: Look) -> str:
    spend = row.flight.daily_spend
    return "" if spend is None else money(spend, row.line.currency)


def _risk(row: FlightRow, _look: Look) -> str:
    risk = row.line.at_risk
    return money(risk, row.line.currency, estimate=True) if risk else ""


COLUMNS: tuple[Column[FlightRow], ...] = (
    Column(key="flight", label="Flight", draw=_title, text=lambda row, _: str(row.flight.post), lead=True),
    Column(
        key="creator",
        label="Creator",
        draw=lambda row, _: f"@{row.flight.post.creator.handle}",
        text=lambda row, _: row.flight.post.creator.handle,
        usual=False,
        sort="creator",
    ),
    Column(key="verdict", label="Verdict", draw=_verdict, text=lambda row, look: _words(row, look).limit),
    Column(key="until", label="May run until", draw=_until),
    Column(key="dates", label="Dates", draw=_dates, sort="first_day"),
    Column(key="campaign", label="Campaign", draw=_campaign, sort="campaign"),
    Column(
        key="buyer",
        label="Buyer",
        draw=lambda row, _: row.flight.buyer.get_short_name() if row.flight.buyer else "",
    ),
    Column(
        key="account",
        label="Ad account",
        draw=lambda row, _: row.flight.ad_account.name if row.flight.ad_account else "",
        usual=False,
    ),
    Column(
        key="spend",
        label="A day",
        draw=_spend,
        text=lambda row, _: row.flight.daily_spend,
        number=True,
    ),
    Column(key="risk", label="At risk", draw=_risk, text=lambda row, _: row.line.at_risk, number=True),
    Column(key="ad_name", label="Ad name", draw=lambda row, _: row.flight.ad_name, usual=False),
    Column(key="first_day", label="First day", draw=lambda row, _: _day(row.flight.starts_on), usual=False),
    Column(
        key="last_day",
        label="Last day",
        draw=lambda row, _: _day(row.flight.ends_on),
        usual=False,
        sort="last_day",
    ),
    Column(key="call", label="Call to action", draw=lambda row, _: row.flight.call_to_action, usual=False),
    Column(
        key="landing_page",
        label="Landing page",
        draw=lambda row, _: row.flight.landing_page or row.flight.post.landing_page,
        usual=False,
    ),
)


def _day(day: Any) -> str:
    return day.isoformat() if day else ""


SORTS = (
    Sort(key="newest", label="Newest first", field="pk", descending=True),
    Sort(key="first_day", label="First day", field="first_at", parse=as_instant),
    Sort(key="last_day", label="Last day", field="over_at", parse=as_instant),
    Sort(key="campaign", label="Campaign A–Z", field="campaign__name"),
    Sort(key="creator", label="Creator A–Z", field="post__creator__handle"),
)


# --- Many at once ----------------------------------------------------------------------------------------------------
class BuyerForm(BulkForm):
    """Who buys from now on."""

    buyer = PersonField(
        label="Buyer", queryset=User.objects.none(), required=False, empty_label="The campaign’s buyer"
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["buyer"].queryset = buyers_of(self.brand)  # type: ignore[attr-defined]


def _move(request: BrandRequest, flights: Sequence[Flight], _values: Mapping[str, Any]) -> HttpResponse:
    if len(flights) > MOST_MOVED:
        raise RefusedError(f"At most {MOST_MOVED} flights move in one go. Narrow the list, then try again.")
    return choose_move(request, flights)


def _noting(
    operation: Callable[..., list[Flight]], said: str
) -> Callable[[BrandRequest, Sequence[Flight], Mapping[str, Any]], None]:
    def act(request: BrandRequest, flights: Sequence[Flight], _values: Mapping[str, Any]) -> None:
        actor = actor_of_change(request)
        changed = operation(brand=request.brand, flights=flights, now=utc_now(), actor=actor)
        say_done(request, f"Noted: {count(len(changed), 'flight')} {said}.", actor)

    return act


def _give(request: BrandRequest, flights: Sequence[Flight], values: Mapping[str, Any]) -> None:
    actor, buyer = actor_of_change(request), values["buyer"]
    edits = [Edit(flight, {"buyer": buyer}) for flight in flights]
    changed = edit_flights(brand=request.brand, edits=edits, now=utc_now(), actor=actor)
    whom = buyer.get_short_name() if buyer else "the campaign’s buyer"
    say_done(request, f"{count(len(changed), 'flight')} given to {whom}.", actor)


FLIGHTS: ListPage[FlightRow] = ListPage(
    place=Place.FLIGHTS,
    route="flights",
    title="Flights",
    noun="flight",
    columns=COLUMNS,
    sorts=SORTS,
    filters=FlightListFilter,
    rows=flights_of,
    lines=flight_rows,
    empty="workplace/flights/empty.html",
    bulk=(
        BulkAction(key="move", label="Move in time", needs=Action.PLAN_FLIGHTS, act=_move),
        BulkAction(
            key="pause",
            label="Paused",
            needs=Action.PLAN_FLIGHTS,
            act=_noting(pause_flights, "paused in Ads Manager"),
        ),
        BulkAction(
            key="resume",
            label="Run again",
            needs=Action.PLAN_FLIGHTS,
            act=_noting(resume_flights, "running again"),
        ),
        BulkAction(
            key="buyer", label="Give to a buyer", needs=Action.PLAN_FLIGHTS, act=_give, form=BuyerForm
        ),
        BulkAction(
            key="end",
            label="Ended",
            needs=Action.PLAN_FLIGHTS,
            act=_noting(end_flights, "ended for good"),
            danger=True,
        ),
    ),
    template="workplace/flights/list.html",
)


@require_http_methods(["GET", "HEAD", "POST"])
@brand_view()
def flights(request: BrandRequest) -> HttpResponseBase:
    """All flights with their verdicts, narrowed and ordered as the address says; what is chosen for many of them."""
    return show_list(request, FLIGHTS)
