"""``code-uses``: codes that were taken to ad accounts."""

from datetime import datetime
from typing import Any

import django_filters
from django.db.models import Q, QuerySet
from drf_spectacular.utils import OpenApiExample, extend_schema, extend_schema_serializer
from rest_framework.request import Request
from rest_framework.response import Response

from authorizations.models import AuthorizationCode, CodeUse
from authorizations.operations.codes import Use, mark_applied
from brands.models import AdAccount
from brands.rules import Action
from posts.querysets import search_words
from sparktrack.api.addresses import addresses
from sparktrack.api.answers import Answer
from sparktrack.api.bodies import Body
from sparktrack.api.fields import OwnedField
from sparktrack.api.reading import refuse_unknown
from sparktrack.api.resource import Resource
from workplace.lists.filters import ListFilter
from workplace.lists.keys import Sort
from workplace.lists.pages import Shelf


class CodeUseFilter(ListFilter):
    """What the uses of codes can be narrowed by."""

    code = django_filters.UUIDFilter(field_name="code", label="Code")
    ad_account = django_filters.UUIDFilter(field_name="ad_account", label="Ad account")

    class Meta:
        model = CodeUse
        fields: tuple[str, ...] = ()

    def changed_since(self, rows: QuerySet[Any], _name: str, value: datetime) -> QuerySet[Any]:
        """Those that were noted then or later: nobody changes them."""
        return rows.filter(at__gte=value)

    def search(self, rows: QuerySet[Any], _name: str, value: str) -> QuerySet[Any]:
        """Each word in the handle, the title of the post or the name of the ad account."""
        for word in search_words(value):
            rows = rows.filter(
                Q(code__post__title__icontains=word)
                | Q(code__post__creator__handle__icontains=word)
                | Q(ad_account__name__icontains=word)
            )
        return rows


@extend_schema_serializer(
    examples=[
        OpenApiExample(
            "A use",
            response_only=True,
            value={
                "id": "019a9f55-1d2c-7b3a-8c4d-5e6f7a8b9c0d",
                "code": "019a9f54-6f3a-7d21-b0c9-8a7b6c5d4e3f",
                "ad_account": "019a9f50-3c1e-7a52-9d4e-1f0f3a6b8c21",
                "by": "019a9f4f-2b1a-7c3d-9e8f-7a6b5c4d3e2f",
                "at": "2026-11-21T14:05:00Z",
            },
        )
    ]
)
class CodeUseAnswer(Answer):
    """A code is in use in an ad account; null: nobody said in which. ``by`` is null for a script."""

    class Meta:
        model = CodeUse
        fields = ("id", "code", "ad_account", "by", "at")
        read_only_fields = fields


@extend_schema_serializer(
    examples=[
        OpenApiExample(
            "A use",
            request_only=True,
            value={
                "code": "019a9f54-6f3a-7d21-b0c9-8a7b6c5d4e3f",
                "ad_account": "019a9f50-3c1e-7a52-9d4e-1f0f3a6b8c21",
            },
        )
    ]
)
class NewCodeUse(Body):
    """A code was taken to an ad account."""

    code = OwnedField(AuthorizationCode)
    ad_account = OwnedField(AdAccount, allow_null=True, required=False)


class CodeUses(Resource):
    """Where the codes of the brand are in use. What was noted stays."""

    shelf = Shelf(
        rows=lambda brand, _now: CodeUse.objects.for_brand(brand),
        sorts=(Sort(key="newest", label="Newest first", field="pk", descending=True),),
        filters=CodeUseFilter,
    )
    answer = CodeUseAnswer
    creates = NewCodeUse
    needs = {"create": Action.REVEAL_CODES}

    @extend_schema(responses={201: CodeUseAnswer, 200: CodeUseAnswer})
    def create(self, request: Request) -> Response:
        """Notes a use: 201 if it is new, 200 with the one on file if it was noted before."""
        refuse_unknown(request.query_params, ())

        def do() -> Response:
            item = self.read_body(self.creates)
            code, account = item["code"], item.get("ad_account")
            new = mark_applied(uses=[Use(code, account)], **self.by)
            row = CodeUse.objects.for_brand(self.request.brand).get(code=code, ad_account=account)
            return self.added(row.pk, is_new=bool(new))

        return self.written(do)


urlpatterns = addresses("code-uses", CodeUses, can=("get", "post"))
