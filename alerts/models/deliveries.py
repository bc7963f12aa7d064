"""Messages and the attempts to send them: the table is the queue, whatever a broker forgets or repeats."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from alerts.enums import AttemptOutcome, DeliveryKind, DeliveryState
from alerts.models.alerts import Alert
from alerts.models.channels import Channel
from sparktrack.core.models import Row, choices, one_of


class Delivery(Row):
    """One message to one person or channel, sent once: unique by recipient and ``key``.

    A person's message may speak of several of their brands, so it belongs to none; what each brand may know of it goes
    through its notices. ``message_id`` and ``dated_at`` (its Date) are fixed from the start; ``message`` is rendered at
    the first attempt, repeated byte for byte, and dropped when nothing will be sent any more. ``lease`` is the attempt
    that holds it until ``lease_until``. It is worth sending from ``due_at`` until ``send_before``.
    """

    kind = models.CharField(max_length=7, choices=choices(DeliveryKind))
    key = models.CharField(max_length=80)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, null=True, blank=True, related_name="+"
    )
    channel = models.ForeignKey(
        Channel, on_delete=models.CASCADE, null=True, blank=True, related_name="deliveries"
    )
    # What a channel is told; a person's alerts are found by the notices.
    alert = models.ForeignKey(Alert, on_delete=models.CASCADE, null=True, blank=True, related_name="+")
    event = models.CharField(max_length=40, blank=True)  # of a webhook: alert.raised, alert.resolved, …
    message_id = models.CharField(max_length=120, unique=True)
    dated_at = models.DateTimeField()
    due_at = models.DateTimeField()
    send_before = models.DateTimeField()
    state = models.CharField(max_length=9, choices=choices(DeliveryState), default=DeliveryState.DUE)
    lease = models.UUIDField(null=True, blank=True)
    lease_until = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveIntegerField(default=0)
    address = models.CharField(max_length=254, blank=True)
    subject = models.CharField(max_length=300, blank=True)
    message = models.BinaryField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    problem = models.CharField(max_length=300, blank=True)

    class Meta:
        verbose_name_plural = "deliveries"
        constraints = (
            models.UniqueConstraint(fields=["user", "key"], name="delivery_once_to_person"),
            models.UniqueConstraint(fields=["channel", "key"], name="delivery_once_to_channel"),
            models.CheckConstraint(
                condition=Q(user__isnull=False, channel__isnull=True)
                | Q(user__isnull=True, channel__isnull=False),
                name="delivery_to_person_or_channel",
            ),
            one_of("kind", DeliveryKind, "delivery_kind_known"),
            one_of("state", DeliveryState, "delivery_state_known"),
            models.CheckConstraint(
                condition=Q(state=DeliveryState.SENDING, lease__isnull=False, lease_until__isnull=False)
                | (~Q(state=DeliveryState.SENDING) & Q(lease__isnull=True, lease_until__isnull=True)),
                name="delivery_sending_has_lease",
            ),
            models.CheckConstraint(
                condition=Q(state__in=[DeliveryState.DUE, DeliveryState.SENDING], finished_at__isnull=True)
                | (
                    ~Q(state__in=[DeliveryState.DUE, DeliveryState.SENDING])
                    & Q(finished_at__isnull=False, message__isnull=True)
                ),
                name="delivery_finished_is_dated",
            ),
        )
        indexes = (
            models.Index(fields=["due_at", "id"], condition=Q(state=DeliveryState.DUE), name="delivery_due"),
            models.Index(
                fields=["lease_until"], condition=Q(state=DeliveryState.SENDING), name="delivery_leased"
            ),
            models.Index(fields=["alert"], condition=Q(alert__isnull=False), name="delivery_by_alert"),
            models.Index(
                fields=["finished_at"],
                condition=Q(state__in=[DeliveryState.FAILED, DeliveryState.EXPIRED]),
                name="delivery_given_up",
            ),
        )

    def __str__(self) -> str:
        return f"{self.kind} {self.key}"


class Attempt(Row):
    """One attempt to send; append-only. Without ``finished_at`` nobody knows whether it was accepted."""

    # No index of its own: a unique key begins with it.
    delivery = models.ForeignKey(Delivery, on_delete=models.CASCADE, related_name="tries", db_index=False)
    number = models.PositiveIntegerField()
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True, blank=True)
    outcome = models.CharField(max_length=9, choices=choices(AttemptOutcome), blank=True)
    answer = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["delivery", "number"], name="attempt_number_once"),
            one_of("outcome", AttemptOutcome, "attempt_outcome_known", blank=True),
            models.CheckConstraint(
                condition=Q(finished_at__isnull=True, outcome="")
                | (Q(finished_at__isnull=False) & ~Q(outcome="")),
                name="attempt_end_has_outcome",
            ),
        )

    def __str__(self) -> str:
        return f"attempt {self.number} of {self.delivery}"


class Heartbeat(models.Model):
    """When a part of the engine last did its work, by the clock of the database."""

    name = models.CharField(max_length=40, primary_key=True)
    at = models.DateTimeField()

    def __str__(self) -> str:
        return self.name
