"""What a brand knows about a creator."""

from datetime import datetime
from typing import Any

from django import forms

from brands.models import Brand, User
from creators.models import Creator
from sparktrack.core.refusals import RefusedError
from sparktrack.core.zones import is_zone, zone_names
from sparktrack.tiktok.links import parse_handle
from workplace.forms.careful import CarefulForm
from workplace.forms.fields import WordsField

CONTACTS = ("email", "agent_name", "agent_email")
_PLAIN = (
    "display_name",
    *CONTACTS,
    "country",
    "language",
    "time_zone",
    "tags",
    "notes",
    "own_account",
)


class CreatorForm(CarefulForm):
    """Handle, names, whom to write to, where they are. ``values`` are those of ``creators.operations``."""

    handle = forms.CharField(label="Handle", help_text="@name, or the link of the profile.", max_length=300)
    display_name = forms.CharField(label="Name", max_length=120, required=False)
    manager = forms.ModelChoiceField(
        label="Looked after by", queryset=User.objects.none(), required=False, empty_label="Nobody yet"
    )
    email = forms.EmailField(label="E-mail", required=False)
    agent_name = forms.CharField(label="Agent", max_length=120, required=False)
    agent_email = forms.EmailField(label="Agent's e-mail", required=False)
    country = forms.CharField(
        label="Country", max_length=2, required=False, help_text="Two letters, such as US or DE."
    )
    language = forms.CharField(label="Language", max_length=16, required=False)
    time_zone = forms.CharField(
        label="Time zone",
        max_length=64,
        required=False,
        help_text="Such as Europe/Berlin. Empty: the brand's.",
        widget=forms.TextInput(attrs={"list": "zones", "autocomplete": "off"}),
    )
    tags = WordsField(label="Tags", required=False, help_text="Words with commas between them.")
    own_account = forms.BooleanField(
        label="This is the brand's own account",
        required=False,
        help_text="Its posts need no code, and rights only where they have some.",
    )
    notes = forms.CharField(
        label="Notes", required=False, widget=forms.Textarea(attrs={"rows": 4}), max_length=5000
    )

    def __init__(
        self, data: Any = None, *, brand: Brand, creator: Creator | None = None, now: datetime | None = None
    ) -> None:
        """``creator``: whose page it is; None for a new one."""
        stored = None
        if creator is not None:
            stored = {name: getattr(creator, name) for name in _PLAIN}
            stored |= {"handle": creator.handle, "manager": creator.manager_id}
        super().__init__(data, row=creator, stored=stored, now=now)
        manager = self.fields["manager"]
        assert isinstance(manager, forms.ModelChoiceField)
        manager.queryset = User.objects.filter(memberships__brand=brand).order_by("full_name", "email")

    @property
    def zones(self) -> tuple[str, ...]:
        """What can be typed as a time zone."""
        return zone_names()

    def clean_handle(self) -> str:
        """The bare handle. Raises ValidationError for a text that is none."""
        try:
            return parse_handle(self.cleaned_data["handle"])
        except RefusedError as refused:
            raise forms.ValidationError(refused.message) from refused

    def clean_country(self) -> str:
        """Two capital letters."""
        country: str = self.cleaned_data["country"].strip().upper()
        if country and not (len(country) == 2 and country.isascii() and country.isalpha()):
            raise forms.ValidationError("Two letters, such as US or DE.")
        return country

    def clean_time_zone(self) -> str:
        """A zone there is."""
        zone: str = self.cleaned_data["time_zone"]
        if zone and not is_zone(zone):
            raise forms.ValidationError(f"There is no time zone {zone}.")
        return zone
