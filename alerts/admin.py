"""The Django admin of messages, for staff: what went out and what did not; bodies of messages are not shown."""

from django.contrib import admin

from alerts.models import Attempt, Delivery, Heartbeat
from sparktrack.core.admin import ReadOnlyAdmin


@admin.register(Delivery)
class DeliveryAdmin(ReadOnlyAdmin):
    """Messages to people and channels."""

    list_display = ("__str__", "state", "user", "channel", "due_at", "attempts", "finished_at", "problem")
    list_filter = ("state", "kind")
    list_select_related = ("user", "channel")
    search_fields = ("message_id__exact", "user__email__exact", "channel__name__istartswith")
    ordering = ("-pk",)
    fields = (
        "kind",
        "key",
        "user",
        "channel",
        "event",
        "address",
        "subject",
        "message_id",
        "dated_at",
        "due_at",
        "send_before",
        "state",
        "lease_until",
        "attempts",
        "finished_at",
        "problem",
    )
    show_full_result_count = False


@admin.register(Attempt)
class AttemptAdmin(ReadOnlyAdmin):
    """Every try to send, and what the server said; without an end it was cut short."""

    list_display = ("__str__", "started_at", "finished_at", "outcome", "answer")
    list_filter = ("outcome",)
    list_select_related = ("delivery",)
    search_fields = ("delivery__message_id__exact",)
    ordering = ("-pk",)
    show_full_result_count = False


@admin.register(Heartbeat)
class HeartbeatAdmin(ReadOnlyAdmin):
    """When each part of the engine last did its work."""

    list_display = ("name", "at")
    search_fields = ("name__istartswith",)
    ordering = ("name",)
