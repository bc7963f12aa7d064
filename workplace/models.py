"""What people choose for themselves (saved views of lists, columns, keys, the tour), and the peaks of a brand."""

from django.conf import settings
from django.db import models

from brands.models import BrandOwned
from brands.querysets import BrandOwnedQuerySet
from sparktrack.core.models import Row, choices, one_of
from workplace.enums import Place


class SavedView(BrandOwned):
    """A list as somebody narrowed it: ``query`` is the part of its address behind the question mark.

    ``shared``: all members of the brand see it; only its owner and admins change it.
    """

    place = models.CharField(max_length=20, choices=choices(Place))
    name = models.CharField(max_length=80)
    query = models.CharField(max_length=1000, blank=True)
    columns = models.JSONField(default=list, blank=True)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    shared = models.BooleanField(default=False)
    created_at = models.DateTimeField()

    objects = BrandOwnedQuerySet.as_manager()

    class Meta:
        constraints = (
            one_of("place", Place, "savedview_place_known"),
            models.UniqueConstraint(fields=["brand", "place", "owner", "name"], name="savedview_name_once"),
            models.CheckConstraint(condition=~models.Q(name=""), name="savedview_has_name"),
        )

    def __str__(self) -> str:
        return self.name


class SavedPeak(BrandOwned):
    """A named period that a brand plans for, such as BFCM: ``last_on`` is its last day, in the zone of the brand."""

    name = models.CharField(max_length=60)
    first_on = models.DateField()
    last_on = models.DateField()
    created_at = models.DateTimeField()

    objects = BrandOwnedQuerySet.as_manager()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["brand", "name"], name="savedpeak_name_once"),
            models.CheckConstraint(condition=~models.Q(name=""), name="savedpeak_has_name"),
            models.CheckConstraint(
                condition=models.Q(last_on__gte=models.F("first_on")), name="savedpeak_ends_after_start"
            ),
        )

    def __str__(self) -> str:
        return self.name


class ListChoice(BrandOwned):
    """How one person reads a list: the columns, in their order (empty: the usual ones), and the view it opens with."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    place = models.CharField(max_length=20, choices=choices(Place))
    columns = models.JSONField(default=list, blank=True)
    opens_with = models.ForeignKey(
        SavedView, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )

    objects = BrandOwnedQuerySet.as_manager()

    class Meta:
        constraints = (
            one_of("place", Place, "listchoice_place_known"),
            models.UniqueConstraint(fields=["brand", "user", "place"], name="listchoice_once"),
        )

    def __str__(self) -> str:
        return f"{self.place} of {self.user}"


class Preference(Row):
    """What one person chose for all brands. ``shortcuts``: single keys do things; ``tour_ended_at``: seen, skipped."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    shortcuts = models.BooleanField(default=True)
    tour_ended_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"preferences of {self.user}"
