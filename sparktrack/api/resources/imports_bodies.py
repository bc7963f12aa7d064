"""What may be sent about imports: a sheet, how it is to be read, and what is to be done about single rows."""

from typing import Any

from drf_spectacular.utils import OpenApiExample, extend_schema_serializer
from rest_framework import serializers
from rest_framework.exceptions import ValidationError

from brands.models import Invitation
from campaigns.forms.column_words import COLUMN_WORDS
from sparktrack.api.bodies import Body, Choice, Flag, Text, Whole
from sparktrack.api.fields import MemberField, OwnedField
from sparktrack.api.resources.attachments_content import Content
from sparktrack.core.dates import DateOrder

_MOST_OWNERS = 200
_MOST_ROWS = 50_000


@extend_schema_serializer(
    examples=[
        OpenApiExample(
            "A small table",
            {
                "name": "tracker.csv",
                "content": "SGFuZGxlLExpbmsKbGVuYS5wYXdzLGh0dHBzOi8vd3d3LnRpa3Rvay5jb20v",
            },
            request_only=True,
        )
    ]
)
class NewImport(Body):
    """A sheet of up to 50 MB: Excel, OpenDocument, CSV or TSV. What it is, its content says."""

    name = Text(max_length=255, help_text="Of the file.")
    content = Content(help_text="The file in base64.")
    sheet = Text(
        max_length=120, required=False, trim_whitespace=False, help_text="Of a workbook; else the likeliest."
    )


class OwnerBody(Body):
    """Whom a name in the sheet means: somebody in the brand, or somebody who is invited."""

    name = Text(max_length=254)
    user = MemberField(required=False)
    invitation = OwnedField(Invitation, required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Raises ValidationError for neither and for both."""
        if ("user" in attrs) == ("invitation" in attrs):
            raise ValidationError("Say either the user or the invitation.")
        return attrs


@extend_schema_serializer(
    examples=[
        OpenApiExample(
            "What could not be guessed",
            {
                "columns": {"Agency": "", "Good for": "window_days"},
                "date_order": "dmy",
                "owners": [{"name": "Jo W.", "user": "019aa1e0-4c70-7a41-8c0e-7d1f4b1f2a91"}],
            },
            request_only=True,
        )
    ]
)
class PreviewBody(Body):
    """How the sheet is to be read; what is not said stays as it was said before, else as it was guessed."""

    sheet = Text(
        max_length=120, required=False, trim_whitespace=False, help_text="Another one of the workbook."
    )
    heading = Whole(
        min_value=0,
        max_value=999,
        required=False,
        help_text="Where no header was found: which of first_rows it is, from 0.",
    )
    columns = serializers.DictField(
        child=Choice(COLUMN_WORDS, allow_blank=True),
        required=False,
        help_text="Header → meaning; empty: to the notes of the posts.",
    )
    date_order = Choice(DateOrder, required=False)
    owners = OwnerBody(many=True, required=False, max_length=_MOST_OWNERS)  # type: ignore[call-arg]


@extend_schema_serializer(
    examples=[
        OpenApiExample(
            "But for two rows, as it is on file",
            {"attempt": 1, "skip_errors": True, "take": [14, 31]},
            request_only=True,
        )
    ]
)
class ApplyBody(Body):
    """What is to be done about single rows. In a conflict what is on file stays, unless the row is in ``take``."""

    attempt = Whole(
        min_value=0,
        max_value=10**6,
        required=False,
        help_text="Refused if there is a newer preview than this.",
    )
    skip_errors = Flag(default=False, help_text="Leave out rows that have errors; else nothing is imported.")
    take = serializers.ListField(
        child=Whole(min_value=1, max_value=10**9),
        max_length=_MOST_ROWS,
        required=False,
        help_text="Numbers of rows with a conflict in which the sheet is right.",
    )
