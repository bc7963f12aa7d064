"""``briefs``: what creators are asked to make, and what may be claimed."""

from collections.abc import Sequence
from typing import Any

from drf_spectacular.utils import OpenApiExample, extend_schema_serializer
from rest_framework import serializers

from brands.operations.deleting import delete_rows
from brands.operations.edits import Edit
from brands.rules import Action
from posts.models import Brief
from posts.operations.briefs import MOST_USAGE_DAYS, add_briefs, edit_briefs
from sparktrack.api.addresses import addresses
from sparktrack.api.answers import Answer
from sparktrack.api.bodies import Body, Flag, Text, Whole
from sparktrack.api.many import ManyMixin
from sparktrack.api.resource import WRITES
from workplace.queries.briefs import brief_lines
from workplace.views.briefs_list import BRIEFS

_LONGEST = 10_000


@extend_schema_serializer(
    examples=[
        OpenApiExample(
            "Thirty days of paid use",
            {
                "id": "019aa1e0-3f77-7d0c-b1a5-91b6a8f2c4de",
                "title": "Harness, spring",
                "product_truth": "Clips on with one hand.",
                "claim_boundaries": "Nothing about training results.",
                "usage_days": 30,
                "usage_paid": True,
                "posts": 4,
            },
            response_only=True,
        )
    ]
)
class BriefAnswer(Answer):
    """A brief. ``usage_paid`` null: not said yet."""

    posts = serializers.IntegerField(source="line.posts", read_only=True, help_text="Made for it.")

    reads = {"posts": ()}

    class Meta:
        model = Brief
        fields = (
            "id",
            "title",
            "product_truth",
            "audience_problem",
            "claim_boundaries",
            "tone_examples",
            "usage_days",
            "usage_paid",
            "posts",
            "created_at",
        )
        read_only_fields = fields


def _text(help_text: str) -> Text:
    return Text(max_length=_LONGEST, allow_blank=True, required=False, help_text=help_text)


class BriefChanges(Body):
    """What a brief says."""

    title = Text(max_length=200, required=False)
    product_truth = _text("What is true about the product, and what one sees when using it.")
    audience_problem = _text("Whose problem it solves, in their words.")
    claim_boundaries = _text("Words that legal, TikTok or you rule out.")
    tone_examples = _text("How it should sound, and how not.")
    usage_days = Whole(
        min_value=1,
        max_value=MOST_USAGE_DAYS,
        allow_null=True,
        required=False,
        help_text="From posting on; null: as the contract says.",
    )
    usage_paid = Flag(allow_null=True, required=False, help_text="In paid ads; null: not said yet.")


@extend_schema_serializer(
    examples=[
        OpenApiExample(
            "Thirty days of paid use",
            {"title": "Harness, spring", "usage_days": 30, "usage_paid": True},
            request_only=True,
        )
    ]
)
class NewBrief(BriefChanges):
    """A brief to put on file."""

    title = Text(max_length=200)


class Briefs(ManyMixin):
    """The briefs of the brand."""

    shelf = BRIEFS
    answer = BriefAnswer
    creates = NewBrief
    changes = BriefChanges
    needs = dict.fromkeys(WRITES, Action.WRITE_POSTS)

    def loaded(self, rows: Sequence[Any], answer: Answer) -> Sequence[Any]:
        """With the number of their posts, if that was asked for; one query."""
        if "posts" in answer.fields:
            for row, line in zip(rows, brief_lines(self.request.brand, rows, self.request.now), strict=True):
                row.line = line
        return rows

    def add(self, items: Sequence[dict[str, Any]]) -> Sequence[Brief]:
        """By ``add_briefs``."""
        return add_briefs(drafts=items, **self.by)

    def edit(self, edits: Sequence[tuple[Brief, dict[str, Any]]]) -> None:
        """By ``edit_briefs``."""
        edit_briefs(edits=[Edit(row, values) for row, values in edits], **self.by)

    def remove(self, rows: Sequence[Brief]) -> None:
        """Those that no post or right needs."""
        delete_rows(Brief, rows=rows, action="brief.deleted", **self.by)


urlpatterns = addresses("briefs", Briefs, can=("get", "post", "patch", "delete"))
