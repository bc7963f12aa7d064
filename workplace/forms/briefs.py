"""A brief: what the creator is asked to make, what may be claimed, how the brand wants to use it."""

from typing import Any

from django import forms

from posts.models import Brief
from workplace.forms.careful import CarefulForm

_FIELDS = (
    "title",
    "product_truth",
    "audience_problem",
    "claim_boundaries",
    "tone_examples",
    "usage_days",
    "usage_paid",
)


def _text(label: str, help_text: str) -> forms.CharField:
    return forms.CharField(
        label=label,
        required=False,
        max_length=10_000,
        help_text=help_text,
        widget=forms.Textarea(attrs={"rows": 4}),
    )


class BriefForm(CarefulForm):
    """A new brief, or one that is there."""

    title = forms.CharField(
        label="Title",
        max_length=200,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        error_messages={"required": "Give it a title."},
    )
    product_truth = _text("Product truth", "What is true about the product, and what one sees when using it.")
    audience_problem = _text("Problem of the audience", "Whose problem it solves, in their words.")
    claim_boundaries = _text("What must not be claimed", "Words that legal, TikTok or you rule out.")
    tone_examples = _text("Tone", "Examples of how it should sound, and of how not.")
    usage_days = forms.IntegerField(
        label="Usage, in days",
        required=False,
        min_value=1,
        max_value=36_500,
        help_text="From posting on. Empty: as the contract says.",
        widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
    )
    usage_paid = forms.TypedChoiceField(
        label="Use in paid ads",
        required=False,
        choices=[
            ("", "Not said yet"),
            ("True", "Yes: the creator sends a code"),
            ("False", "No, organic only"),
        ],
        coerce=lambda text: text == "True",
        empty_value=None,
    )

    def __init__(self, data: Any = None, *, row: Brief | None = None, **kwargs: Any) -> None:
        """``row``: the brief that is edited."""
        stored = {name: getattr(row, name) for name in _FIELDS} if row is not None else None
        super().__init__(data, row=row, stored=stored, **kwargs)
