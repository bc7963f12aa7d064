"""``peaks``: the named periods that a brand plans for and keeps. What survives one: ``planner/peak``."""

from collections.abc import Sequence
from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import (
    OpenApiExample,
    extend_schema,
    extend_schema_serializer,
)
from rest_framework.request import Request
from rest_framework.response import Response

from brands.rules import Action
from posts.querysets import search_words
from sparktrack.api.addresses import addresses
from sparktrack.api.answers import Answer
from sparktrack.api.bodies import Body, Day, Text
from sparktrack.api.problems import beside
from sparktrack.api.reading import refuse_unknown
from sparktrack.api.resource import Resource
from workplace.lists.filters import ListFilter
from workplace.lists.keys import Sort, as_day
from workplace.lists.pages import Shelf
from workplace.models import SavedPeak
from workplace.operations.peaks import LONGEST_DAYS, LONGEST_NAME, delete_peaks, save_peak


class PeakFilter(ListFilter):
    """What peaks can be narrowed by."""

    class Meta:
        model = SavedPeak
        fields: tuple[str, ...] = ()

    def search(self, rows: QuerySet[Any], _name: str, value: str) -> QuerySet[Any]:
        """Each word in the name."""
        for word in search_words(value):
            rows = rows.filter(name__icontains=word)
        return rows


_KEPT = {"name": "Singles day", "first_on": "2026-11-11", "last_on": "2026-11-12"}


@extend_schema_serializer(
    examples=[
        OpenApiExample(
            "A peak",
            {"id": "019b0f6e-7c1a-7000-8000-00000000b001", **_KEPT, "created_at": "2026-10-01T09:30:00Z"},
            response_only=True,
        )
    ]
)
class PeakAnswer(Answer):
    """A period that the brand plans for; days of the brand’s time zone."""

    class Meta:
        model = SavedPeak
        fields = ("id", "name", "first_on", "last_on", "created_at")
        read_only_fields = fields


@extend_schema_serializer(examples=[OpenApiExample("A peak", _KEPT, request_only=True)])
class NewPeak(Body):
    """A period to keep. One that is kept under this name gets these days."""

    name = Text(max_length=LONGEST_NAME)
    first_on = Day()
    last_on = Day(help_text=f"{LONGEST_DAYS} days at most.")


class Peaks(Resource):
    """The peaks that the brand keeps. The week of Black Friday is known without: see ``planner/peak``."""

    shelf = Shelf(
        rows=lambda brand, _now: SavedPeak.objects.for_brand(brand),
        sorts=(
            Sort(key="newest", label="Newest first", field="pk", descending=True),
            Sort(key="first_day", label="First day", field="first_on", parse=as_day),
        ),
        filters=PeakFilter,
    )
    answer = PeakAnswer
    creates = NewPeak
    needs = dict.fromkeys(("create", "destroy"), Action.PLAN_FLIGHTS)

    @extend_schema(responses={201: PeakAnswer, 200: PeakAnswer})
    def create(self, request: Request) -> Response:
        """Keeps a period under its name: 201; or 200, if one of that name was kept, which gets these days."""
        refuse_unknown(request.query_params, ())

        def do() -> Response:
            values = self.read_body(NewPeak)
            known = set(self.rows().values_list("pk", flat=True))
            with beside(last="last_on"):
                row = save_peak(**values, **self.by)
            return self.added(row.pk, is_new=row.pk not in known)

        return self.written(do)

    def remove(self, rows: Sequence[SavedPeak]) -> None:
        """By ``delete_peaks``; flights stay as they are."""
        delete_peaks(peaks=list(rows), **self.by)


urlpatterns = addresses("peaks", Peaks, can=("get", "post", "delete"))
