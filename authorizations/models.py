"""What allows a post to run: codes, who asked for them, their uses; account links, rights; and the gaps they leave."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from authorizations.enums import EndSource, RightTrigger
from authorizations.querysets import CodeRequestQuerySet, PostGapQuerySet
from brands.models import AdAccount, BrandOwned
from brands.querysets import BrandOwnedQuerySet
from creators.models import Creator
from posts.models import Brief, Post
from sparktrack.core.models import choices, one_of, ordered


class AuthorizationCode(BrandOwned):
    """A creator's permission to run one post as an ad; the code itself is a bearer secret.

    Stored encrypted under ``key_id``, bound to brand and fingerprint; ``ending`` (4 characters) is what people see.
    ``expires_at`` is the natural end and never null; ``starts_on``/``expires_on`` are the dates as typed, if any.
    """

    post = models.ForeignKey(Post, on_delete=models.PROTECT, related_name="codes")
    ciphertext = models.BinaryField()
    key_id = models.CharField(max_length=16)
    fingerprint = models.CharField(max_length=64)
    ending = models.CharField(max_length=4)
    source_post_ciphertext = models.BinaryField(null=True, blank=True)
    source_post_key_id = models.CharField(max_length=16, blank=True)
    starts_on = models.DateField(null=True, blank=True)
    starts_at = models.DateTimeField()
    expires_on = models.DateField(null=True, blank=True)
    expires_at = models.DateTimeField()
    window_days = models.PositiveIntegerField()
    start_assumed = models.BooleanField(default=False)
    end_source = models.CharField(max_length=12, choices=choices(EndSource))
    last_checked_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)
    rejected_at = models.DateTimeField(null=True, blank=True)
    rejected_error = models.CharField(max_length=300, blank=True)
    supersedes = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="superseded_by"
    )
    created_at = models.DateTimeField()

    objects = BrandOwnedQuerySet.as_manager()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["brand", "fingerprint"], name="code_once_in_brand"),
            ordered("starts_at", "expires_at", "code_ends_after_start"),
            models.CheckConstraint(condition=Q(window_days__gte=1), name="code_window_is_positive"),
            one_of("end_source", EndSource, "code_end_source_known"),
            models.CheckConstraint(
                condition=Q(rejected_at__isnull=True, rejected_error="") | Q(rejected_at__isnull=False),
                name="code_error_only_if_rejected",
            ),
        )
        indexes = (
            models.Index(fields=["brand", "expires_at", "id"], name="code_by_expiry"),
            models.Index(fields=["brand", "key_id"], name="code_by_key"),
            # The board looks for replacements that nobody applied, in every current code of the brand.
            models.Index(
                fields=["brand", "expires_at"],
                include=["post", "supersedes", "revoked_at", "id"],
                condition=Q(supersedes__isnull=False, rejected_at__isnull=True),
                name="code_replacing",
            ),
        )

    def __str__(self) -> str:
        return f"code ending {self.ending}"


class CodeUse(BrandOwned):
    """A code was taken to an ad account; a null account means that nobody said which."""

    # No index of its own: a unique key begins with it.
    code = models.ForeignKey(AuthorizationCode, on_delete=models.CASCADE, related_name="uses", db_index=False)
    ad_account = models.ForeignKey(
        AdAccount, on_delete=models.PROTECT, null=True, blank=True, related_name="code_uses"
    )
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    at = models.DateTimeField()

    objects = BrandOwnedQuerySet.as_manager()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["code", "ad_account"], name="codeuse_once_per_account"),
            models.UniqueConstraint(
                fields=["code"], condition=Q(ad_account__isnull=True), name="codeuse_once_without_account"
            ),
        )

    def __str__(self) -> str:
        return f"{self.code} in {self.ad_account or 'an ad account'}"


class CodeRequest(BrandOwned):
    """Somebody asked a creator for a code for ``window_days``: the first of a post, or one in place of ``supersedes``.

    Open until a code answers it or it is withdrawn. ``answered_at`` is the instant at which the creator acted, as far
    as that is known, not that at which somebody put the code on file.
    """

    post = models.ForeignKey(Post, on_delete=models.CASCADE, related_name="code_requests")
    supersedes = models.ForeignKey(
        AuthorizationCode, on_delete=models.PROTECT, null=True, blank=True, related_name="renewal_requests"
    )
    window_days = models.PositiveIntegerField()
    asked_at = models.DateTimeField()
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    answered_by = models.ForeignKey(
        AuthorizationCode, on_delete=models.PROTECT, null=True, blank=True, related_name="answered_requests"
    )
    answered_at = models.DateTimeField(null=True, blank=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    objects = CodeRequestQuerySet.as_manager()

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["post"],
                condition=Q(answered_at__isnull=True, withdrawn_at__isnull=True),
                name="coderequest_one_open",
            ),
            models.CheckConstraint(condition=Q(window_days__gte=1), name="coderequest_window_is_positive"),
            models.CheckConstraint(
                condition=Q(answered_by__isnull=True, answered_at__isnull=True)
                | Q(answered_by__isnull=False, answered_at__isnull=False, withdrawn_at__isnull=True),
                name="coderequest_answer_is_whole",
            ),
            models.CheckConstraint(
                condition=Q(answered_at__isnull=True) | Q(answered_at__gte=F("asked_at")),
                name="coderequest_answered_after_asking",
            ),
            models.CheckConstraint(
                condition=Q(withdrawn_at__isnull=True) | Q(withdrawn_at__gte=F("asked_at")),
                name="coderequest_withdrawn_after_asking",
            ),
        )
        indexes = (models.Index(fields=["brand", "asked_at", "id"], name="coderequest_by_day"),)

    def __str__(self) -> str:
        return f"request for {self.window_days} days"

    @property
    def is_open(self) -> bool:
        """Whether the creator has still to answer."""
        return self.answered_at is None and self.withdrawn_at is None


class AccountLink(BrandOwned):
    """A creator's account is linked to an ad account: the window of posts that need no code. Null end = open."""

    creator = models.ForeignKey(Creator, on_delete=models.PROTECT, related_name="account_links")
    ad_account = models.ForeignKey(AdAccount, on_delete=models.PROTECT, related_name="account_links")
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField(null=True, blank=True)
    last_seen_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField()

    objects = BrandOwnedQuerySet.as_manager()

    class Meta:
        constraints = (
            ordered("starts_at", "ends_at", "accountlink_ends_after_start"),
            models.UniqueConstraint(
                fields=["creator", "ad_account"],
                condition=Q(ends_at__isnull=True),
                name="accountlink_one_open",
            ),
        )

    def __str__(self) -> str:
        return f"{self.creator} linked to {self.ad_account}"


class UsageRight(BrandOwned):
    """What the contract allows, on a post, a brief or a creator.

    The start is typed (``starts_on``) or set when the trigger happens; a right without a start covers nothing. The end
    is typed (``ends_on``, the last day), a term in days or calendar months, ``perpetual``, or not stated (none of
    them). ``starts_at``/``ends_at`` are the instants that follow; a null ``ends_at`` is open.
    """

    post = models.ForeignKey(Post, on_delete=models.PROTECT, null=True, blank=True, related_name="rights")
    brief = models.ForeignKey(Brief, on_delete=models.PROTECT, null=True, blank=True, related_name="rights")
    creator = models.ForeignKey(
        Creator, on_delete=models.PROTECT, null=True, blank=True, related_name="rights"
    )
    trigger = models.CharField(max_length=16, choices=choices(RightTrigger), default=RightTrigger.FIXED)
    starts_on = models.DateField(null=True, blank=True)
    ends_on = models.DateField(null=True, blank=True)
    term_days = models.PositiveIntegerField(null=True, blank=True)
    term_months = models.PositiveIntegerField(null=True, blank=True)
    perpetual = models.BooleanField(default=False)
    starts_at = models.DateTimeField(null=True, blank=True)
    ends_at = models.DateTimeField(null=True, blank=True)
    paid_amplification = models.BooleanField(default=False)
    channels = models.JSONField(default=list, blank=True)
    territories = models.JSONField(default=list, blank=True)
    asset_owner = models.CharField(max_length=120, blank=True)
    comments_owner = models.CharField(max_length=120, blank=True)
    creator_may_remove = models.BooleanField(null=True, blank=True)
    fee = models.DecimalField(max_digits=12, decimal_places=2, null=True, blank=True)
    spend_cap = models.DecimalField(max_digits=12, decimal_places=2, null=True, blank=True)
    contract_reference = models.CharField(max_length=120, blank=True)
    granted_by = models.CharField(max_length=120, blank=True)
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    approved_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField()

    objects = BrandOwnedQuerySet.as_manager()

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=(
                    Q(post__isnull=False, brief__isnull=True, creator__isnull=True)
                    | Q(post__isnull=True, brief__isnull=False, creator__isnull=True)
                    | Q(post__isnull=True, brief__isnull=True, creator__isnull=False)
                ),
                name="right_on_one_thing",
            ),
            models.CheckConstraint(
                condition=(
                    Q(ends_on__isnull=True, term_days__isnull=True, term_months__isnull=True)
                    | Q(ends_on__isnull=True, term_days__isnull=True, perpetual=False)
                    | Q(ends_on__isnull=True, term_months__isnull=True, perpetual=False)
                    | Q(term_days__isnull=True, term_months__isnull=True, perpetual=False)
                ),
                name="right_end_said_once",
            ),
            models.CheckConstraint(
                condition=Q(starts_at__isnull=False) | Q(ends_at__isnull=True), name="right_end_needs_start"
            ),
            models.CheckConstraint(
                condition=Q(starts_on__isnull=False) | ~Q(trigger=RightTrigger.FIXED),
                name="right_fixed_has_start",
            ),
            models.CheckConstraint(
                condition=Q(starts_on__isnull=True, starts_at__isnull=True)
                | Q(starts_on__isnull=False, starts_at__isnull=False),
                name="right_instant_beside_date",
            ),
            ordered("starts_at", "ends_at", "right_ends_after_start"),
            one_of("trigger", RightTrigger, "right_trigger_known"),
        )
        indexes = (models.Index(fields=["brand", "ends_at", "id"], name="right_by_end"),)

    def __str__(self) -> str:
        return f"rights {self.contract_reference}".strip()

    @property
    def term_stated(self) -> bool:
        """Whether the contract says when the right ends (for ever counts)."""
        return self.perpetual or any((self.ends_on, self.term_days, self.term_months))


class PostGap(BrandOwned):
    """A stretch in which a post may not run: the one stored derivation, rewritten with whatever changes it.

    Null ``starts_at`` = always, null ``ends_at`` = for ever. ``reasons`` A–Z, separated by commas.
    ``stops_itself``: TikTok stops the ad (a code reason or the post is gone); otherwise a person must pause it.
    """

    is_derived = True

    post = models.ForeignKey(Post, on_delete=models.CASCADE, related_name="gaps")
    starts_at = models.DateTimeField(null=True)
    ends_at = models.DateTimeField(null=True)
    reasons = models.CharField(max_length=120)
    stops_itself = models.BooleanField()

    objects = PostGapQuerySet.as_manager()

    class Meta:
        constraints = (
            ordered("starts_at", "ends_at", "postgap_ends_after_start"),
            # Gaps are read by brand and posts. No other index begins with the brand: SQLite, which counts its tables
            # only now and then, would take "of this brand" for a few rows and read all of them.
            models.UniqueConstraint(fields=["brand", "post", "starts_at"], name="postgap_start_once"),
            models.UniqueConstraint(
                fields=["brand", "post"], condition=Q(starts_at__isnull=True), name="postgap_one_from_ever"
            ),
            models.CheckConstraint(condition=~Q(reasons=""), name="postgap_has_reasons"),
        )

    def __str__(self) -> str:
        return self.reasons
