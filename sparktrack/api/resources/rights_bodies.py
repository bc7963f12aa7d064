"""What can be said about rights: the five questions of the trade, and what became of a right later."""

from typing import Any

from drf_spectacular.utils import OpenApiExample, extend_schema_serializer
from rest_framework import serializers

from authorizations.enums import RightTrigger
from authorizations.windows import MAX_DAYS, Term
from creators.models import Creator
from posts.models import Brief, Post
from sparktrack.api.bodies import Body, Choice, Day, Flag, Instant, Money, Text, Whole, Words
from sparktrack.api.fields import MemberField, OwnedField

HOLDERS = ("post", "brief", "creator")
# The ways in which a contract says an end, and what they are called in ``Term``.
TERMS = {"ends_on": "ends_on", "term_days": "days", "term_months": "months", "perpetual": "perpetual"}
_MOST_MONTHS = MAX_DAYS // 30


class RightChanges(Body):
    """What a right says besides its time: owner, paid use, comments, removal, and the rest of the contract."""

    asset_owner = Text(max_length=120, allow_blank=True, required=False, help_text="Who owns the video?")
    paid_amplification = Flag(
        required=False, help_text="Is paid use approved? Without it a right covers no ad."
    )
    channels = Words(required=False, help_text="None: all. If any are named, TikTok must be among them.")
    territories = Words(required=False, help_text="None: everywhere.")
    comments_owner = Text(max_length=120, allow_blank=True, required=False, help_text="Who handles comments?")
    creator_may_remove = Flag(
        allow_null=True,
        required=False,
        help_text="May the creator remove or archive the post? null: not stated.",
    )
    fee = Money(allow_null=True, required=False, help_text="In the currency of the brand.")
    spend_cap = Money(allow_null=True, required=False)
    contract_reference = Text(max_length=120, allow_blank=True, required=False)
    granted_by = Text(
        max_length=120, allow_blank=True, required=False, help_text="Who signed for the creator."
    )
    approved_by = MemberField(allow_null=True, required=False)
    approved_at = Instant(allow_null=True, required=False, help_text="Without it: when approved_by is said.")


class _Term(Body):
    """How the contract says the end: in one way, or not at all (not stated)."""

    ends_on = Day(allow_null=True, required=False, help_text="The last day.")
    term_days = Whole(min_value=1, max_value=MAX_DAYS, allow_null=True, required=False)
    term_months = Whole(
        min_value=1, max_value=_MOST_MONTHS, allow_null=True, required=False, help_text="Calendar months."
    )
    perpetual = Flag(required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """One way."""
        said = [name for name in TERMS if attrs.get(name)]
        if len(said) > 1:
            raise serializers.ValidationError({said[1]: [f"Say the end in one way: {' or '.join(said)}."]})
        return attrs


@extend_schema_serializer(
    examples=[
        OpenApiExample(
            "Rights on a post",
            request_only=True,
            value={
                "post": "019a9f53-5e2a-7c11-a0b8-7a6b5c4d3e2f",
                "paid_amplification": True,
                "channels": ["TikTok"],
                "trigger": "fixed",
                "starts_on": "2026-11-10",
                "term_days": 90,
                "asset_owner": "Brand",
                "comments_owner": "Creator",
                "creator_may_remove": False,
                "fee": "900.00",
                "contract_reference": "NB-2026-114",
            },
        )
    ]
)
class NewRight(_Term, RightChanges):
    """A right on exactly one of post, brief and creator."""

    post = OwnedField(Post, required=False)
    brief = OwnedField(Brief, required=False)
    creator = OwnedField(Creator, required=False)
    trigger = Choice(RightTrigger, default=RightTrigger.FIXED, help_text="What starts the term.")
    starts_on = Day(
        required=False, help_text="The first day; of an event: the day it happened, empty until then."
    )
    paid_amplification = Flag(help_text="Is paid use approved? Without it a right covers no ad.")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """On one thing, for one term."""
        said = [name for name in HOLDERS if name in attrs]
        if len(said) != 1:
            raise serializers.ValidationError({"post": ["Say one of these: post, brief, creator."]})
        return super().validate(attrs)


class LongerRight(Body):
    """Agreed for longer: by days or calendar months more, until another last day, or for ever; one of them."""

    days = Whole(min_value=1, max_value=3_650, required=False, help_text="Days more.")
    months = Whole(min_value=1, max_value=120, required=False, help_text="Calendar months more.")
    ends_on = Day(required=False, help_text="The new last day.")
    perpetual = Flag(required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """One of them."""
        if sum(bool(value) for value in attrs.values()) != 1:
            raise serializers.ValidationError(
                {"days": ["Say one of these: days, months, ends_on, perpetual."]}
            )
        return attrs


class RightEnd(Body):
    """The rights end early."""

    ends_on = Day(help_text="The last day.")


@extend_schema_serializer(
    examples=[OpenApiExample("Example", {"happened_on": "2026-11-21"}, request_only=True)]
)
class RightBegan(Body):
    """What starts the term has happened."""

    happened_on = Day()


class CorrectedRight(_Term):
    """The time of a right was noted wrongly. What is left out stays; for a new term say all of it.

    ``{"ends_on": null}``: the contract does not state the end.
    """

    trigger = Choice(RightTrigger, required=False)
    starts_on = Day(allow_null=True, required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Something must be said."""
        if not attrs:
            raise serializers.ValidationError("Say what is wrong: the trigger, the start or the term.")
        return super().validate(attrs)


def term_said(values: dict[str, Any]) -> Term:
    """The term of a body with the fields of TERMS; none of them: not stated."""
    return Term(**{name: values[field] for field, name in TERMS.items() if values.get(field)})
