"""``account-links``: creators' accounts that are linked to ad accounts. Their posts need no code."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import django_filters
from django.db.models import Q, QuerySet
from drf_spectacular.utils import OpenApiExample, extend_schema, extend_schema_serializer
from rest_framework.request import Request
from rest_framework.response import Response

from authorizations.models import AccountLink
from authorizations.operations.links import LinkDraft, close_links, open_links, see_links
from brands.models import AdAccount
from brands.rules import Action
from campaigns.filters import HandleFilter
from creators.models import Creator
from posts.querysets import search_words
from sparktrack.api.addresses import addresses
from sparktrack.api.answers import Answer
from sparktrack.api.bodies import Body, Instant
from sparktrack.api.fields import OwnedField
from sparktrack.api.many import ManyMixin
from sparktrack.api.problems import beside
from sparktrack.api.resource import WRITES
from workplace.lists.filters import ListFilter
from workplace.lists.keys import Sort
from workplace.lists.pages import Shelf


class AccountLinkFilter(ListFilter):
    """What account links can be narrowed by."""

    creator = HandleFilter(field_name="creator__handle", label="Creator")
    ad_account = django_filters.UUIDFilter(field_name="ad_account", label="Ad account")
    open = django_filters.ChoiceFilter(
        method="being_open", choices=[("true", "Open"), ("false", "With an end")], label="Without an end"
    )

    class Meta:
        model = AccountLink
        fields: tuple[str, ...] = ()

    def search(self, rows: QuerySet[Any], _name: str, value: str) -> QuerySet[Any]:
        """Each word in the handle or the name of the ad account."""
        for word in search_words(value):
            rows = rows.filter(Q(creator__handle__icontains=word) | Q(ad_account__name__icontains=word))
        return rows

    def being_open(self, rows: QuerySet[Any], _name: str, value: str) -> QuerySet[Any]:
        """Those without, or with, an end."""
        return rows.filter(ends_at__isnull=value == "true")


@extend_schema_serializer(
    examples=[
        OpenApiExample(
            "An open link",
            response_only=True,
            value={
                "id": "019a9f52-7e10-7c3b-8a11-5d2f90b4c6de",
                "creator": "019a9f51-0b6c-7f6e-a2a4-9c8d7e6f5a4b",
                "ad_account": "019a9f50-3c1e-7a52-9d4e-1f0f3a6b8c21",
                "starts_at": "2026-10-01T09:00:00Z",
                "ends_at": None,
                "last_seen_at": "2026-11-21T14:05:00Z",
                "created_at": "2026-10-01T09:30:00Z",
            },
        )
    ]
)
class AccountLinkAnswer(Answer):
    """A link; without an end it is open. ``last_seen_at``: when somebody last saw it in Ads Manager."""

    class Meta:
        model = AccountLink
        fields = ("id", "creator", "ad_account", "starts_at", "ends_at", "last_seen_at", "created_at")
        read_only_fields = fields


@extend_schema_serializer(
    examples=[
        OpenApiExample(
            "A link",
            request_only=True,
            value={
                "creator": "019a9f51-0b6c-7f6e-a2a4-9c8d7e6f5a4b",
                "ad_account": "019a9f50-3c1e-7a52-9d4e-1f0f3a6b8c21",
                "starts_at": "2026-10-01T09:00:00Z",
            },
        )
    ]
)
class NewAccountLink(Body):
    """A link that was made in TikTok."""

    creator = OwnedField(Creator)
    ad_account = OwnedField(AdAccount)
    starts_at = Instant()
    ends_at = Instant(allow_null=True, required=False)


class LinkInstant(Body):
    """When it was; without ``at`` now."""

    at = Instant(required=False)


class AccountLinks(ManyMixin):
    """The account links of the brand: opened, seen, closed, never deleted."""

    shelf = Shelf(
        rows=lambda brand, _now: AccountLink.objects.for_brand(brand),
        sorts=(Sort(key="newest", label="Newest first", field="pk", descending=True),),
        filters=AccountLinkFilter,
    )
    answer = AccountLinkAnswer
    creates = NewAccountLink
    needs = {
        **dict.fromkeys(WRITES, Action.WRITE_CREATORS),
        "close": Action.WRITE_CREATORS,
        "last_seen": Action.WRITE_CREATORS,
    }

    def add(self, items: Sequence[dict[str, Any]]) -> Sequence[AccountLink]:
        """By ``open_links``."""
        return open_links(drafts=[LinkDraft(**item) for item in items], **self.by)

    @extend_schema(request=LinkInstant, responses={200: AccountLinkAnswer})
    def close(self, request: Request, id: UUID) -> Response:  # noqa: A002
        """The link ended; its posts need another way from then on."""

        def act(row: AccountLink) -> None:
            with beside("at"):
                close_links(links=[row], at=self._instant(), **self.by)

        return self.acted(id, act)

    @extend_schema(request=LinkInstant, responses={200: AccountLinkAnswer})
    def last_seen(self, request: Request, id: UUID) -> Response:  # noqa: A002
        """Somebody saw the link in Ads Manager."""

        def act(row: AccountLink) -> None:
            see_links(links=[row], at=self._instant(), **self.by)

        return self.acted(id, act)

    def _instant(self) -> datetime:
        at: datetime = self.read_body(LinkInstant).get("at", self.request.now)
        return at


urlpatterns = addresses("account-links", AccountLinks, can=("get", "post"), actions=("close", "last-seen"))
