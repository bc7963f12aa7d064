"""Settings of a brand: the brand itself, its ad accounts, what its rules count as strong."""

from collections.abc import Mapping
from typing import Any

from django import forms

from brands.forms import ZoneField
from brands.models import AdAccount, Brand
from brands.operations.brands import WINDOWS
from campaigns.ad_names import USUAL, check_template
from workplace.forms.careful import CarefulForm, refuse_nothing

# The zone whose consequences the reader has seen: only that one is stored.
LOOKED = "looked"


class BrandForm(CarefulForm):
    """Name, currency, zone, what creators are asked for, whether rights are looked at."""

    name = forms.CharField(label="Name", max_length=120)
    currency = forms.CharField(
        label="Currency",
        min_length=3,
        max_length=3,
        help_text="Three letters such as EUR. Of ad accounts that have none of their own.",
        widget=forms.TextInput(attrs={"autocomplete": "off", "size": 5}),
    )
    time_zone = ZoneField(
        label="Time zone",
        help_text="In which dates are read, unless the ad account of a flight has its own.",
    )
    window_days = forms.TypedChoiceField(
        label="Creators are asked for codes of",
        coerce=int,
        choices=[(days, f"{days} days") for days in WINDOWS],
        help_text="Unless a flight needs a longer one: then for that.",
    )
    tracks_rights = forms.BooleanField(
        label="Look at usage rights, too",
        required=False,
        help_text="Off: only codes decide. Ads that run without permission are then not shown.",
    )

    def __init__(self, *args: Any, brand: Brand, **kwargs: Any) -> None:
        """``brand`` as it is now."""
        stored = {name: getattr(brand, name) for name in self.base_fields if name != "was"}
        kwargs.setdefault("label_suffix", "")
        super().__init__(*args, row=brand, stored=stored, **kwargs)

    def clean_currency(self) -> str:
        """Upper-case letters."""
        return str(self.cleaned_data["currency"]).upper()


class RulesForm(CarefulForm):
    """What ads are called, and from which numbers on an organic post is worth paying for."""

    ad_name_template = forms.CharField(
        label="Ad names",
        required=False,
        max_length=300,
        help_text=f"Words between braces are filled in for each flight. Empty: {USUAL}",
        widget=forms.TextInput(attrs={"class": "mono", "autocomplete": "off", "spellcheck": "false"}),
    )
    strong_views = forms.IntegerField(
        label="At least so many views",
        required=False,
        min_value=0,
        max_value=2**31 - 1,
        help_text="Empty: however many.",
    )
    strong_engagement = forms.DecimalField(
        label="At least this engagement, in % of the views",
        required=False,
        min_value=0,
        max_value=100,
        max_digits=5,
        decimal_places=2,
        help_text="Likes, comments, shares and saves together. Empty: whatever it is.",
    )

    def __init__(self, *args: Any, brand: Brand, **kwargs: Any) -> None:
        """``brand`` as it is now."""
        stored = {name: getattr(brand, name) for name in self.base_fields if name != "was"}
        kwargs.setdefault("label_suffix", "")
        super().__init__(*args, row=brand, stored=stored, **kwargs)

    def clean(self) -> dict[str, Any]:
        """Raises ValidationError for a form without any field: that would be everything taken away."""
        cleaned = super().clean()
        refuse_nothing(self)
        return cleaned

    def clean_ad_name_template(self) -> str:
        """Raises ValidationError for each fault that a name would have."""
        template = " ".join(str(self.cleaned_data["ad_name_template"]).split())
        if problems := check_template(template):
            raise forms.ValidationError(problems)
        return template


class AdAccountForm(CarefulForm):
    """An ad account; without a zone or currency it has the brand's."""

    name = forms.CharField(label="Name", max_length=120, help_text="As you call it, such as Northbeam US.")
    advertiser_id = forms.CharField(
        label="Advertiser id",
        max_length=32,
        required=False,
        help_text="The long number in Ads Manager, above right.",
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )
    time_zone = ZoneField(label="Time zone", required=False)
    currency = forms.CharField(
        label="Currency",
        min_length=3,
        max_length=3,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off", "size": 5}),
    )

    def __init__(self, *args: Any, brand: Brand, account: AdAccount | None = None, **kwargs: Any) -> None:
        """``account`` as it is now; None: a new one."""
        stored: Mapping[str, Any] | None = None
        if account is not None:
            stored = {name: getattr(account, name) for name in self.base_fields if name != "was"}
        kwargs.setdefault("label_suffix", "")
        super().__init__(*args, row=account, stored=stored, **kwargs)
        self.fields["time_zone"].help_text = f"That of Ads Manager. Empty: {brand.time_zone}, as the brand."
        self.fields["currency"].help_text = f"Three letters. Empty: {brand.currency}, as the brand."

    def clean_currency(self) -> str:
        """Upper-case letters, or nothing."""
        return str(self.cleaned_data["currency"]).upper()
