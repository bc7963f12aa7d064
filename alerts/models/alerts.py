"""What was found to lapse, which flights it hits, and who hears of it in which form."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from alerts.enums import AlertKind, Form, Outcome
from brands.models import BrandOwned
from brands.querysets import BrandOwnedQuerySet
from campaigns.models import Flight
from sparktrack.core.models import choices, one_of

# A step: this many days before the lapse. 0: at the lapse. Learnt of later than a week after it:
STOPPED = -1


class Alert(BrandOwned):
    """One step of the warnings of one lapse (DOMAIN.md §7). At most one alert of a lapse is open at a time.

    ``subject_id`` is what must be renewed: the post for ``code``, ``post`` and ``apply``; for ``rights`` the right that
    ends, or the post where no right is on file. ``lapses_at``: the first instant at which a flight that is hit may not
    run (``apply``: the end of the old code). ``run`` is the pass that raised it. What a person said (acknowledged,
    snoozed) is about the lapse: a tighter step takes it over, except the 1-day step and later.
    """

    kind = models.CharField(max_length=6, choices=choices(AlertKind))
    subject_id = models.UUIDField()
    lapses_at = models.DateTimeField()
    step = models.SmallIntegerField()
    run = models.UUIDField()
    raised_at = models.DateTimeField()
    acknowledged_at = models.DateTimeField(null=True, blank=True)
    acknowledged_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    snoozed_until = models.DateTimeField(null=True, blank=True)
    snoozed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    snooze_reason = models.CharField(max_length=200, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    outcome = models.CharField(max_length=10, choices=choices(Outcome), blank=True)

    objects = BrandOwnedQuerySet.as_manager()

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["brand", "kind", "subject_id", "lapses_at", "step"], name="alert_step_once"
            ),
            models.UniqueConstraint(
                fields=["brand", "kind", "subject_id", "lapses_at"],
                condition=Q(closed_at__isnull=True),
                name="alert_one_open_per_lapse",
            ),
            one_of("kind", AlertKind, "alert_kind_known"),
            one_of("outcome", Outcome, "alert_outcome_known", blank=True),
            models.CheckConstraint(condition=Q(step__gte=STOPPED), name="alert_step_known"),
            models.CheckConstraint(
                condition=Q(closed_at__isnull=True, outcome="")
                | (Q(closed_at__isnull=False) & ~Q(outcome="")),
                name="alert_closed_has_outcome",
            ),
            models.CheckConstraint(
                condition=Q(snoozed_until__isnull=False) | Q(snooze_reason="", snoozed_by__isnull=True),
                name="alert_snooze_has_end",
            ),
        )
        indexes = (
            models.Index(
                fields=["brand", "lapses_at"], condition=Q(closed_at__isnull=True), name="alert_open"
            ),
            # Each pass asks which steps of coming lapses were skipped.
            models.Index(
                fields=["brand", "lapses_at"], condition=Q(outcome=Outcome.SKIPPED), name="alert_skipped"
            ),
            models.Index(fields=["run"], name="alert_by_run"),
            # What was resolved lately, the newest first.
            models.Index(
                fields=["brand", "-closed_at", "-id"],
                condition=Q(outcome__in=[Outcome.RESOLVED.value, Outcome.CANCELLED.value]),
                name="alert_ended",
            ),
        )

    def __str__(self) -> str:
        return f"{self.kind} alert, step {self.step}"


class AlertFlight(BrandOwned):
    """A flight that the lapse of an alert hits."""

    is_derived = True

    # No index of its own: the unique key begins with it.
    alert = models.ForeignKey(Alert, on_delete=models.CASCADE, related_name="hits", db_index=False)
    flight = models.ForeignKey(Flight, on_delete=models.CASCADE, related_name="alert_hits")

    objects = BrandOwnedQuerySet.as_manager()

    class Meta:
        constraints = (models.UniqueConstraint(fields=["alert", "flight"], name="alertflight_once"),)

    def __str__(self) -> str:
        return f"{self.alert} of {self.flight}"


class Notice(BrandOwned):
    """A person is to hear of an alert, in a form; ``delivery`` is the message that tells them, once there is one.

    ``repeat_on``: what is said again on a later morning (rights that are over in a running flight, the end of a
    snooze); null is the first time. A notice of a closed alert is not sent.
    """

    # No index of its own: a unique key begins with it.
    alert = models.ForeignKey(Alert, on_delete=models.CASCADE, related_name="notices", db_index=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    form = models.CharField(max_length=7, choices=choices(Form))
    repeat_on = models.DateField(null=True, blank=True)
    delivery = models.ForeignKey(
        "alerts.Delivery", on_delete=models.SET_NULL, null=True, blank=True, related_name="notices"
    )
    created_at = models.DateTimeField()

    objects = BrandOwnedQuerySet.as_manager()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["alert", "user", "repeat_on"], name="notice_once_a_day"),
            models.UniqueConstraint(
                fields=["alert", "user"], condition=Q(repeat_on__isnull=True), name="notice_first_once"
            ),
            one_of("form", Form, "notice_form_known"),
        )
        indexes = (models.Index(fields=["user"], condition=Q(delivery__isnull=True), name="notice_waiting"),)

    def __str__(self) -> str:
        return f"{self.alert} for {self.user}"
