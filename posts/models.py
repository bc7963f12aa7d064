"""Posts: briefs, deliverables, their stages and their numbers."""

from django.conf import settings
from django.db import models
from django.urls import reverse

from brands.models import BrandOwned
from brands.querysets import BrandOwnedQuerySet
from creators.models import Creator
from posts.enums import Lane, Method, MetricsSource, PaymentState, Stage, UseCase
from posts.querysets import PostQuerySet
from sparktrack.core.models import choices, one_of


class Brief(BrandOwned):
    """What the creator is asked to make, and what may be claimed."""

    title = models.CharField(max_length=200)
    product_truth = models.TextField(blank=True)
    audience_problem = models.TextField(blank=True)
    claim_boundaries = models.TextField(blank=True)
    tone_examples = models.TextField(blank=True)
    usage_days = models.PositiveIntegerField(null=True, blank=True)
    usage_paid = models.BooleanField(null=True, blank=True)
    created_at = models.DateTimeField()

    objects = BrandOwnedQuerySet.as_manager()

    class Meta:
        constraints = (models.UniqueConstraint(fields=["brand", "title"], name="brief_title_once"),)

    def __str__(self) -> str:
        return self.title


class Post(BrandOwned):
    """The deliverable, also before it is live. A changed creative is a new post that ``replaces`` the old one."""

    creator = models.ForeignKey(Creator, on_delete=models.PROTECT, related_name="posts")
    brief = models.ForeignKey(Brief, on_delete=models.PROTECT, null=True, blank=True, related_name="posts")
    title = models.CharField(max_length=200, blank=True)
    url = models.URLField(max_length=300, blank=True)
    tiktok_post_id = models.CharField(max_length=20, blank=True)
    posted_at = models.DateTimeField(null=True, blank=True)
    caption = models.TextField(blank=True)
    product = models.CharField(max_length=120, blank=True)
    sku = models.CharField(max_length=60, blank=True)
    hook_angle = models.CharField(max_length=120, blank=True)
    offer = models.CharField(max_length=200, blank=True)
    use_case = models.CharField(max_length=20, choices=choices(UseCase), blank=True)
    landing_page = models.CharField(max_length=500, blank=True)
    lane = models.CharField(max_length=20, choices=choices(Lane), blank=True)
    hand_off_note = models.TextField(blank=True)
    notes = models.TextField(blank=True)
    comment_quality = models.TextField(blank=True)
    draft_due_on = models.DateField(null=True, blank=True)
    post_due_on = models.DateField(null=True, blank=True)
    shipment_reference = models.CharField(max_length=120, blank=True)
    draft_link = models.URLField(max_length=500, blank=True)
    payment_state = models.CharField(max_length=5, choices=choices(PaymentState), default=PaymentState.NONE)
    replaces = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="replaced_by"
    )
    method = models.CharField(max_length=20, choices=choices(Method), default=Method.CODE)
    unavailable_from = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField()

    objects = PostQuerySet.as_manager()

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["brand", "tiktok_post_id"],
                condition=~models.Q(tiktok_post_id=""),
                name="post_id_once",
            ),
            models.UniqueConstraint(
                fields=["brand", "url"], condition=~models.Q(url=""), name="post_url_once"
            ),
            one_of("use_case", UseCase, "post_use_case_known", blank=True),
            one_of("lane", Lane, "post_lane_known", blank=True),
            one_of("payment_state", PaymentState, "post_payment_state_known"),
            one_of("method", Method, "post_method_known"),
            models.CheckConstraint(
                condition=models.Q(tiktok_post_id="") | models.Q(tiktok_post_id__regex=r"^[0-9]{15,20}$"),
                name="post_id_is_digits",
            ),
        )
        indexes = (
            models.Index(fields=["brand", "creator", "title"], name="post_by_creator_title"),
            # Every walk over the posts of a brand goes by their ids.
            models.Index(fields=["brand", "id"], name="post_by_birth"),
        )

    def __str__(self) -> str:
        return self.title or self.tiktok_post_id or self.url or "Untitled post"

    def get_absolute_url(self) -> str:
        """The post page; the brand must have been loaded with the post."""
        return reverse("post", args=[self.brand.slug, self.pk])


class StageEvent(BrandOwned):
    """A post reached a stage."""

    # No index of its own: a unique key begins with it.
    post = models.ForeignKey(Post, on_delete=models.CASCADE, related_name="stages", db_index=False)
    stage = models.CharField(max_length=20, choices=choices(Stage))
    at = models.DateTimeField()
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )

    objects = BrandOwnedQuerySet.as_manager()

    class Meta:
        constraints = (
            one_of("stage", Stage, "stageevent_stage_known"),
            models.UniqueConstraint(fields=["post", "stage", "at"], name="stageevent_once"),
        )

    def __str__(self) -> str:
        return f"{self.stage} {self.at:%Y-%m-%d}"


class MetricsSnapshot(BrandOwned):
    """The numbers of a post at an instant; a number nobody gave is null."""

    # No index of its own: a unique key begins with it.
    post = models.ForeignKey(Post, on_delete=models.CASCADE, related_name="metrics", db_index=False)
    at = models.DateTimeField()
    source = models.CharField(max_length=10, choices=choices(MetricsSource))
    views = models.PositiveBigIntegerField(null=True, blank=True)
    likes = models.PositiveBigIntegerField(null=True, blank=True)
    comments = models.PositiveBigIntegerField(null=True, blank=True)
    shares = models.PositiveBigIntegerField(null=True, blank=True)
    saves = models.PositiveBigIntegerField(null=True, blank=True)

    objects = BrandOwnedQuerySet.as_manager()

    class Meta:
        constraints = (
            one_of("source", MetricsSource, "metricssnapshot_source_known"),
            models.UniqueConstraint(fields=["post", "at", "source"], name="metricssnapshot_once"),
        )

    def __str__(self) -> str:
        return f"{self.views or 0} views at {self.at:%Y-%m-%d}"
