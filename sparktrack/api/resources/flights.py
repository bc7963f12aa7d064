"""``flights``: posts planned in campaigns; may they run, until when, and why not."""

from collections.abc import Callable, Sequence
from http import HTTPStatus
from typing import Any
from uuid import UUID

from django import forms
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, extend_schema, extend_schema_serializer
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from brands.models import AdAccount, User
from brands.operations.edits import Edit
from brands.rules import Action
from campaigns.ad_names import LONGEST, check_ad_name
from campaigns.enums import Check
from campaigns.models import Campaign, Flight
from campaigns.moves import FARTHEST, MoveBy, Shift
from campaigns.operations.flights import (
    FlightDraft,
    FlightError,
    Move,
    assign_ad_accounts,
    edit_flights,
    end_flights,
    launch_flights,
    move_flights,
    pause_flights,
    plan_flights,
    reopen_flights,
    resume_flights,
)
from campaigns.operations.flights_anyway import approve_flight
from campaigns.operations.flights_checks import tick_checks_of
from campaigns.operations.flights_deleting import delete_flights
from campaigns.queries.lines import FlightDates, JudgedFlight, judged, stored_gaps
from posts.models import Post
from sparktrack.api.addresses import addresses
from sparktrack.api.answers import Answer
from sparktrack.api.bodies import Body, Choice, Day, Money, Text, Whole
from sparktrack.api.fields import BuyerField, MemberField, OwnedField
from sparktrack.api.many import ManyMixin
from sparktrack.api.problems import beside
from sparktrack.api.reading import OF_ROWS, newest_first, refuse_unknown
from sparktrack.api.resource import WRITES
from sparktrack.api.resources.flight_answers import JUDGED, FlightAnswer, told
from workplace.forms.fields import buyers_of
from workplace.lists.filters import InstantField
from workplace.queries.flights_move import move_preview
from workplace.views.flights_list import FLIGHTS

# What edit_flights changes; dates, ad account and checks have operations of their own.
_EDITED = (
    "campaign",
    "buyer",
    "daily_spend",
    "call_to_action",
    "landing_page",
    "ad_name",
    "tiktok_ad_ids",
)
_DAYS = ("starts_on", "ends_on")
# As the page copies a flight.
_COPIED = ("post", "campaign", "buyer", "ad_account", "daily_spend", "call_to_action", "landing_page")


class FlightChanges(Body):
    """What can be changed about a flight. Its post stays: another post is another flight."""

    campaign = OwnedField(Campaign, required=False)
    buyer = BuyerField(allow_null=True, required=False, help_text="None: the campaign’s.")
    ad_account = OwnedField(AdAccount, allow_null=True, required=False)
    starts_on = Day(allow_null=True, required=False, help_text="The first day; none: not yet planned.")
    ends_on = Day(allow_null=True, required=False, help_text="The last day; none: without end.")
    daily_spend = Money(allow_null=True, required=False)
    call_to_action = Text(max_length=60, allow_blank=True, required=False)
    landing_page = Text(max_length=500, allow_blank=True, required=False)
    ad_name = Text(max_length=LONGEST, allow_blank=True, required=False)
    tiktok_ad_ids = serializers.ListField(child=Text(max_length=64), max_length=200, required=False)
    checklist = serializers.ListField(child=Choice(Check), max_length=len(Check), required=False)

    def validate_ad_name(self, value: str) -> str:
        """The name as TikTok takes it."""
        if problems := check_ad_name(value):
            raise serializers.ValidationError(problems)
        return value


@extend_schema_serializer(
    examples=[
        OpenApiExample(
            "Four weeks",
            {
                "post": "019b0f6e-7c1a-7000-8000-00000000a001",
                "campaign": "019b0f6e-7c1a-7000-8000-00000000c001",
                "starts_on": "2026-12-01",
                "ends_on": "2026-12-28",
                "daily_spend": "120.00",
            },
            request_only=True,
        )
    ]
)
class NewFlight(FlightChanges):
    """A flight to plan."""

    post = OwnedField(Post)
    campaign = OwnedField(Campaign)


class MoveBody(Body):
    """By how many days (earlier, if negative), or to which dates; a date that is not sent stays."""

    days = Whole(min_value=-FARTHEST, max_value=FARTHEST, required=False)
    starts_on = Day(required=False)
    ends_on = Day(allow_null=True, required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Either way, and one of them."""
        if not attrs or ("days" in attrs and len(attrs) > 1):
            raise serializers.ValidationError("Say either days, or starts_on and ends_on.")
        return attrs


@extend_schema_serializer(
    examples=[OpenApiExample("Example", {"reason": "Agreed with legal on 20 November."}, request_only=True)]
)
class RunAnywayBody(Body):
    """Why it may run in spite of what it lacks. ``approver``: who says so; you, unless a script calls."""

    reason = Text(max_length=500)
    approver = MemberField(required=False)


class Flights(ManyMixin):
    """The flights of the brand."""

    shelf = newest_first(FLIGHTS)
    answer = FlightAnswer
    lean = True
    creates = NewFlight
    changes = FlightChanges
    needs = {
        **dict.fromkeys(
            (*WRITES, "launch", "pause", "resume", "end", "reopen", "move", "duplicate"), Action.PLAN_FLIGHTS
        ),
        "run_anyway": Action.RUN_ANYWAY,
    }

    # --- Reading -------------------------------------------------------------------------------------------------
    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """What is read is answered as of ``?at=``, if somebody says so."""
        super().initial(request, *args, **kwargs)
        if request.method in {"GET", "HEAD"} and "at" in request.query_params:
            try:
                at = InstantField().clean(request.query_params["at"])
            except forms.ValidationError as error:
                raise ValidationError({"?at": error.messages}) from error
            self.request.now = at

    @extend_schema(
        parameters=[
            OpenApiParameter(
                "at", {"type": "string", "format": "date-time"}, description="Answer as of this instant."
            )
        ]
    )
    def retrieve(self, request: Request, id: UUID) -> Response:  # noqa: A002
        """One flight."""
        refuse_unknown(request.query_params, OF_ROWS | {"at"})
        return self._shown(self.row(id), self._answer(request))

    def loaded(self, rows: Sequence[Any], answer: Answer) -> Sequence[Any]:
        """With what the stored gaps of their posts say; one query, none if nobody asked."""
        if not answer.fields.keys().isdisjoint(JUDGED):
            now = self.request.now
            gaps = stored_gaps(self.request.brand, {row.post_id for row in rows}, after=now)
            for row in rows:
                for name, value in told(self._judged(row, gaps.get(row.post_id, []))).items():
                    setattr(row, name, value)
        if "responsible_buyer" in answer.fields:
            for row in rows:
                row.responsible_buyer = row.buyer_id or row.campaign.buyer_id
        return rows

    def _judged(self, row: Flight, gaps: Sequence[Any]) -> JudgedFlight:
        brand, now, dates = self.request.brand, self.request.now, FlightDates.of(row)
        if dates.paused_at is not None and dates.paused_at > now:
            dates = dates._replace(paused_at=None)
        account = row.ad_account
        return JudgedFlight(
            **judged(dates, gaps, zone=brand.zone_of(account), currency=brand.currency_of(account), now=now)
        )

    # --- Writing -------------------------------------------------------------------------------------------------
    def add(self, items: Sequence[dict[str, Any]]) -> Sequence[Flight]:
        """By ``plan_flights``."""
        beside = ("tiktok_ad_ids", "checklist")
        drafts = [
            FlightDraft(**{name: value for name, value in item.items() if name not in beside})
            for item in items
        ]
        rows = plan_flights(drafts=drafts, **self.by)
        self.edit(
            [
                (row, {name: item[name] for name in beside if name in item})
                for row, item in zip(rows, items, strict=True)
            ]
        )
        return rows

    def edit(self, edits: Sequence[tuple[Flight, dict[str, Any]]]) -> None:
        """As the form of a flight: what it says, then its account, then its dates, then its checks."""
        said = [Edit(row, _of(values, _EDITED)) for row, values in edits if _of(values, _EDITED)]
        if said:
            edit_flights(edits=said, **self.by)
        accounts = [(row, values["ad_account"]) for row, values in edits if "ad_account" in values]
        if accounts:
            assign_ad_accounts(accounts=accounts, **self.by)
        moves = [
            Move(row, values.get("starts_on", row.starts_on), values.get("ends_on", row.ends_on))
            for row, values in edits
            if _of(values, _DAYS)
        ]
        if moves:
            move_flights(moves=moves, **self.by)
        checks = [(row, values["checklist"]) for row, values in edits if "checklist" in values]
        if checks:
            tick_checks_of(flights=checks, **self.by)

    def remove(self, rows: Sequence[Flight]) -> None:
        """Those that never ran."""
        delete_flights(flights=rows, **self.by)

    # --- What somebody did with one in Ads Manager, and moving it ------------------------------------------------
    @extend_schema(request=None)
    def launch(self, request: Request, id: UUID) -> Response:  # noqa: A002
        """The ad was switched on."""
        return self._noted(id, launch_flights)

    @extend_schema(request=None)
    def pause(self, request: Request, id: UUID) -> Response:  # noqa: A002
        """The ad was paused."""
        return self._noted(id, pause_flights)

    @extend_schema(request=None)
    def resume(self, request: Request, id: UUID) -> Response:  # noqa: A002
        """The ad runs again."""
        return self._noted(id, resume_flights)

    @extend_schema(request=None)
    def end(self, request: Request, id: UUID) -> Response:  # noqa: A002
        """The ad was switched off for good."""
        return self._noted(id, end_flights)

    @extend_schema(request=None)
    def reopen(self, request: Request, id: UUID) -> Response:  # noqa: A002
        """It goes on as planned after all."""
        return self._noted(id, reopen_flights)

    def _noted(self, pk: UUID, operation: Callable[..., list[Flight]]) -> Response:
        self.read_body(Body)  # there is nothing to say
        return self.acted(pk, lambda row: operation(flights=[row], **self.by))

    @extend_schema(request=MoveBody)
    def move(self, request: Request, id: UUID) -> Response:  # noqa: A002
        """Other dates. By days, a flight that has begun keeps its first day, as on the page."""

        def act(row: Flight) -> None:
            values = self.read_body(MoveBody)
            if "days" not in values:
                self.edit([(row, values)])
                return
            shift = Shift(MoveBy.DAYS, values["days"])
            (line,) = move_preview(self.request.brand, [row], shift, now=self.request.now)
            if line.moved.why_not:
                raise FlightError(f"It stays: {line.moved.why_not}.", field="days")
            move_flights(moves=[Move(row, line.moved.starts_on, line.moved.ends_on)], **self.by)

        return self.acted(id, act)

    @extend_schema(request=RunAnywayBody)
    def run_anyway(self, request: Request, id: UUID) -> Response:  # noqa: A002
        """Somebody takes the responsibility for what it lacks; the verdict stays as it is."""

        def act(row: Flight) -> None:
            values = self.read_body(RunAnywayBody)
            caller = request.user if isinstance(request.user, User) else None
            approver = values.get("approver", caller)
            if approver is None:
                raise ValidationError({"approver": ["Say who approved it: a script cannot."]})
            with beside(run_anyway_by="approver", run_anyway_reason="reason"):
                approve_flight(flight=row, reason=values["reason"], approver=approver, **self.by)

        return self.acted(id, act)

    @extend_schema(request=FlightChanges, responses={201: FlightAnswer})
    def duplicate(self, request: Request, id: UUID) -> Response:  # noqa: A002
        """Plans another flight like this one, but for what is sent."""
        refuse_unknown(request.query_params, ())

        def do() -> Response:
            row = self.seen(id)
            values = {name: getattr(row, name) for name in (*_COPIED, *_DAYS)}
            if not buyers_of(self.request.brand).filter(pk=row.buyer_id).exists():
                values["buyer"] = None  # they left: the campaign's counts
            (made,) = self.add([{**values, **self.read_body(FlightChanges, partial=True)}])
            return self.shown(made.pk, status=HTTPStatus.CREATED)

        return self.written(do)


def _of(values: dict[str, Any], names: Sequence[str]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if name in names}


urlpatterns = addresses(
    "flights",
    Flights,
    can=("get", "post", "patch", "delete"),
    actions=("launch", "pause", "resume", "end", "reopen", "move", "run-anyway", "duplicate"),
)
