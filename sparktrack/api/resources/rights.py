"""``rights``: what contracts allow, on a post, a brief or a creator."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, ClassVar
from uuid import UUID

from django.db.models import QuerySet
from drf_spectacular.utils import (
    OpenApiExample,
    extend_schema,
    extend_schema_field,
    extend_schema_serializer,
)
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from authorizations.enums import RightTrigger
from authorizations.models import UsageRight
from authorizations.operations.rights import (
    Correction,
    NewTerm,
    RightDraft,
    correct_rights,
    edit_rights,
    end_rights,
    extend_rights,
    grant_rights,
    trigger_rights,
)
from authorizations.operations.terms import longer_term, term_of
from authorizations.windows import Term, right_bounds
from brands.operations.edits import Edit
from brands.rules import Action
from sparktrack.api.addresses import addresses
from sparktrack.api.answers import Answer
from sparktrack.api.many import ManyMixin
from sparktrack.api.problems import beside
from sparktrack.api.reading import newest_first
from sparktrack.api.resource import WRITES
from sparktrack.api.resources.rights_bodies import (
    HOLDERS,
    TERMS,
    CorrectedRight,
    LongerRight,
    NewRight,
    RightBegan,
    RightChanges,
    RightEnd,
    term_said,
)
from sparktrack.core.days import last_full_day, local_date
from sparktrack.core.refusals import RefusedError
from workplace.views.rights_list import RIGHTS

_EXAMPLE = {
    "id": "019a9f57-2c3d-7e4f-9a5b-6c7d8e9f0a1b",
    "post": "019a9f53-5e2a-7c11-a0b8-7a6b5c4d3e2f",
    "brief": None,
    "creator": None,
    "trigger": "fixed",
    "starts_on": "2026-11-10",
    "ends_on": None,
    "term_days": 90,
    "term_months": None,
    "perpetual": False,
    "starts_at": "2026-11-10T05:00:00Z",
    "ends_at": "2027-02-08T05:00:00Z",
    "last_day": "2027-02-07",
    "paid_amplification": True,
    "channels": ["TikTok"],
    "territories": [],
    "asset_owner": "Brand",
    "comments_owner": "Creator",
    "creator_may_remove": False,
    "fee": "900.00",
    "spend_cap": None,
    "contract_reference": "NB-2026-114",
    "granted_by": "Dana Reyes",
    "approved_by": "019a9f4f-2b1a-7c3d-9e8f-7a6b5c4d3e2f",
    "approved_at": "2026-11-09T15:00:00Z",
    "created_at": "2026-11-09T15:02:00Z",
}


@extend_schema_serializer(examples=[OpenApiExample("Rights", response_only=True, value=_EXAMPLE)])
class RightAnswer(Answer):
    """A right. Without ``starts_at`` what starts it has not happened: it covers nothing yet.

    ``last_day`` is the last full day on the clock of the brand; null: open, or not begun.
    """

    private: ClassVar = {
        "fee": Action.READ_FEES,
        "spend_cap": Action.READ_FEES,
        "granted_by": Action.READ_CONTACTS,
    }
    reads: ClassVar = {"last_day": ("ends_at",)}

    last_day = serializers.SerializerMethodField()

    class Meta:
        model = UsageRight
        fields = tuple(_EXAMPLE)
        read_only_fields = fields

    @extend_schema_field(serializers.DateField(allow_null=True))
    def get_last_day(self, right: UsageRight) -> str | None:
        """As the list of rights has it."""
        zone = self.context["brand"].time_zone
        return None if right.ends_at is None else last_full_day(right.ends_at, zone).isoformat()


class Rights(ManyMixin):
    """The rights of the brand. They are evidence: they end, and are never deleted."""

    shelf = newest_first(RIGHTS)
    answer = RightAnswer
    lean = True
    creates = NewRight
    changes = RightChanges
    needs: ClassVar = dict.fromkeys((*WRITES, "extend", "end", "trigger", "correct"), Action.WRITE_RIGHTS)

    def rows(self) -> QuerySet[UsageRight]:
        """Without what only the list narrows and orders by."""
        rows: QuerySet[UsageRight] = UsageRight.objects.for_brand(self.request.brand)
        return rows

    def add(self, items: Sequence[dict[str, Any]]) -> Sequence[UsageRight]:
        """By ``grant_rights``."""
        drafts = []
        for item in items:
            starts_on, trigger, term = item.get("starts_on"), item["trigger"], term_said(item)
            if trigger is not RightTrigger.FIXED:
                self._refuse_to_come(starts_on, "starts_on")
            self._refuse_odd(starts_on, term, item)
            details = self._details(item, None)
            holder = {name: item[name] for name in HOLDERS if name in item}
            drafts.append(RightDraft(**holder, trigger=trigger, starts_on=starts_on, term=term, **details))
        return grant_rights(drafts=drafts, **self.by)

    def edit(self, edits: Sequence[tuple[UsageRight, dict[str, Any]]]) -> None:
        """By ``edit_rights``: all but its time, which is extended, ended or corrected."""
        edit_rights(edits=[Edit(row, self._details(values, row)) for row, values in edits], **self.by)

    @extend_schema(request=LongerRight, responses={200: RightAnswer})
    def extend(self, request: Request, id: UUID) -> Response:  # noqa: A002
        """The rights were agreed for longer, or a term that was not stated is stated."""

        def act(row: UsageRight) -> None:
            values = self.read_body(LongerRight)
            with beside(next(name for name, value in values.items() if value)):
                said = Term(**{name: value for name, value in values.items() if value})
                term = longer_term(row, said) if said.days or said.months else said
                extend_rights(terms=[NewTerm(row, term)], **self.by)

        return self.acted(id, act)

    @extend_schema(request=RightEnd, responses={200: RightAnswer})
    def end(self, request: Request, id: UUID) -> Response:  # noqa: A002
        """The rights end early."""

        def act(row: UsageRight) -> None:
            with beside("ends_on"):
                end_rights(rights=[row], **self.read_body(RightEnd), **self.by)

        return self.acted(id, act)

    @extend_schema(request=RightBegan, responses={200: RightAnswer})
    def trigger(self, request: Request, id: UUID) -> Response:  # noqa: A002
        """What starts the term has happened; said again, it corrects the day."""

        def act(row: UsageRight) -> None:
            values = self.read_body(RightBegan)
            self._refuse_to_come(values["happened_on"], "happened_on")
            with beside("happened_on"):
                trigger_rights(rights=[row], **values, **self.by)

        return self.acted(id, act)

    @extend_schema(request=CorrectedRight, responses={200: RightAnswer})
    def correct(self, request: Request, id: UUID) -> Response:  # noqa: A002
        """The time was noted wrongly: trigger, start or term."""

        def act(row: UsageRight) -> None:
            values = self.read_body(CorrectedRight)
            trigger = values.get("trigger", RightTrigger(row.trigger))
            starts_on = values.get("starts_on", row.starts_on)
            term = term_said(values) if set(TERMS) & set(values) else term_of(row)
            if trigger is not RightTrigger.FIXED and "starts_on" in values:
                self._refuse_to_come(starts_on, "starts_on")
            self._refuse_odd(starts_on, term, values)
            correct_rights(corrections=[Correction(row, trigger, starts_on, term)], **self.by)

        return self.acted(id, act)

    def _refuse_to_come(self, day: date | None, field: str) -> None:
        """What has not happened starts nothing. Raises RefusedError."""
        if day is not None and day > local_date(self.request.now, self.request.brand.time_zone):
            raise RefusedError("That day has not come.", field=field)

    def _refuse_odd(self, starts_on: date | None, term: Term, values: Mapping[str, Any]) -> None:
        """Raises WindowError for a time that makes no right, beside what was said of its end."""
        with beside(next((name for name in TERMS if values.get(name)), "starts_on")):
            right_bounds(starts_on, term, self.request.brand.time_zone)

    def _details(self, values: Mapping[str, Any], row: UsageRight | None) -> dict[str, Any]:
        """What is no time. Who approves does it now, unless it is said when. Raises RefusedError."""
        found = {name: value for name, value in values.items() if name in RightChanges().fields}
        if "approved_by" in found:
            said = found.get("approved_at") or self.request.now
            found["approved_at"] = said if found["approved_by"] else None
        elif found.get("approved_at") and (row is None or row.approved_by_id is None):
            raise RefusedError("Say who approved it.", field="approved_by")
        return found


urlpatterns = addresses(
    "rights",
    Rights,
    can=("get", "post", "patch"),
    actions=("extend", "end", "trigger", "correct"),
)
