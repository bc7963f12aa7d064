"""What imports look like to scripts."""

from collections.abc import Mapping
from typing import Any

from drf_spectacular.utils import OpenApiExample, extend_schema_field, extend_schema_serializer
from rest_framework import serializers

from campaigns.enums import RowOutcome
from campaigns.models import ImportRun
from campaigns.progress import progress_of
from sparktrack.api.answers import Answer
from sparktrack.core.dates import DateOrder
from sparktrack.core.models import choices

KINDS = ("creators", "posts", "codes", "rights", "campaigns", "flights", "code_uses")
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


KindCounts = _counts("KindCounts", KINDS)
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
        **dict.fromkeys(("unknown_owners", "created", "updated", "outcomes"), ()),
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
    def get_unknown_owners(self, run: Any) -> Any:
        """The most frequent first, as the page asks."""
        names: Mapping[str, int] = run.unknown_names or {}
        ordered = sorted(names.items(), key=lambda item: (-item[1], item[0]))
        return [{"name": name, "rows": rows} for name, rows in ordered]

    @extend_schema_field(OutcomeCounts)
    def get_outcomes(self, run: Any) -> Any:
        """Counted for all rows of a page together."""
        return run.outcomes

    @extend_schema_field(KindCounts)
    def get_created(self, run: Any) -> Any:
        """Of the preview, or of what was written."""
        return run.created_counts or {}

    @extend_schema_field(KindCounts)
    def get_updated(self, run: Any) -> Any:
        """Of the preview, or of what was written."""
        return run.updated_counts or {}

    @extend_schema_field(ProgressAnswer(allow_null=True))
    def get_progress(self, run: ImportRun) -> Any:
        """What the worker told last."""
        told = progress_of(run) if run.state in {"reading", "applying"} else None
        return told and {"stage": told.stage, "done": told.done, "total": told.total}
