"""What evidence looks like to scripts: chapters, each about one post, as the pack of the page has them."""

from typing import Any

from drf_spectacular.utils import OpenApiExample, extend_schema_serializer
from rest_framework import serializers

from alerts.enums import AlertKind, DeliveryState
from authorizations.enums import CodeStatus, EndSource
from campaigns.enums import FlightStatus
from posts.enums import Method
from sparktrack.api.fields import InstantField
from sparktrack.api.resources.attachments import AttachmentAnswer
from sparktrack.api.resources.rights import RightAnswer
from sparktrack.core.models import choices

DEED = {
    "at": "2026-11-11T09:30:00Z",
    "action": "code.applied",
    "what": "Taken to Northbeam US",
    "by": "Dana Reyes",
}
_PART = {
    "results": [
        {
            "post": {
                "id": "019a9f53-5e2a-7c11-a0b8-7a6b5c4d3e2f",
                "title": "Harness, before and after",
                "url": "https://www.tiktok.com/@lena.paws/video/7441203811234567890",
                "tiktok_post_id": "7441203811234567890",
                "creator": "019a9f51-0b6c-7f6e-a2a4-9c8d7e6f5a4b",
                "handle": "lena.paws",
                "brief": None,
                "brief_title": "",
                "posted_at": "2026-11-10T04:00:00Z",
                "method": "code",
                "unavailable_from": None,
            },
            "deeds": [],
            "attachments": [],
            "rights": [],
            "codes": [
                {
                    "id": "019a9f54-6f3a-7d21-b0c9-8a7b6c5d4e3f",
                    "ending": "k2Y=",
                    "status": "active",
                    "starts_at": "2026-11-10T05:00:00Z",
                    "start_assumed": False,
                    "window_days": 30,
                    "ends_at": "2026-12-10T05:00:00Z",
                    "end_source": "computed",
                    "rejected_error": "",
                    "attachments": [],
                    "deeds": [DEED],
                }
            ],
            "flights": [],
            "warnings": [],
        }
    ],
    "next": None,
    "count": 1,
    "count_is_bound": False,
    "cut": False,
    "made_at": "2026-11-21T14:05:00Z",
    "time_zone": "Europe/Berlin",
}


class EvidenceDeed(serializers.Serializer[Any]):
    """What somebody did. ``action`` is its name in the audit, ``what`` says it in words."""

    at = InstantField()
    action = serializers.CharField()
    what = serializers.CharField()
    by = serializers.CharField(help_text="A name; “sparktrack”, “an import”.")


class EvidencePost(serializers.Serializer[Any]):
    """The post of a chapter."""

    id = serializers.UUIDField()
    title = serializers.CharField()
    url = serializers.CharField()
    tiktok_post_id = serializers.CharField()
    creator = serializers.UUIDField()
    handle = serializers.CharField()
    brief = serializers.UUIDField(allow_null=True)
    brief_title = serializers.CharField()
    posted_at = InstantField(allow_null=True)
    method = serializers.ChoiceField(choices(Method))
    unavailable_from = InstantField(allow_null=True)


class EvidenceRight(serializers.Serializer[Any]):
    """A right. ``counts``: no closer one takes its place for this post. ``allows_paid``: ads on TikTok."""

    right = RightAnswer()
    level = serializers.ChoiceField(["post", "brief", "creator"])
    counts = serializers.BooleanField()
    allows_paid = serializers.BooleanField()
    approved_by_name = serializers.CharField(help_text="Empty: nobody.")
    attachments = AttachmentAnswer(many=True)
    deeds = EvidenceDeed(many=True)


class EvidenceCode(serializers.Serializer[Any]):
    """A code by its last four characters. ``ends_at``: the natural end or the earlier revocation."""

    id = serializers.UUIDField()
    ending = serializers.CharField()
    status = serializers.ChoiceField(choices(CodeStatus))
    starts_at = InstantField()
    start_assumed = serializers.BooleanField()
    window_days = serializers.IntegerField(allow_null=True)
    ends_at = InstantField()
    end_source = serializers.ChoiceField(choices(EndSource))
    rejected_error = serializers.CharField(help_text="What TikTok said when it refused it.")
    attachments = AttachmentAnswer(many=True)
    deeds = EvidenceDeed(many=True)


class EvidenceReason(serializers.Serializer[Any]):
    """What was said before, when a flight was to run although it should not."""

    at = InstantField()
    reason = serializers.CharField()
    approved_by = serializers.CharField(help_text="Empty where the audit does not name them again.")


class EvidenceFlight(serializers.Serializer[Any]):
    """A flight, and who said that it runs anyway."""

    id = serializers.UUIDField()
    campaign = serializers.UUIDField()
    campaign_name = serializers.CharField()
    ad_account = serializers.UUIDField(allow_null=True)
    ad_account_name = serializers.CharField()
    state = serializers.ChoiceField(choices(FlightStatus))
    starts_on = serializers.DateField(allow_null=True)
    ends_on = serializers.DateField(allow_null=True)
    launched_at = InstantField(allow_null=True)
    paused_at = InstantField(allow_null=True)
    ended_at = InstantField(allow_null=True)
    buyer_name = serializers.CharField()
    run_anyway_reason = serializers.CharField()
    run_anyway_by_name = serializers.CharField()
    run_anyway_at = InstantField(allow_null=True)
    run_anyway_earlier = EvidenceReason(many=True)
    deeds = EvidenceDeed(many=True)


class EvidenceMessage(serializers.Serializer[Any]):
    """To whom a warning went, and how it fared; null: it waits."""

    to = serializers.CharField()
    form = serializers.CharField(help_text="mail: to a person; message: to a channel.")
    state = serializers.ChoiceField(choices(DeliveryState), allow_null=True)
    finished_at = InstantField(allow_null=True)


class EvidenceWarning(serializers.Serializer[Any]):
    """A step of the warnings of a lapse: ``step`` days before ``lapses_at``."""

    id = serializers.UUIDField(help_text="Of the alert.")
    kind = serializers.ChoiceField(choices(AlertKind))
    subject_id = serializers.UUIDField()
    lapses_at = InstantField()
    step = serializers.IntegerField()
    raised_at = InstantField()
    acknowledged_at = InstantField(allow_null=True)
    acknowledged_by_name = serializers.CharField()
    told = EvidenceMessage(many=True)


class EvidenceChapter(serializers.Serializer[Any]):
    """All that is on file about one post: what was allowed, who did what, who was warned."""

    post = EvidencePost()
    deeds = EvidenceDeed(many=True, help_text="About the post itself.")
    attachments = AttachmentAnswer(many=True)
    rights = EvidenceRight(many=True)
    codes = EvidenceCode(many=True)
    flights = EvidenceFlight(many=True)
    warnings = EvidenceWarning(many=True)


@extend_schema_serializer(examples=[OpenApiExample("A code that is in use", _PART, response_only=True)])
class EvidencePart(serializers.Serializer[Any]):
    """Up to 12 chapters, the oldest post first. ``count``: chapters of all parts; counting stops at 10,000."""

    results = EvidenceChapter(many=True)
    next = serializers.URLField(allow_null=True, help_text="The next part; null on the last.")
    count = serializers.IntegerField()
    count_is_bound = serializers.BooleanField()
    cut = serializers.BooleanField(
        help_text="Of deeds, warnings and messages only the newest are here: choose a shorter period for all."
    )
    made_at = InstantField()
    time_zone = serializers.CharField(help_text="Of the brand: its days are meant.")
