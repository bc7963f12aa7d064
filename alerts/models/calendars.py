"""Calendar feeds: whose they are, and what calendars were told so that changes carry a new sequence."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from alerts.enums import CalendarKind
from brands.models import BrandOwned
from brands.querysets import BrandOwnedQuerySet
from sparktrack.core.models import Row, choices, one_of


class CalendarFeed(Row):
    """A person's secret address of their calendar; only the hash of its token is stored."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="calendar_feed"
    )
    token_hash = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"calendar of {self.user}"


class CalendarEvent(BrandOwned):
    """What stands in calendars about one thing: stable UID, a sequence that grows with each change, or cancelled.

    ``subject_id`` is the flight (``lapse``, ``flight_end``) or the right (``rights_end``). A day without a clock time
    has ``on``, an instant has ``at``. ``summary`` and ``details`` are what is shown, so that a feed is read from here
    alone; ``digest`` is a hash of all of it.
    """

    kind = models.CharField(max_length=10, choices=choices(CalendarKind))
    subject_id = models.UUIDField()
    on = models.DateField(null=True, blank=True)
    at = models.DateTimeField(null=True, blank=True)
    summary = models.CharField(max_length=300, blank=True)
    details = models.CharField(max_length=1000, blank=True)
    sequence = models.PositiveIntegerField(default=0)
    digest = models.CharField(max_length=64)
    changed_at = models.DateTimeField()
    cancelled_at = models.DateTimeField(null=True, blank=True)

    objects = BrandOwnedQuerySet.as_manager()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["brand", "kind", "subject_id"], name="calendarevent_once"),
            one_of("kind", CalendarKind, "calendarevent_kind_known"),
            models.CheckConstraint(
                condition=Q(on__isnull=False, at__isnull=True) | Q(on__isnull=True, at__isnull=False),
                name="calendarevent_day_or_instant",
            ),
        )

    def __str__(self) -> str:
        return f"{self.kind} in calendars"
