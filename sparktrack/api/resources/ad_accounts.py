"""``ad-accounts``: where ads run, and on whose clock their days are read."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet
from drf_spectacular.utils import OpenApiExample, extend_schema, extend_schema_serializer
from rest_framework.request import Request
from rest_framework.response import Response

from brands.models import AdAccount
from brands.operations.ad_accounts import NewAdAccount, add_ad_accounts, edit_ad_accounts
from brands.operations.deleting import delete_rows
from brands.operations.edits import Edit
from brands.rules import Action
from campaigns.operations.zones import change_account_zones, preview_account_zone
from posts.querysets import search_words
from sparktrack.api.addresses import addresses
from sparktrack.api.answers import Answer
from sparktrack.api.bodies import Body, Text, Zone
from sparktrack.api.many import ManyMixin
from sparktrack.api.reading import refuse_unknown
from sparktrack.api.resource import WRITES
from sparktrack.api.resources.zones import NO_KEY, ZoneOfAccount, ZonePreview, about_zone, preview_of
from workplace.lists.filters import ListFilter
from workplace.lists.keys import Sort
from workplace.lists.pages import Shelf
from workplace.settings_words import shift_of


class AdAccountFilter(ListFilter):
    """What ad accounts can be narrowed by."""

    class Meta:
        model = AdAccount
        fields: tuple[str, ...] = ()

    def search(self, rows: QuerySet[Any], _name: str, value: str) -> QuerySet[Any]:
        """Each word in the name, or all of the advertiser id."""
        for word in search_words(value):
            rows = rows.filter(Q(name__icontains=word) | Q(advertiser_id=word))
        return rows


@extend_schema_serializer(
    examples=[
        OpenApiExample(
            "An ad account",
            response_only=True,
            value={
                "id": "019a9f50-3c1e-7a52-9d4e-1f0f3a6b8c21",
                "name": "Northbeam US",
                "advertiser_id": "7012345678901234567",
                "time_zone": "America/New_York",
                "currency": "USD",
                "created_at": "2026-09-01T08:00:00Z",
            },
        )
    ]
)
class AdAccountAnswer(Answer):
    """An ad account; an empty zone or currency is the brand's."""

    class Meta:
        model = AdAccount
        fields = ("id", "name", "advertiser_id", "time_zone", "currency", "created_at")
        read_only_fields = fields


class AdAccountChanges(Body):
    """What is known of an ad account. A new zone moves the days of its flights."""

    name = Text(max_length=120, required=False)
    advertiser_id = Text(
        max_length=32, allow_blank=True, required=False, help_text="5 to 32 digits, as in Ads Manager."
    )
    time_zone = Zone(allow_blank=True, required=False)
    currency = Text(max_length=3, allow_blank=True, required=False, help_text="Three letters, such as EUR.")


@extend_schema_serializer(
    examples=[
        OpenApiExample(
            "An ad account",
            request_only=True,
            value={
                "name": "Northbeam US",
                "advertiser_id": "7012345678901234567",
                "time_zone": "America/New_York",
                "currency": "USD",
            },
        )
    ]
)
class NewAdAccountBody(AdAccountChanges):
    """An ad account to put on file."""

    name = Text(max_length=120)


class AdAccounts(ManyMixin):
    """The ad accounts of the brand."""

    shelf = Shelf(
        rows=lambda brand, _now: AdAccount.objects.for_brand(brand),
        sorts=(
            Sort(key="name", label="Name A–Z", field="name", folded=True),
            Sort(key="newest", label="Newest first", field="pk", descending=True),
        ),
        filters=AdAccountFilter,
    )
    answer = AdAccountAnswer
    creates = NewAdAccountBody
    changes = AdAccountChanges
    needs = dict.fromkeys((*WRITES, "preview_zone"), Action.CHANGE_SETTINGS)

    def add(self, items: Sequence[dict[str, Any]]) -> Sequence[AdAccount]:
        """By ``add_ad_accounts``."""
        return add_ad_accounts(accounts=[NewAdAccount(**item) for item in items], **self.by)

    def edit(self, edits: Sequence[tuple[AdAccount, dict[str, Any]]]) -> None:
        """By two operations: a zone moves the days of flights."""
        plain = [
            Edit(row, {name: value for name, value in values.items() if name != "time_zone"})
            for row, values in edits
        ]
        edit_ad_accounts(edits=plain, **self.by)
        zones = [(row, values["time_zone"]) for row, values in edits if "time_zone" in values]
        if zones:
            with about_zone():
                change_account_zones(zones=zones, **self.by)

    def remove(self, rows: Sequence[AdAccount]) -> None:
        """Those that no flight, code or link needs."""
        delete_rows(AdAccount, rows=rows, action="ad_account.deleted", **self.by)

    @extend_schema(request=ZoneOfAccount, responses={200: ZonePreview}, parameters=[NO_KEY])
    def preview_zone(self, request: Request, id: UUID) -> Response:  # noqa: A002 - the name in the address
        """What another time zone would move. Nothing is stored."""
        refuse_unknown(request.query_params, ())
        row, usual = self.seen(id), self.request.brand.time_zone
        zone = self.read_body(ZoneOfAccount)["time_zone"]
        with about_zone():
            moved = preview_account_zone(brand=self.request.brand, ad_account=row, zone=zone)
        shift = shift_of(row.time_zone or usual, zone or usual, now=self.request.now)
        return Response(preview_of(moved, shift))


urlpatterns = addresses(
    "ad-accounts", AdAccounts, can=("get", "post", "patch", "delete"), actions=("preview-zone",)
)
