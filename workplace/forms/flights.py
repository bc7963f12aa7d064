"""A flight: which post, in which campaign, from when to when."""

from datetime import date
from typing import Any

from django import forms

from brands.models import AdAccount, Brand, User
from campaigns.ad_names import LONGEST, check_ad_name
from campaigns.forms.planner import DayField
from campaigns.models import Flight
from campaigns.operations.flights import flight_dates
from posts.models import Post
from sparktrack.core.refusals import RefusedError
from workplace.forms.careful import CarefulForm
from workplace.forms.fields import PersonField, buyers_of
from workplace.queries.flights import find_posts

# As Ads Manager offers them; any other may be typed.
CALLS_TO_ACTION = (
    "Shop now",
    "Learn more",
    "Sign up",
    "Order now",
    "Get quote",
    "Book now",
    "Contact us",
    "Download now",
    "Subscribe",
    "View now",
    "Visit store",
    "Watch now",
)


def listed(name: str, **attrs: Any) -> forms.TextInput:
    """A text that is typed or taken from the list ``name``."""
    return forms.TextInput(attrs={"list": name, "autocomplete": "off", **attrs})


class PostField(forms.CharField):
    """One post of a brand, by its link, its id, or words of title and handle."""

    brand: Brand

    def clean(self, value: Any) -> Post:
        """The post. Raises ValidationError if none or more than one may be meant."""
        text = super().clean(value)
        found = find_posts(self.brand, text)
        if not found:
            raise forms.ValidationError(
                "No post fits. Paste its TikTok link, or type its title and the handle."
            )
        if len(found) > 1:
            raise forms.ValidationError("More than one post fits. Add the handle, or paste the TikTok link.")
        return found[0]


class FlightForm(CarefulForm):
    """A new flight, or one that is there (``row``): then its post stays."""

    post = PostField(
        label="Post",
        max_length=320,
        widget=listed("posts"),
        help_text="Type title or handle, or paste the TikTok link.",
        error_messages={"required": "Say which post."},
    )
    campaign = forms.CharField(
        label="Campaign",
        max_length=120,
        widget=listed("campaigns"),
        help_text="A name that is not there yet makes a new campaign.",
        error_messages={"required": "Say in which campaign, or type a new name."},
    )
    buyer = PersonField(
        label="Buyer",
        queryset=User.objects.none(),
        required=False,
        empty_label="The campaign’s buyer",
        error_messages={"invalid_choice": "Choose somebody of this brand who plans flights."},
    )
    ad_account = forms.ModelChoiceField(
        label="Ad account",
        queryset=AdAccount.objects.none(),
        required=False,
        empty_label="Not said yet",
        error_messages={"invalid_choice": "Choose an ad account of this brand."},
    )
    starts_on = DayField(label="First day", required=False)
    ends_on = DayField(label="Last day", required=False)
    daily_spend = forms.DecimalField(
        label="Spend a day",
        max_digits=12,
        decimal_places=2,
        min_value=0,
        required=False,
        localize=False,
        widget=forms.NumberInput(attrs={"min": "0", "step": "any", "inputmode": "decimal"}),
        error_messages={"invalid": "This is not an amount. Write it as 120 or 120.50."},
    )
    call_to_action = forms.CharField(
        label="Call to action",
        max_length=60,
        required=False,
        help_text="As in Ads Manager.",
        widget=listed("calls-to-action"),
    )
    landing_page = forms.CharField(
        label="Landing page",
        max_length=500,
        required=False,
        help_text="Empty: that of the post.",
        widget=forms.TextInput(attrs={"inputmode": "url", "autocomplete": "off", "placeholder": "https://"}),
    )
    ad_name = forms.CharField(
        label="Ad name",
        max_length=LONGEST,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )

    def __init__(self, *args: Any, brand: Brand, **kwargs: Any) -> None:
        """``brand``: whose posts, people and ad accounts can be chosen."""
        self.brand = brand
        super().__init__(*args, **kwargs)
        self.fields["post"].brand = brand  # type: ignore[attr-defined]
        if isinstance(kwargs.get("row"), Flight):
            del self.fields["post"]
        buyer = (kwargs.get("stored") or {}).get("buyer")
        self.fields["buyer"].queryset = buyers_of(brand, also=buyer)  # type: ignore[attr-defined]
        accounts = AdAccount.objects.for_brand(brand).order_by("name")
        self.fields["ad_account"].queryset = accounts  # type: ignore[attr-defined]

    def clean_campaign(self) -> str:
        """The name without blanks around it and runs of blanks inside."""
        return " ".join(self.cleaned_data["campaign"].split())

    def clean_ad_name(self) -> str:
        """The name as TikTok takes it."""
        name: str = self.cleaned_data["ad_name"]
        if problems := check_ad_name(name):
            raise forms.ValidationError(problems)
        return name

    def clean(self) -> dict[str, Any]:
        """Dates that make no flight are an error beside the last day."""
        values = super().clean()
        if not {"starts_on", "ends_on", "ad_account"} & self.errors.keys():
            try:
                flight_dates(values.get("starts_on"), values.get("ends_on"), self.zone)
            except RefusedError as refused:
                self.add_error("ends_on" if values.get("ends_on") else "starts_on", refused.message)
        return values

    @property
    def zone(self) -> str:
        """The IANA zone in which its days are read: that of the chosen ad account, else the brand's."""
        account = (
            getattr(self, "cleaned_data", {}).get("ad_account") if self.is_bound else self._account_at_first()
        )
        return self.brand.zone_of(account)

    def _account_at_first(self) -> AdAccount | None:
        account = self.initial.get("ad_account")
        if account is None or isinstance(account, AdAccount):
            return account
        return AdAccount.objects.for_brand(self.brand).filter(pk=account).first()

    def days(self) -> tuple[date | None, date | None]:
        """First and last day as far as they can be read. Call it after ``is_valid()``."""
        return self.cleaned_data.get("starts_on"), self.cleaned_data.get("ends_on")
