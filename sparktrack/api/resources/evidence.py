"""``evidence``: what was allowed, who did what and who was warned, a chapter for each post. The pack of the page."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.urls import path
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.exceptions import NotFound, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from alerts.templatetags.alerts import person
from brands.models import Attachment, AuditEntry, User
from brands.rules import Action
from campaigns.happenings import who
from campaigns.models import Campaign
from posts.models import Post
from sparktrack.api.answers import Answer
from sparktrack.api.fields import as_instant
from sparktrack.api.reading import next_page, read_form, refuse_unknown
from sparktrack.api.resource import BrandView
from sparktrack.api.resources.attachments import AttachmentAnswer
from sparktrack.api.resources.evidence_shapes import EvidencePart
from sparktrack.api.resources.rights import RightAnswer
from workplace.evidence_words import approver_then, deed, messages_of, reason_then
from workplace.forms.evidence import PeriodForm
from workplace.queries.evidence import (
    COUNTED,
    Chapter,
    CodeFacts,
    FlightFacts,
    Pack,
    RightFacts,
    evidence_pack,
    posts_with_evidence,
)
from workplace.queries.evidence_rows import Warned

Row = dict[str, Any]
# What the form of the page calls them, by what addresses call them.
_ASKED = {"from": "first", "to": "last", "cursor": "after"}
_SUBJECTS = ("post", "campaign")


class Evidence(BrandView):
    """The evidence about one post, a campaign, or all posts that had a code or a flight."""

    @extend_schema(
        responses={200: EvidencePart},
        parameters=[
            OpenApiParameter("post", {"type": "string", "format": "uuid"}, description="Only of this post."),
            OpenApiParameter(
                "campaign",
                {"type": "string", "format": "uuid"},
                description="Of the posts that flew in it, with these flights.",
            ),
            OpenApiParameter(
                "from",
                {"type": "string", "format": "date"},
                description="From this day on, in the zone of the brand: what held or was done then.",
            ),
            OpenApiParameter("to", {"type": "string", "format": "date"}, description="Until this day."),
            OpenApiParameter("cursor", str, description="Where the part begins: from `next`."),
        ],
    )
    def get(self, request: Request) -> Response:
        """A part of the evidence: up to 12 posts with their rights, codes, flights and warnings."""
        brand, query = self.request.brand, request.query_params
        refuse_unknown(query, (*_SUBJECTS, *_ASKED))
        asked = {name: query[name] for name in _ASKED if name in query}
        form = PeriodForm({_ASKED[name]: text for name, text in asked.items()})
        read_form(form, asked, **{field: name for name, field in _ASKED.items()})
        period = form.period()
        post, campaign = self._subject(Post, "post"), self._subject(Campaign, "campaign")
        if post is not None and campaign is not None:
            raise ValidationError({"?campaign": ["Say either the post or the campaign."]})
        posts = (
            Post.objects.for_brand(brand).filter(pk=post.pk)
            if post is not None
            else posts_with_evidence(brand, period, campaign)
        )
        after = form.cleaned_data["after"]
        pack = evidence_pack(
            brand, posts, now=self.request.now, period=period, campaign=campaign, after=after
        )
        telling = _Telling(pack, self.request.allowed, self.brand_context)
        return Response(
            {
                "results": [telling.chapter(chapter) for chapter in pack.chapters],
                "next": next_page(self.request, str(pack.after) if pack.after else ""),
                "count": min(pack.posts, COUNTED),
                "count_is_bound": pack.posts_are_bound,
                "cut": pack.cut,
                "made_at": as_instant(self.request.now),
                "time_zone": brand.time_zone,
            }
        )

    def _subject(self, model: Any, name: str) -> Any:
        """The row that the parameter names, None without it. Raises ValidationError and NotFound."""
        text = self.request.query_params.get(name)
        if text is None:
            return None
        try:
            pk = serializers.UUIDField().run_validation(text)
        except ValidationError as error:
            raise ValidationError({f"?{name}": error.detail}) from None
        row = model.objects.for_brand(self.request.brand).filter(pk=pk).first()
        if row is None:
            raise NotFound(f"There is no such {name} in this brand.")
        return row


class _Telling:
    """A pack as JSON, for a caller with these leaves."""

    def __init__(self, pack: Pack, allowed: frozenset[Action], context: Row) -> None:
        self._pack = pack
        self._contacts = Action.READ_CONTACTS in allowed
        self._right = RightAnswer(context=context)
        self._attachment = AttachmentAnswer(context=context)

    def chapter(self, chapter: Chapter) -> Row:
        post = chapter.post
        return {
            "post": {
                "id": str(post.pk),
                "title": post.title,
                "url": post.url,
                "tiktok_post_id": post.tiktok_post_id,
                "creator": str(post.creator_id),
                "handle": post.creator.handle,
                "brief": _id(post.brief_id),
                "brief_title": post.brief.title if post.brief else "",
                "posted_at": _at(post.posted_at),
                "method": post.method,
                "unavailable_from": _at(post.unavailable_from),
            },
            "deeds": self._deeds(chapter.deeds),
            "attachments": self._files(chapter.attachments),
            "rights": [self._of_right(facts) for facts in chapter.rights],
            "codes": [self._of_code(facts) for facts in chapter.codes],
            "flights": [self._of_flight(facts) for facts in chapter.flights],
            "warnings": [_warning(warned) for warned in chapter.warnings],
        }

    def _of_right(self, facts: RightFacts) -> Row:
        line = facts.line
        return {
            "right": self._right.to_representation(line.right),
            "level": line.level,
            "counts": line.counts,
            "allows_paid": line.paid,
            "approved_by_name": _name(line.right.approved_by),
            "attachments": self._files(facts.attachments),
            "deeds": self._deeds(facts.deeds),
        }

    def _of_code(self, facts: CodeFacts) -> Row:
        code = facts.code
        return {
            "id": str(code.pk),
            "ending": code.ending,
            "status": facts.status.value,
            "starts_at": as_instant(code.starts_at),
            "start_assumed": code.start_assumed,
            "window_days": code.window_days,
            "ends_at": as_instant(facts.ends_at),
            "end_source": code.end_source,
            "rejected_error": code.rejected_error,
            "attachments": self._files(facts.attachments),
            "deeds": self._deeds(facts.deeds),
        }

    def _of_flight(self, facts: FlightFacts) -> Row:
        flight = facts.flight
        return {
            "id": str(flight.pk),
            "campaign": str(flight.campaign_id),
            "campaign_name": flight.campaign.name,
            "ad_account": _id(flight.ad_account_id),
            "ad_account_name": flight.ad_account.name if flight.ad_account else "",
            "state": facts.status.value,
            "starts_on": flight.starts_on,
            "ends_on": flight.ends_on,
            "launched_at": _at(flight.launched_at),
            "paused_at": _at(flight.paused_at),
            "ended_at": _at(flight.ended_at),
            "buyer_name": _name(flight.buyer),
            "run_anyway_reason": flight.run_anyway_reason,
            "run_anyway_by_name": person(flight.run_anyway_by) if flight.run_anyway_at else "",
            "run_anyway_at": _at(flight.run_anyway_at),
            "run_anyway_earlier": [
                {
                    "at": as_instant(entry.at),
                    "reason": reason_then(entry),
                    "approved_by": approver_then(entry, self._pack),
                }
                for entry in facts.earlier
            ],
            "deeds": self._deeds(facts.deeds),
        }

    def _deeds(self, entries: Sequence[AuditEntry]) -> list[Row]:
        return [
            {
                "at": as_instant(entry.at),
                "action": entry.action,
                "what": deed(entry, self._pack),
                "by": who(entry, self._pack.names, contacts=self._contacts),
            }
            for entry in entries
        ]

    def _files(self, attachments: Sequence[Attachment]) -> list[Row]:
        answer: Answer = self._attachment
        return [answer.to_representation(row) for row in attachments]


def _warning(warned: Warned) -> Row:
    alert = warned.alert
    return {
        "id": str(alert.pk),
        "kind": alert.kind,
        "subject_id": str(alert.subject_id),
        "lapses_at": as_instant(alert.lapses_at),
        "step": alert.step,
        "raised_at": as_instant(alert.raised_at),
        "acknowledged_at": _at(alert.acknowledged_at),
        "acknowledged_by_name": person(alert.acknowledged_by) if alert.acknowledged_at else "",
        "told": [
            {
                "to": message.to,
                "form": message.form,
                "state": message.delivery and message.delivery.state,
                "finished_at": _at(message.delivery.finished_at) if message.delivery else None,
            }
            for message in messages_of(warned)
        ],
    }


def _at(instant: datetime | None) -> str | None:
    return None if instant is None else as_instant(instant)


def _id(pk: UUID | None) -> str | None:
    return None if pk is None else str(pk)


def _name(user: User | None) -> str:
    return "" if user is None else person(user)


urlpatterns = [path("evidence", Evidence.as_view(), name="api-evidence")]
