"""What is planned to run: campaigns and their flights."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from brands.models import AdAccount, BrandOwned, Invitation
from brands.querysets import BrandOwnedQuerySet
from campaigns.enums import SpendSource
from posts.models import Post
from sparktrack.core.models import choices, one_of, ordered


class Campaign(BrandOwned):
    """A budget line in the words of the brand; its buyer is asked when a flight has none."""

    name = models.CharField(max_length=120)
    objective = models.CharField(max_length=120, blank=True)
    buyer = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    created_at = models.DateTimeField()

    objects = BrandOwnedQuerySet.as_manager()

    class Meta:
        constraints = (models.UniqueConstraint(fields=["brand", "name"], name="campaign_name_once"),)

    def __str__(self) -> str:
        return self.name


class Flight(BrandOwned):
    """One post in one campaign for a planned time.

    ``starts_on`` null: not yet planned. ``ends_on`` (the last day) null with a start: evergreen. The instants stand
    beside the dates in the zone of the ad account, else the brand's; ``ends_at`` is exclusive.
    """

    # No index of its own: ``flight_by_post`` begins with it.
    post = models.ForeignKey(Post, on_delete=models.PROTECT, related_name="flights", db_index=False)
    campaign = models.ForeignKey(Campaign, on_delete=models.PROTECT, related_name="flights")
    buyer = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    # Who becomes the buyer once they have accepted; somebody who is made the buyer before that stays it.
    buyer_invited = models.ForeignKey(
        Invitation, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    ad_account = models.ForeignKey(
        AdAccount, on_delete=models.PROTECT, null=True, blank=True, related_name="flights"
    )
    starts_on = models.DateField(null=True, blank=True)
    ends_on = models.DateField(null=True, blank=True)
    starts_at = models.DateTimeField(null=True, blank=True)
    ends_at = models.DateTimeField(null=True, blank=True)
    daily_spend = models.DecimalField(max_digits=12, decimal_places=2, null=True, blank=True)
    spend_source = models.CharField(max_length=6, choices=choices(SpendSource), blank=True)
    call_to_action = models.CharField(max_length=60, blank=True)
    landing_page = models.CharField(max_length=500, blank=True)
    ad_name = models.CharField(max_length=512, blank=True)  # campaigns.ad_names.LONGEST
    tiktok_ad_ids = models.JSONField(default=list, blank=True)
    launched_at = models.DateTimeField(null=True, blank=True)
    # What was made sure of before the launch: {"music": {"by": id of the user, "at": instant}}, keys of enums.Check; a
    # script is nobody.
    checklist = models.JSONField(default=dict, blank=True)
    paused_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    run_anyway_reason = models.CharField(max_length=500, blank=True)
    run_anyway_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    run_anyway_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField()

    objects = BrandOwnedQuerySet.as_manager()

    class Meta:
        constraints = (
            ordered("starts_at", "ends_at", "flight_ends_after_start"),
            models.CheckConstraint(
                condition=Q(starts_on__isnull=True, starts_at__isnull=True)
                | Q(starts_on__isnull=False, starts_at__isnull=False),
                name="flight_start_beside_date",
            ),
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True, ends_at__isnull=True)
                | Q(ends_on__isnull=False, ends_at__isnull=False, starts_on__isnull=False),
                name="flight_end_beside_date",
            ),
            models.CheckConstraint(
                condition=Q(daily_spend__isnull=True) | Q(daily_spend__gte=0),
                name="flight_spend_not_negative",
            ),
            one_of("spend_source", SpendSource, "flight_spend_source_known", blank=True),
            models.CheckConstraint(
                condition=Q(run_anyway_at__isnull=True, run_anyway_reason="")
                | (Q(run_anyway_at__isnull=False) & ~Q(run_anyway_reason="")),
                name="flight_run_anyway_has_reason",
            ),
        )
        indexes = (
            models.Index(fields=["brand", "ends_at", "id"], name="flight_by_end"),
            models.Index(fields=["brand", "starts_at", "id"], name="flight_by_start"),
            models.Index(fields=["post", "starts_at"], name="flight_by_post"),
        )

    def __str__(self) -> str:
        return self.ad_name or f"flight {self.starts_on or 'not yet planned'}"
