"""The list of flights."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import django_filters
from django.db.models import Q, QuerySet
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.views.decorators.http import require_http_methods

from authorizations.enums import Reason, Verdict
from brands.access import BrandRequest, brand_view
from brands.models import User
from brands.operations.edits import Edit
from brands.rules import Action
from campaigns.enums import FlightStatus
from campaigns.filters import HandleFilter, PersonFilter, PlainSelect
from campaigns.filters import SearchFilter as NameFilter
from campaigns.forms.planner import DayField
from campaigns.models import Flight
from campaigns.operations.flights import edit_flights, end_flights, pause_flights, resume_flights
from campaigns.operations.flights_copies import duplicate_flights
from campaigns.queries.changes import changed_flights
from campaigns.queries.verdicts import lapsing, limited_by, of_verdict, with_gaps
from posts.querysets import search_words
from sparktrack.core.clock import utc_now
from sparktrack.core.models import choices
from sparktrack.core.refusals import RefusedError
from sparktrack.core.wording import count
from workplace.enums import Place
from workplace.forms.fields import PersonField, buyers_of
from workplace.lists.filters import InstantFilter, InstantsFilter, ListFilter
from workplace.lists.pages import BulkAction, BulkForm, ListPage
from workplace.lists.serving import show_list
from workplace.queries.flights_list import FlightRow, flight_rows, flights_of
from workplace.queries.flights_move import MOST_MOVED
from workplace.undoing import actor_of_change, say_done
from workplace.views.flights_columns import COLUMNS, SORTS
from workplace.views.flights_move import choose_move

_STATES = [
    (FlightStatus.LIVE.value, "Running"),
    (FlightStatus.PLANNED.value, "To come"),
    (FlightStatus.PAUSED.value, "Paused"),
    (FlightStatus.UNPLANNED.value, "Not planned yet"),
    (FlightStatus.ENDED.value, "Ended"),
]


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
    campaign = NameFilter(method="by_campaign", label="Campaign")
    account = NameFilter(field_name="ad_account__name", lookup_expr="icontains", label="Ad account")
    creator = HandleFilter(field_name="post__creator__handle", label="Creator")

    verdict = django_filters.ChoiceFilter(choices=choices(Verdict), method="by_verdict", label="Verdict")
    reason = django_filters.ChoiceFilter(
        choices=choices(Reason), method="by_reason", label="A reason of the first gap"
    )
    lapses_within = django_filters.NumberFilter(
        method="by_days",
        label="May run until less than so many days from now",
        min_value=0,
        max_value=3650,
        decimal_places=0,
    )
    lapses_between = InstantsFilter(
        method="by_instants",
        label="May run until an instant between these two, with a comma, the second excluded",
    )
    at = InstantFilter(method="as_it_is", label="Answer as of this instant")

    people = ("buyer",)
    scripts = (*ListFilter.scripts, "verdict", "reason", "lapses_within", "lapses_between", "at")

    class Meta:
        model = Flight
        fields: tuple[str, ...] = ()

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
        return with_gaps(judged, self.brand, now=self.now).filter(limited=value == "limited")

    def by_campaign(self, rows: QuerySet[Any], _name: str, value: str) -> QuerySet[Any]:
        """Those of the campaign with this id, or of campaigns with these words in their name."""
        try:
            return rows.filter(campaign=UUID(value))
        except ValueError:
            return rows.filter(campaign__name__icontains=value)

    def by_verdict(self, rows: QuerySet[Any], _name: str, value: str) -> QuerySet[Any]:
        """Those with this verdict."""
        return self._judged(rows, of_verdict(Verdict(value), now=self.now))

    def by_reason(self, rows: QuerySet[Any], _name: str, value: str) -> QuerySet[Any]:
        """Those whose first gap has this reason."""
        return self._judged(rows, limited_by(Reason(value), now=self.now))

    def by_days(self, rows: QuerySet[Any], _name: str, value: Decimal) -> QuerySet[Any]:
        """Those that may run now or at their start, and lapse in less than so many days."""
        return self._judged(rows, lapsing(None, self.now + timedelta(days=int(value)), now=self.now))

    def by_instants(self, rows: QuerySet[Any], _name: str, value: tuple[datetime, datetime]) -> QuerySet[Any]:
        """Those that lapse at one of the instants ``[first, second)``."""
        return self._judged(rows, lapsing(*value, now=self.now))

    def changed_since(self, rows: QuerySet[Any], _name: str, value: datetime) -> QuerySet[Any]:
        """Those that were changed, or that hang on something that was: their answer may be another."""
        return rows.filter(changed_flights(self.brand, since=value))

    def _judged(self, rows: QuerySet[Any], wanted: Q) -> QuerySet[Any]:
        """The rows of which the stored gaps say what is ``wanted``."""
        return with_gaps(rows, self.brand, now=self.now).filter(wanted)


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
        # One that was ended among many must not keep the others from being noted.
        going = [flight for flight in flights if flight.ended_at is None]
        changed = operation(brand=request.brand, flights=going, now=utc_now(), actor=actor)
        over = (
            f" {count(len(flights) - len(going), 'flight')} had ended." if len(going) < len(flights) else ""
        )
        say_done(request, f"Noted: {count(len(changed), 'flight')} {said}.{over}", actor)

    return act


def _give(request: BrandRequest, flights: Sequence[Flight], values: Mapping[str, Any]) -> None:
    actor, buyer = actor_of_change(request), values["buyer"]
    edits = [Edit(flight, {"buyer": buyer}) for flight in flights]
    changed = edit_flights(brand=request.brand, edits=edits, now=utc_now(), actor=actor)
    whom = buyer.get_short_name() if buyer else "the campaign’s buyer"
    say_done(request, f"{count(len(changed), 'flight')} given to {whom}.", actor)


class DuplicateForm(BulkForm):
    """From when the copies fly."""

    starts_on = DayField(
        label="First day of the copies", required=False, help_text="Empty: the days of each flight."
    )


def _duplicate(request: BrandRequest, flights: Sequence[Flight], values: Mapping[str, Any]) -> None:
    actor = actor_of_change(request)
    made = duplicate_flights(
        brand=request.brand, flights=flights, starts_on=values["starts_on"], now=utc_now(), actor=actor
    )
    say_done(request, f"{count(len(made), 'flight')} planned once more, without ad names.", actor)


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
            key="duplicate", label="Duplicate", needs=Action.PLAN_FLIGHTS, act=_duplicate, form=DuplicateForm
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
