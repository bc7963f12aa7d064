"""A campaign: its name, its objective, who buys."""

from typing import Any

from django import forms

from brands.models import Brand, User
from workplace.forms.careful import CarefulForm
from workplace.forms.fields import PersonField, buyers_of


class CampaignForm(CarefulForm):
    """A new campaign, or one that is there."""

    name = forms.CharField(
        label="Name",
        max_length=120,
        error_messages={"required": "Give it a name."},
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    objective = forms.CharField(
        label="Objective",
        max_length=120,
        required=False,
        help_text="As in Ads Manager: Conversions, Traffic …",
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    buyer = PersonField(
        label="Buyer",
        queryset=User.objects.none(),
        required=False,
        empty_label="Nobody yet",
        help_text="Hears of flights that have no buyer of their own.",
        error_messages={"invalid_choice": "Choose somebody of this brand who plans flights."},
    )

    def __init__(self, *args: Any, brand: Brand, **kwargs: Any) -> None:
        """``brand``: whose people can be chosen."""
        super().__init__(*args, **kwargs)
        buyer = (kwargs.get("stored") or {}).get("buyer")
        self.fields["buyer"].queryset = buyers_of(brand, also=buyer)  # type: ignore[attr-defined]
