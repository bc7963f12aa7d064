"""Tenants and people: brands, users, memberships, invitations, tokens, ad accounts, the audit, attachments."""

from decimal import Decimal
from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.db import models
from django.db.models.functions import Lower
from django.urls import reverse

from brands.enums import AttachmentSubject, Role, TokenScope
from brands.querysets import ApiTokenQuerySet, BrandOwnedQuerySet, MembershipQuerySet
from sparktrack.core.actors import ActorKind
from sparktrack.core.clock import utc_now
from sparktrack.core.models import Row, choices, one_of, ordered

DEFAULT_WARNING_STEPS = (30, 14, 7, 3, 1)


def default_warning_steps() -> list[int]:
    """Days before a lapse at which a warning is due (DOMAIN.md §7)."""
    return list(DEFAULT_WARNING_STEPS)


class UserManager(BaseUserManager["User"]):
    """Users are found by their lower-case e-mail."""

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        """A saved user; a missing password means that nobody can log in as them yet."""
        user = self.model(email=email.strip().lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> "User":
        """A user who may use the Django admin; ``manage.py createsuperuser`` calls it, so it reads the clock."""
        fields.setdefault("created_at", utc_now())
        return self.create_user(email, password, is_staff=True, is_superuser=True, **fields)

    def get_by_natural_key(self, username: str | None) -> "User":
        """The user with this e-mail, however its letters are cased."""
        return self.get(email=(username or "").strip().lower())


class User(Row, AbstractBaseUser, PermissionsMixin):
    """A person. The e-mail is the name; times are shown in their zone (empty: the brand's)."""

    email = models.EmailField(unique=True)
    full_name = models.CharField(max_length=120, blank=True)
    time_zone = models.CharField(max_length=64, blank=True)
    is_staff = models.BooleanField(default=False)
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField()

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    objects = UserManager()

    class Meta:
        constraints = (
            models.CheckConstraint(condition=models.Q(email=Lower("email")), name="user_email_is_lower_case"),
        )

    def __str__(self) -> str:
        return self.full_name or self.email

    def get_full_name(self) -> str:
        """The name, else the e-mail."""
        return str(self)

    def get_short_name(self) -> str:
        """The first word of the name, else the part of the e-mail before the @."""
        return self.full_name.split(" ")[0] or self.email.split("@")[0]


class Brand(Row):
    """The tenant: every other row belongs to exactly one brand, and nothing crosses brands."""

    name = models.CharField(max_length=120)
    slug = models.SlugField(max_length=60, unique=True)
    time_zone = models.CharField(max_length=64, default="UTC")
    currency = models.CharField(max_length=3, default="USD")
    warning_steps = models.JSONField(default=default_warning_steps)
    digest_hour = models.PositiveSmallIntegerField(default=8)
    expiring_days = models.PositiveSmallIntegerField(default=7)
    tracks_rights = models.BooleanField(default=True)
    # The window that creators are asked for, in days, unless a flight needs another one.
    window_days = models.PositiveSmallIntegerField(default=30)
    # Tokens and texts that ad names are made of (campaigns.ad_names).
    ad_name_template = models.CharField(max_length=300, blank=True)
    # Organic posts with so many views and so much engagement (percent of views) are worth a look for paid; null: any.
    strong_views = models.PositiveIntegerField(null=True, blank=True, default=50_000)
    strong_engagement = models.DecimalField(
        max_digits=5, decimal_places=2, null=True, blank=True, default=Decimal(3)
    )
    created_at = models.DateTimeField()

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=models.Q(window_days__in=[7, 30, 60, 365]), name="brand_window_is_one_of_tiktoks"
            ),
            models.CheckConstraint(
                condition=models.Q(digest_hour__lte=23), name="brand_digest_hour_is_an_hour"
            ),
            models.CheckConstraint(
                condition=models.Q(expiring_days__gte=1), name="brand_expiring_days_positive"
            ),
        )

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        """The brand's board."""
        return reverse("board", args=[self.slug])

    def zone_of(self, ad_account: "AdAccount | None") -> str:
        """The IANA zone in which dates of this ad account (None = no account) are read."""
        return (ad_account.time_zone if ad_account else "") or self.time_zone

    def currency_of(self, ad_account: "AdAccount | None") -> str:
        """The currency in which this ad account (None = no account) spends."""
        return (ad_account.currency if ad_account else "") or self.currency


class BrandOwned(Row):
    """A row of one brand. Keys and indexes begin with the brand; queries begin with ``for_brand``.

    ``is_derived``: rows that follow from others. They go with those and never stand in the way of deleting them.
    """

    is_derived: ClassVar[bool] = False

    # No index of its own: the keys and indexes of each model begin with the brand.
    brand = models.ForeignKey(Brand, on_delete=models.CASCADE, related_name="+", db_index=False)

    class Meta:
        abstract = True


class Membership(BrandOwned):
    """The one role of a user in a brand, and who stands in for them while they are away."""

    brand = models.ForeignKey(Brand, on_delete=models.CASCADE, related_name="memberships")
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="memberships")
    role = models.CharField(max_length=10, choices=choices(Role))
    deputy = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    deputy_from = models.DateField(null=True, blank=True)
    deputy_until = models.DateField(null=True, blank=True)
    created_at = models.DateTimeField()

    objects = MembershipQuerySet.as_manager()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["brand", "user"], name="membership_one_role_per_brand"),
            one_of("role", Role, "membership_role_known"),
            models.CheckConstraint(
                condition=models.Q(deputy_until__gte=models.F("deputy_from")),
                name="membership_deputy_period_ordered",
            ),
            models.CheckConstraint(
                condition=~models.Q(deputy=models.F("user")), name="membership_deputy_is_another"
            ),
        )

    def __str__(self) -> str:
        return f"{self.user} as {self.role} of {self.brand}"


class Invitation(BrandOwned):
    """A single-use way in for one e-mail; only the hash of its token is stored."""

    email = models.EmailField()
    role = models.CharField(max_length=10, choices=choices(Role))
    token_hash = models.CharField(max_length=64, unique=True)
    invited_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    objects = BrandOwnedQuerySet.as_manager()

    class Meta:
        constraints = (
            one_of("role", Role, "invitation_role_known"),
            ordered("created_at", "expires_at", "invitation_ends_after_start"),
            models.CheckConstraint(
                condition=models.Q(email=Lower("email")), name="invitation_email_is_lower_case"
            ),
        )
        indexes = (models.Index(fields=["brand", "email"], name="invitation_by_email"),)

    def __str__(self) -> str:
        return f"{self.email} as {self.role}"


class ApiToken(BrandOwned):
    """A script's way in, ``stk_<public>_<secret>``: of the secret only an HMAC is stored, under a numbered pepper.

    It belongs to the brand: whoever made it may leave. ``expires_at`` null: never. No addresses: any.
    """

    name = models.CharField(max_length=120)
    public = models.CharField(max_length=32, unique=True)
    secret_hash = models.CharField(max_length=64)
    pepper_id = models.CharField(max_length=16)
    scope = models.CharField(max_length=10, choices=choices(TokenScope))
    allowed_addresses = models.JSONField(default=list, blank=True)
    created_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField(null=True, blank=True)
    last_used_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    objects = ApiTokenQuerySet.as_manager()

    class Meta:
        constraints = (
            one_of("scope", TokenScope, "apitoken_scope_known"),
            ordered("created_at", "expires_at", "apitoken_ends_after_start"),
            models.CheckConstraint(condition=~models.Q(name=""), name="apitoken_has_name"),
        )
        indexes = (models.Index(fields=["brand", "-created_at"], name="apitoken_newest"),)

    def __str__(self) -> str:
        return self.name

    @property
    def shown(self) -> str:
        """What may be shown of the token: enough to tell which one a script uses."""
        return f"stk_{self.public}_…"


class AdAccount(BrandOwned):
    """A TikTok ad account; an empty zone or currency means the brand's."""

    advertiser_id = models.CharField(max_length=32, blank=True)
    name = models.CharField(max_length=120)
    time_zone = models.CharField(max_length=64, blank=True)
    currency = models.CharField(max_length=3, blank=True)
    created_at = models.DateTimeField()

    objects = BrandOwnedQuerySet.as_manager()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["brand", "name"], name="adaccount_name_once"),
            models.UniqueConstraint(
                fields=["brand", "advertiser_id"],
                condition=~models.Q(advertiser_id=""),
                name="adaccount_id_once",
            ),
        )

    def __str__(self) -> str:
        return self.name


class AuditEntry(BrandOwned):
    """What was done, by whom, to what: append-only, written in the transaction of the change.

    The object is named by kind, id and label without a foreign key, so the entry outlives it.
    """

    at = models.DateTimeField()
    actor_kind = models.CharField(max_length=10, choices=choices(ActorKind))
    actor_id = models.CharField(max_length=64, blank=True)
    actor_label = models.CharField(max_length=254, blank=True)
    ip = models.CharField(max_length=45, blank=True)
    request_id = models.CharField(max_length=64, blank=True)
    action = models.CharField(max_length=60)
    object_kind = models.CharField(max_length=40)
    object_id = models.UUIDField(null=True, blank=True)
    object_label = models.CharField(max_length=254, blank=True)
    before = models.JSONField(default=dict)
    after = models.JSONField(default=dict)

    objects = BrandOwnedQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "audit entries"
        constraints = (one_of("actor_kind", ActorKind, "auditentry_actor_kind_known"),)
        indexes = (
            models.Index(fields=["brand", "-at", "-id"], name="auditentry_newest"),
            models.Index(fields=["brand", "object_id", "-at"], name="auditentry_by_object"),
        )

    def __str__(self) -> str:
        return f"{self.action} {self.object_label}"


def attachment_path(attachment: "Attachment", filename: str) -> str:
    """Where an uploaded file is kept: by brand and id, so that no two files and no name from outside collide."""
    suffix = filename.rsplit(".", 1)[-1].lower()[:8] if "." in filename else "bin"
    return f"attachments/{attachment.brand_id}/{attachment.id}.{suffix}"


class Attachment(BrandOwned):
    """Evidence: a file or a link, with the hash of the file, on a right, code, post or request.

    The subject stands to the right of this app, so it is named by kind and id.
    """

    subject_kind = models.CharField(max_length=10, choices=choices(AttachmentSubject))
    subject_id = models.UUIDField()
    file = models.FileField(upload_to=attachment_path, blank=True)
    link = models.URLField(max_length=500, blank=True)
    name = models.CharField(max_length=200, blank=True)
    sha256 = models.CharField(max_length=64, blank=True)
    added_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    added_at = models.DateTimeField()

    objects = BrandOwnedQuerySet.as_manager()

    class Meta:
        constraints = (
            one_of("subject_kind", AttachmentSubject, "attachment_subject_kind_known"),
            models.CheckConstraint(
                condition=(models.Q(file="") & ~models.Q(link="")) | (~models.Q(file="") & models.Q(link="")),
                name="attachment_file_or_link",
            ),
            models.CheckConstraint(
                condition=models.Q(file="") | ~models.Q(sha256=""), name="attachment_file_has_hash"
            ),
        )
        indexes = (models.Index(fields=["brand", "subject_id"], name="attachment_by_subject"),)

    def __str__(self) -> str:
        return self.name or self.link
