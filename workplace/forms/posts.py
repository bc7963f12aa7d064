"""A post: whose it is, where it is on TikTok, what it is about, what is agreed about it."""

from collections.abc import Collection, Mapping
from datetime import date, datetime
from typing import Any

from django import forms
from django.http import QueryDict

from brands.models import Brand
from brands.rules import Action
from campaigns.forms.planner import DayField
from campaigns.phrases import LANES
from posts.enums import Method, PaymentState, UseCase
from posts.models import Brief, Post
from sparktrack.core.cells import Refusal
from sparktrack.core.days import first_instant, local_date
from sparktrack.core.models import choices
from sparktrack.core.refusals import RefusedError
from sparktrack.tiktok.links import parse_post_id
from workplace.forms.careful import CarefulForm
from workplace.forms.fields import HandleField, LinkField
from workplace.queries.posts_link import ReadLink, read_link

# What only some may read, by the leave it takes.
NEEDS = {
    "hand_off_note": Action.READ_INTERNAL_NOTES,
    "notes": Action.READ_INTERNAL_NOTES,
    "payment_state": Action.READ_FEES,
}
_METHODS = {
    Method.CODE: "A code for this post",
    Method.LINKED_ACCOUNT: "The creator’s account is linked",
    Method.ACCOUNT_LEVEL: "Authorization of the whole account",
    Method.TIKTOK_ONE: "TikTok One",
    Method.SHOP_AFFILIATE: "TikTok Shop affiliate",
}
_BLANK = [("", "Not said yet")]


def _line(label: str, length: int, *, help_text: str = "", **attrs: Any) -> forms.CharField:
    widget = forms.TextInput(attrs={"autocomplete": "off", **attrs})
    return forms.CharField(label=label, max_length=length, required=False, help_text=help_text, widget=widget)


def _text(label: str, *, rows: int = 3, help_text: str = "") -> forms.CharField:
    return forms.CharField(
        label=label,
        max_length=5000,
        required=False,
        help_text=help_text,
        widget=forms.Textarea(attrs={"rows": rows}),
    )


class PostForm(CarefulForm):
    """A new post, or one that is there (``row``): its creator stays.

    After ``is_valid()``: ``read`` is what the link says, ``known`` the creator on file (None: a new one is wanted).
    """

    link = LinkField(
        label="TikTok link",
        required=False,
        max_length=2000,
        help_text="Paste it: creator, post id and day follow. Leave it empty while the post is not live.",
        widget=forms.TextInput(
            attrs={"inputmode": "url", "autocomplete": "off", "spellcheck": "false", "autofocus": True}
        ),
    )
    handle = HandleField(
        label="Creator",
        required=False,
        max_length=300,
        widget=forms.TextInput(
            attrs={
                "list": "creators",
                "autocomplete": "off",
                "placeholder": "@handle",
                "spellcheck": "false",
            }
        ),
    )
    # The handle that was said to be a new one: another that is typed later is asked for again.
    new_creator = forms.CharField(required=False, widget=forms.HiddenInput)
    tiktok_post_id = _line("Post id", 40, inputmode="numeric", placeholder="From the link")
    posted_on = DayField(label="Posted on", required=False)
    title = _line("Title", 200, help_text="What your team calls it.")
    brief = forms.ModelChoiceField(
        label="Brief",
        queryset=Brief.objects.none(),
        required=False,
        empty_label="None",
        error_messages={"invalid_choice": "Choose a brief of this brand."},
    )
    product = _line("Product", 120)
    sku = _line("SKU", 60)
    hook_angle = _line("Hook or angle", 120)
    offer = _line("Offer", 200)
    use_case = forms.ChoiceField(label="Use case", required=False, choices=[*_BLANK, *choices(UseCase)])
    landing_page = _line("Landing page", 500, inputmode="url", placeholder="https://")
    lane = forms.ChoiceField(
        label="Lane",
        required=False,
        choices=[*_BLANK, *((lane.value, words) for lane, words in LANES.items())],
    )
    method = forms.ChoiceField(
        label="Authorized by",
        choices=[(method.value, words) for method, words in _METHODS.items()],
        initial=Method.CODE.value,
    )
    draft_due_on = DayField(label="Draft due", required=False)
    post_due_on = DayField(label="Post due", required=False)
    shipment_reference = _line("Shipment", 120, placeholder="Carrier and number")
    draft_link = forms.URLField(
        label="Draft",
        max_length=500,
        required=False,
        assume_scheme="https",
        widget=forms.URLInput(attrs={"autocomplete": "off", "placeholder": "https://"}),
        error_messages={"invalid": "This is not an address on the web."},
    )
    payment_state = forms.ChoiceField(
        label="Payment",
        choices=choices(PaymentState),
        required=False,
        initial=PaymentState.NONE.value,
    )
    caption = _text("Caption", help_text="As it was approved: a later change is noticed.")
    hand_off_note = _text("Hand-off to the buyer")
    notes = _text("Notes")

    def __init__(
        self,
        data: Any = None,
        *,
        brand: Brand,
        allowed: Collection[Action],
        row: Post | None = None,
        **kwargs: Any,
    ) -> None:
        """``brand``: whose creators and briefs can be chosen. What ``allowed`` lacks is left out."""
        self.brand = brand
        self.post = row
        self.read: ReadLink | None = None
        stored = stored_values(row, brand) if row is not None else None
        if stored is not None:
            stored = {
                name: value for name, value in stored.items() if NEEDS.get(name, Action.VIEW) in allowed
            }
        super().__init__(data, row=row, stored=stored, **kwargs)
        for name, leave in NEEDS.items():
            if leave not in allowed:
                del self.fields[name]
        if row is not None:
            del self.fields["handle"], self.fields["new_creator"]
            del self.fields["link"].widget.attrs["autofocus"]
        self.fields["brief"].queryset = Brief.objects.for_brand(brand).order_by("title")  # type: ignore[attr-defined]

    def clean_tiktok_post_id(self) -> str:
        """The id, digits only."""
        text: str = self.cleaned_data["tiktok_post_id"]
        try:
            return parse_post_id(text) if text else ""
        except Refusal as refused:
            raise forms.ValidationError(refused.message) from refused

    def clean_payment_state(self) -> str:
        """As it is said; nothing is no payment."""
        return self.cleaned_data["payment_state"] or PaymentState.NONE.value

    def clean(self) -> dict[str, Any]:
        """What the link says goes before what was typed; the creator must be known, or be said to be new."""
        values = self.cleaned_data
        if "link" in values:
            link = values.pop("link")
            typed = values.get("handle", "")
            self.read = read_link(self.brand, link, handle=typed, post=self.post)
            url = self.read.url
            values["link"] = url
            if self.post is None and "handle" in values:
                self._say_whose(self.read)
            elif self.read.is_of_somebody_else:
                self.add_error("link", self.read.whose_words)
            if "tiktok_post_id" in values:
                self._take_id(self.read, values)
        return super().clean()

    def _say_whose(self, read: ReadLink) -> None:
        """Beside the creator: nobody, two different ones, one who is not on file."""
        if read.is_of_somebody_else:
            self.add_error("handle", read.whose_words)
        elif not read.handle:
            self.add_error("handle", "Say whose post it is.")
        elif read.creator is None and self.cleaned_data.get("new_creator") != read.handle:
            self.add_error(
                "handle",
                f"@{read.handle} is not on file yet. Save again to put them on file as a new creator.",
            )
            data: QueryDict = self.data.copy()  # type: ignore[attr-defined]  # what a browser sends
            data["new_creator"] = data["handle"] = read.handle
            self.data = data

    def _take_id(self, read: ReadLink, values: dict[str, Any]) -> None:
        """The id of the link, and the day on which the post of this id was born."""
        stored = self.post.tiktok_post_id if self.post else ""
        typed, found = values["tiktok_post_id"], read.post_id
        if found and typed not in ("", stored, found):
            self.add_error("tiktok_post_id", f"The link says {found}.")
            return
        values["tiktok_post_id"] = found or typed
        old_day = self.initial.get("posted_on")
        if read.born and values.get("posted_on") in (None, old_day) and values["tiktok_post_id"] != stored:
            values["posted_on"] = local_date(read.born, self.brand.time_zone)

    def instant_of_posting(self) -> datetime | None:
        """When it was posted: the birth that its id tells, else the first instant of the day that was typed (UTC)."""
        day: date | None = self.cleaned_data.get("posted_on")
        if day is None:
            return None
        read, zone = self.read, self.brand.time_zone
        for known in (read.born if read else None, self.post.posted_at if self.post else None):
            if known is not None and local_date(known, zone) == day:
                return known
        return first_instant(day, zone)

    def details(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """Of ``values`` (``cleaned_data`` or ``changes``) those that ``edit_posts`` changes, by their names."""
        found = {
            name: value
            for name, value in values.items()
            if name not in {"link", "handle", "new_creator", "posted_on", "brief", "method"}
        }
        if "link" in values:
            found["url"] = values["link"]
        if "posted_on" in values:
            found["posted_at"] = self.instant_of_posting()
        return found

    def refuse(self, refused: RefusedError) -> None:
        """What an operation refused, beside its field."""
        field = {"url": "link", "posted_at": "posted_on"}.get(refused.field, refused.field)
        self.add_error(field if field in self.fields else None, refused.message)


def stored_values(post: Post, brand: Brand) -> dict[str, Any]:
    """What stands in a post, as the fields of the form call it."""
    names = set(PostForm.base_fields) - {"was", "link", "handle", "new_creator", "posted_on", "brief"}
    values = {name: getattr(post, name) for name in names}
    day = local_date(post.posted_at, brand.time_zone) if post.posted_at else None
    return values | {"link": post.url, "posted_on": day, "brief": post.brief_id}
