"""``brands``: the brand of the caller."""

from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from brands.models import Brand
from sparktrack.api.addresses import addresses
from sparktrack.api.answers import Answer
from sparktrack.api.resource import Resource
from workplace.lists.filters import ListFilter
from workplace.lists.keys import Sort
from workplace.lists.pages import Shelf


class BrandFilter(ListFilter):
    """There is one brand: only words can leave it out."""

    class Meta:
        model = Brand
        fields: tuple[str, ...] = ()

    def search(self, rows: QuerySet[Any], _name: str, value: str) -> QuerySet[Any]:
        """The words in the name."""
        return rows.filter(name__icontains=value)


def _own(brand: Brand, _now: datetime) -> QuerySet[Brand]:
    return Brand.objects.filter(pk=brand.pk)


class BrandAnswer(Answer):
    """The brand. Days are of its ``time_zone`` unless an ad account has its own."""

    class Meta:
        model = Brand
        fields = (
            "id",
            "name",
            "slug",
            "time_zone",
            "currency",
            "warning_steps",
            "digest_hour",
            "expiring_days",
            "tracks_rights",
            "window_days",
            "ad_name_template",
            "strong_views",
            "strong_engagement",
            "created_at",
        )
        read_only_fields = fields


class Brands(Resource):
    """The one brand that this request is about. Its settings are changed on their page."""

    shelf = Shelf(
        rows=_own,
        sorts=(Sort(key="newest", label="Newest first", field="pk", descending=True),),
        filters=BrandFilter,
    )
    answer = BrandAnswer


urlpatterns = addresses("brands", Brands)
