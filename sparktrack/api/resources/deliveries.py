"""``deliveries``: the messages that told people and channels of alerts."""

from datetime import datetime
from typing import Any
from uuid import UUID

import django_filters
from django.db.models import Exists, OuterRef, Q, QuerySet
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from alerts.enums import DeliveryKind, DeliveryState
from alerts.models import Delivery, Notice
from brands.models import Brand
from brands.rules import Action
from sparktrack.api.addresses import addresses
from sparktrack.api.answers import Answer
from sparktrack.api.resource import Resource
from sparktrack.core.models import choices
from workplace.lists.filters import ListFilter
from workplace.lists.keys import Sort
from workplace.lists.pages import Shelf


class DeliveryFilter(ListFilter):
    """What the messages can be narrowed by."""

    state = django_filters.ChoiceFilter(choices=choices(DeliveryState), label="State")
    kind = django_filters.ChoiceFilter(choices=choices(DeliveryKind), label="Kind")
    alert = django_filters.UUIDFilter(method="about", label="Alert that it tells of")

    # Names of channels are for those who set them up.
    needs = {"q": Action.CHANGE_SETTINGS}
    # Messages do not stand in the audit.
    updated_since = None  # type: ignore[assignment]
    scripts = ()

    class Meta:
        model = Delivery
        fields: tuple[str, ...] = ()

    def search(self, rows: QuerySet[Any], _name: str, value: str) -> QuerySet[Any]:
        """The name of the channel. What a message says may be about another brand, too."""
        return rows.filter(channel__name__icontains=value)

    def about(self, rows: QuerySet[Any], _name: str, value: UUID) -> QuerySet[Any]:
        """Those that tell of this alert."""
        told = Notice.objects.for_brand(self.brand).filter(delivery=OuterRef("pk"), alert=value)
        return rows.filter(Q(alert=value) | Exists(told))


@extend_schema_field({"type": "array", "items": {"type": "string", "format": "uuid"}})
class AlertIds(serializers.ReadOnlyField):
    """The alerts of this brand that a message tells of."""


class DeliveryAnswer(Answer):
    """A message to a person or a channel. What it says stays with them: it may be about several of their brands."""

    alerts = AlertIds()

    reads = {"alerts": ("alert",)}

    class Meta:
        model = Delivery
        fields = (
            "id",
            "kind",
            "user",
            "channel",
            "event",
            "alerts",
            "state",
            "due_at",
            "send_before",
            "attempts",
            "finished_at",
        )
        read_only_fields = fields


def _deliveries_of(brand: Brand, _now: datetime) -> QuerySet[Delivery]:
    told = Notice.objects.for_brand(brand).filter(delivery=OuterRef("pk"))
    return Delivery.objects.filter(Q(channel__brand=brand) | Exists(told))


class Deliveries(Resource):
    """The messages of which this brand may know. They can only be read."""

    shelf = Shelf(
        rows=_deliveries_of,
        sorts=(Sort(key="newest", label="Newest first", field="pk", descending=True),),
        filters=DeliveryFilter,
    )
    answer = DeliveryAnswer
    # Without the mails themselves.
    lean = True

    def loaded(self, rows: Any, answer: Answer) -> Any:
        """With the alerts that they tell of, if those are asked for: one query."""
        if "alerts" not in answer.fields:
            return rows
        told: dict[UUID, list[str]] = {row.pk: [str(row.alert_id)] if row.alert_id else [] for row in rows}
        notices = Notice.objects.for_brand(self.request.brand).filter(delivery__in=told)
        for delivery, alert in notices.order_by("pk").values_list("delivery", "alert"):
            told[delivery].append(str(alert))
        for row in rows:
            row.alerts = told[row.pk]
        return rows


urlpatterns = addresses("deliveries", Deliveries)
