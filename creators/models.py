"""Creators: who makes the posts and holds the authorization codes."""

from django.conf import settings
from django.db import models
from django.db.models.functions import Lower

from brands.models import BrandOwned
from creators.querysets import CreatorQuerySet


class Creator(BrandOwned):
    """A TikTok account that posts for the brand. ``own_account``: it is the brand's own handle."""

    handle = models.CharField(max_length=64)
    former_handles = models.JSONField(default=list, blank=True)
    display_name = models.CharField(max_length=120, blank=True)
    email = models.EmailField(blank=True)
    agent_name = models.CharField(max_length=120, blank=True)
    agent_email = models.EmailField(blank=True)
    country = models.CharField(max_length=2, blank=True)
    language = models.CharField(max_length=16, blank=True)
    time_zone = models.CharField(max_length=64, blank=True)
    tags = models.JSONField(default=list, blank=True)
    notes = models.TextField(blank=True)
    manager = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    own_account = models.BooleanField(default=False)
    created_at = models.DateTimeField()

    objects = CreatorQuerySet.as_manager()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["brand", "handle"], name="creator_handle_once"),
            models.CheckConstraint(
                condition=models.Q(handle=Lower("handle"))
                & ~models.Q(handle="")
                & ~models.Q(handle__startswith="@"),
                name="creator_handle_is_clean",
            ),
        )

    def __str__(self) -> str:
        return f"@{self.handle}"
