"""What imports look like to scripts: what is answered, and what may be sent."""

from collections.abc import Mapping
from typing import Any

from drf_spectacular.utils import OpenApiExample, extend_schema_field, extend_schema_serializer
from rest_framework import serializers
from rest_framework.exceptions import ValidationError

from brands.models import Invitation
from campaigns.enums import RowOutcome
from campaigns.forms.column_words import COLUMN_WORDS
from campaigns.models import ImportRun
from campaigns.progress import progress_of
from sparktrack.api.answers import Answer
from sparktrack.api.bodies import Body, Choice, Flag, Text, Whole
from sparktrack.api.fields import MemberField, OwnedField
from sparktrack.api.resources.attachments import Content
from sparktrack.core.dates import DateOrder
from sparktrack.core.models import choices

_MOST_OWNERS = 200
_MOST_ROWS = 50_000
_KINDS = ("creators", "posts", "codes", "rights", "campaigns", "flights", "code_uses")
_DATE_ORDER = serializers.ChoiceField(choices(DateOrder), allow_null=True)


class ColumnAnswer(serializers.Serializer[Any]):
    """A column of the sheet. ``meaning``: what was said, else guessed; empty: it goes to the notes of the posts."""

    header = serializers.CharField()
    meaning = serializers.CharField()
    remembered = serializers.BooleanField(help_text="Somebody of this brand said so for an earlier sheet.")
    samples = serializers.ListField(child=serializers.CharField())


class DateQuestionAnswer(serializers.Serializer[Any]):
    """A date that can be read in two ways: say ``date_order``."""

    row = serializers.IntegerField()
    column = serializers.CharField()
    text = serializers.CharField()
    readings = serializers.DictField(child=serializers.CharField(), help_text="Order → day.")


class UnknownOwnerAnswer(serializers.Serializer[Any]):
    """A name in the sheet that is nobody's here: say whose it is in ``owners``, or leave the buyer open."""

    name = serializers.CharField()
    rows = serializers.IntegerField()


class ProgressAnswer(serializers.Serializer[Any]):
    """How far a worker is with one stage of the work."""

    stage = serializers.CharField()
    done = serializers.IntegerField()
    total = serializers.IntegerField()


def _counts(name: str, kinds: tuple[str, ...]) -> Any:
    return type(
        name,
        (serializers.Serializer,),
        {"__doc__": "How many.", **{kind: serializers.IntegerField(required=False) for kind in kinds}},
    )


KindCounts = _counts("KindCounts", _KINDS)
OutcomeCounts = _counts("OutcomeCounts", tuple(outcome.value for outcome in RowOutcome))

_EXAMPLE = {
    "id": "019b0f6e-7c1a-7000-8000-000000001001",
    "file_name": "tracker.csv",
    "state": "previewed",
    "attempt": 1,
    "problem": "",
    "columns": [
        {"header": "Creator handle", "meaning": "handle", "remembered": False, "samples": ["lena.paws"]},
        {"header": "Agency", "meaning": "", "remembered": False, "samples": ["Blue"]},
    ],
    "date_question": None,
    "unknown_owners": [{"name": "Jo W.", "rows": 12}],
    "outcomes": {"create": 72, "update": 3, "unchanged": 0, "conflict": 1, "error": 2, "skipped": 4},
}


@extend_schema_serializer(examples=[OpenApiExample("A preview, in part", _EXAMPLE, response_only=True)])
class ImportAnswer(Answer):
    """A sheet and what came of it. It is worked on while ``state`` is ``reading`` or ``applying``: ask again.

    ``uploaded``: say what the columns mean (``preview``). ``previewed``: look at its rows, then ``apply``.
    """

    kept = serializers.SerializerMethodField(help_text="Whether the sheet is still there: 30 days at most.")
    sheets = serializers.SerializerMethodField(help_text="Of a workbook.")
    looked_at = serializers.SerializerMethodField(
        help_text="The sheet of the columns; null for a text table."
    )
    header_row = serializers.SerializerMethodField(help_text="null: say which of first_rows is the heading.")
    first_rows = serializers.SerializerMethodField(help_text="Only without a header.")
    columns = serializers.SerializerMethodField()
    date_order = serializers.SerializerMethodField(help_text="What was said, else what the dates show.")
    date_question = serializers.SerializerMethodField()
    unknown_owners = serializers.SerializerMethodField(help_text="Of the preview.")
    outcomes = serializers.SerializerMethodField(help_text="Rows of the preview.")
    created = serializers.SerializerMethodField(help_text="Things that are new, by kind.")
    updated = serializers.SerializerMethodField(help_text="Things that change, by kind.")
    progress = serializers.SerializerMethodField(help_text="While it is worked on.")

    reads = {
        "kept": ("kept_bytes",),
        **dict.fromkeys(("sheets", "looked_at", "header_row", "first_rows", "date_question"), ("look",)),
        **dict.fromkeys(("columns", "date_order"), ("look", "wishes")),
        **dict.fromkeys(("unknown_owners", "created", "updated"), ("report",)),
        "outcomes": (),
        "progress": ("attempt", "state"),
    }

    class Meta:
        model = ImportRun
        fields = (
            "id",
            "file_name",
            "sheet",
            "sha256",
            "state",
            "attempt",
            "problem",
            "kept",
            "sheets",
            "looked_at",
            "header_row",
            "first_rows",
            "columns",
            "date_order",
            "date_question",
            "unknown_owners",
            "outcomes",
            "created",
            "updated",
            "progress",
            "by",
            "created_at",
            "asked_at",
            "ended_at",
            "undone_at",
            "undone_by",
        )
        read_only_fields = fields

    def get_kept(self, run: ImportRun) -> bool:
        """Whether there is a size of it."""
        return run.kept_bytes is not None

    @extend_schema_field(serializers.ListField(child=serializers.CharField()))
    def get_sheets(self, run: ImportRun) -> Any:
        """Their names."""
        return run.look.get("sheets", [])

    @extend_schema_field(serializers.CharField(allow_null=True))
    def get_looked_at(self, run: ImportRun) -> Any:
        """The name of the sheet."""
        return run.look.get("sheet")

    @extend_schema_field(serializers.IntegerField(allow_null=True))
    def get_header_row(self, run: ImportRun) -> Any:
        """The number of the row with the headings."""
        return run.look.get("header_row")

    @extend_schema_field(serializers.ListField(child=serializers.ListField(child=serializers.CharField())))
    def get_first_rows(self, run: ImportRun) -> Any:
        """The texts of the first rows; codes are masked."""
        return run.look.get("first_rows", [])

    @extend_schema_field(ColumnAnswer(many=True))
    def get_columns(self, run: ImportRun) -> Any:
        """In the order of the sheet; codes in the samples are masked."""
        said: Mapping[str, str] = run.wishes.get("columns", {})
        return [
            {
                "header": column["header"],
                "meaning": said.get(column["header"], column["field"]),
                "remembered": column["remembered"],
                "samples": column["samples"],
            }
            for column in run.look.get("columns", [])
        ]

    @extend_schema_field(_DATE_ORDER)
    def get_date_order(self, run: ImportRun) -> Any:
        """None: neither."""
        return run.wishes.get("date_order") or run.look.get("date_order")

    @extend_schema_field(DateQuestionAnswer(allow_null=True))
    def get_date_question(self, run: ImportRun) -> Any:
        """As it was found at the upload."""
        return run.look.get("date_question")

    @extend_schema_field(UnknownOwnerAnswer(many=True))
    def get_unknown_owners(self, run: ImportRun) -> Any:
        """The most frequent first, as the page asks."""
        names: Mapping[str, int] = run.report.get("unknown_owners") or {}
        ordered = sorted(names.items(), key=lambda item: (-item[1], item[0]))
        return [{"name": name, "rows": rows} for name, rows in ordered]

    @extend_schema_field(OutcomeCounts)
    def get_outcomes(self, run: Any) -> Any:
        """Counted for all rows of a page together."""
        return run.outcomes

    @extend_schema_field(KindCounts)
    def get_created(self, run: ImportRun) -> Any:
        """Of the preview, or of what was written."""
        return run.report.get("created", {})

    @extend_schema_field(KindCounts)
    def get_updated(self, run: ImportRun) -> Any:
        """Of the preview, or of what was written."""
        return run.report.get("updated", {})

    @extend_schema_field(ProgressAnswer(allow_null=True))
    def get_progress(self, run: ImportRun) -> Any:
        """What the worker told last."""
        told = progress_of(run) if run.state in {"reading", "applying"} else None
        return told and {"stage": told.stage, "done": told.done, "total": told.total}


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


@extend_schema_field({})
class Anything(serializers.ReadOnlyField):
    """A value of whatever type its field has."""


class ChangeAnswer(serializers.Serializer[Any]):
    """A field of something on file, before and after."""

    field = serializers.CharField()
    before = Anything()
    after = Anything()


class EffectAnswer(serializers.Serializer[Any]):
    """What happens to one thing."""

    kind = serializers.ChoiceField([(kind, kind) for kind in _KINDS])
    effect = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]
    changes = ChangeAnswer(many=True)


class MessageAnswer(serializers.Serializer[Any]):
    """What is the matter with a cell, or with the whole row (no column)."""

    column = serializers.CharField(allow_null=True)
    code = serializers.CharField()
    message = serializers.CharField()
    error = serializers.BooleanField()


class SideAnswer(serializers.Serializer[Any]):
    """What one side of a conflict says; on file, also who said so, and when it was looked up."""

    at = serializers.DateTimeField(allow_null=True)
    source = serializers.CharField(required=False, allow_null=True)  # type: ignore[assignment]
    checked_at = serializers.DateTimeField(required=False, allow_null=True)


class ConflictAnswer(serializers.Serializer[Any]):
    """An end or a revocation that the sheet says otherwise than a better source."""

    kind = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]
    on_file = SideAnswer()
    in_sheet = SideAnswer()


class RowAnswer(serializers.Serializer[Any]):
    """A row of the sheet, and what becomes of it. Codes are masked."""

    number = serializers.IntegerField(help_text="As a spreadsheet program counts.")
    outcome = serializers.ChoiceField(choices(RowOutcome))
    cells = serializers.ListField(child=serializers.CharField(), help_text="In the order of the header.")
    effects = EffectAnswer(many=True)
    messages = MessageAnswer(many=True)
    conflicts = ConflictAnswer(many=True)


@extend_schema_serializer(
    examples=[
        OpenApiExample(
            "A row with an error",
            {
                "header": ["Creator handle", "Post link", "Spark code"],
                "results": [
                    {
                        "number": 14,
                        "outcome": "error",
                        "cells": ["lena.paws", "no link", "…k2Y="],
                        "effects": [],
                        "messages": [
                            {
                                "column": "Post link",
                                "code": "bad_url",
                                "message": "This is no link to a TikTok post.",
                                "error": True,
                            }
                        ],
                        "conflicts": [],
                    }
                ],
                "next": None,
            },
            response_only=True,
        )
    ]
)
class RowsAnswer(serializers.Serializer[Any]):
    """A page of the rows of a preview."""

    header = serializers.ListField(child=serializers.CharField())
    results = RowAnswer(many=True)
    next = serializers.URLField(allow_null=True, help_text="The next page; null on the last.")
