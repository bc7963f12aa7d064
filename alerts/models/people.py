"""What people chose about their mails, for all their brands together."""

from django.conf import settings
from django.db import models

from alerts.enums import AlertKind, Wish
from sparktrack.core.models import Row, choices, one_of


class AlertWish(Row):
    """How a person wants to hear of a kind of alert; no row: as designed. Never less than DOMAIN.md §7 allows."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="alert_wishes", db_index=False
    )
    kind = models.CharField(max_length=6, choices=choices(AlertKind))
    wish = models.CharField(max_length=7, choices=choices(Wish))

    class Meta:
        verbose_name_plural = "alert wishes"
        constraints = (
            models.UniqueConstraint(fields=["user", "kind"], name="alertwish_one_per_kind"),
            one_of("kind", AlertKind, "alertwish_kind_known"),
            one_of("wish", Wish, "alertwish_wish_known"),
        )

    def __str__(self) -> str:
        return f"{self.kind}: {self.wish}"


class MorningHour(Row):
    """The hour of a person's morning mail on their own clock; no row: the digest hour of their first brand."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="morning_hour"
    )
    hour = models.PositiveSmallIntegerField()

    class Meta:
        constraints = (
            models.CheckConstraint(condition=models.Q(hour__lte=23), name="morninghour_is_an_hour"),
        )

    def __str__(self) -> str:
        return f"{self.hour}:00"
