"""Where the alerts of a brand go besides mail."""

from django.db import models
from django.db.models import Q

from alerts.enums import ChannelKind
from brands.models import BrandOwned
from brands.querysets import BrandOwnedQuerySet
from sparktrack.core.models import choices, one_of


class Channel(BrandOwned):
    """A chat (Slack, Teams, Discord) or a signed webhook. Address and secrets are sealed: whoever has them may post.

    ``from_step``: alerts of this step (days before the lapse) and tighter ones go there. During a rotation
    ``old_secret`` signs beside the new one until ``old_secret_until``. Switched off: ``disabled_at``.
    """

    kind = models.CharField(max_length=7, choices=choices(ChannelKind))
    name = models.CharField(max_length=120)
    address = models.BinaryField()
    host = models.CharField(max_length=253)
    secret = models.BinaryField(null=True, blank=True)
    old_secret = models.BinaryField(null=True, blank=True)
    old_secret_until = models.DateTimeField(null=True, blank=True)
    key_id = models.CharField(max_length=16)
    from_step = models.SmallIntegerField(default=1)
    created_at = models.DateTimeField()
    disabled_at = models.DateTimeField(null=True, blank=True)

    objects = BrandOwnedQuerySet.as_manager()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["brand", "name"], name="channel_name_once"),
            one_of("kind", ChannelKind, "channel_kind_known"),
            models.CheckConstraint(
                condition=~Q(kind=ChannelKind.WEBHOOK) | Q(secret__isnull=False),
                name="channel_webhook_has_secret",
            ),
            models.CheckConstraint(
                condition=Q(old_secret__isnull=True, old_secret_until__isnull=True)
                | Q(old_secret__isnull=False, old_secret_until__isnull=False),
                name="channel_old_secret_has_end",
            ),
        )

    def __str__(self) -> str:
        return self.name
