"""A post that is redone: what it is called, where it is, which rights and flights go with it."""

from collections.abc import Callable
from typing import Any

from django import forms

from authorizations.models import UsageRight
from campaigns.models import Flight
from workplace.forms.fields import LinkField
from workplace.queries.posts_redo import RedoDesk


class _Several(forms.ModelMultipleChoiceField):  # type: ignore[type-arg]  # Django's is not generic at run time
    """Rows, each ticked on its own and said in words."""

    say: Callable[[Any], str]

    def label_from_instance(self, obj: Any) -> str:
        """The row in words."""
        return self.say(obj)


class RedoForm(forms.Form):
    """Nothing is ticked at first: that rights hold for a changed creative must be agreed."""

    title = forms.CharField(label="Title", max_length=200, required=False, help_text="Of the new creative.")
    link = LinkField(
        label="TikTok link",
        required=False,
        max_length=2000,
        help_text="If the new one is live already.",
        widget=forms.TextInput(attrs={"inputmode": "url", "autocomplete": "off", "spellcheck": "false"}),
    )
    rights = _Several(
        label="Rights to copy",
        queryset=UsageRight.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="Tick those that the contract gives for the changed video, too.",
        error_messages={"invalid_choice": "These rights are not those of this post any more."},
    )
    flights = _Several(
        label="Flights to move",
        queryset=Flight.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="Not launched yet. They keep their dates, campaign and spend.",
        error_messages={
            "invalid_choice": "One of these flights was launched or moved meanwhile: choose again."
        },
    )

    def __init__(
        self,
        data: Any = None,
        *,
        desk: RedoDesk,
        say_right: Callable[[UsageRight], str],
        say_flight: Callable[[Flight], str],
    ) -> None:
        """``say_…``: rights and flights in words."""
        super().__init__(data, initial={"title": desk.post.title}, label_suffix="")
        self._desk = desk
        for name, rows, say in (("rights", desk.rights, say_right), ("flights", desk.flights, say_flight)):
            field: Any = self.fields[name]
            field.say = say
            if rows:
                field.queryset = (
                    type(rows[0])._default_manager.filter(pk__in=[row.pk for row in rows]).order_by("pk")
                )
            elif data is None or not data.getlist(name):
                del self.fields[name]

    def clean_link(self) -> Any:
        """A post of the same creator, and another one. Raises ValidationError."""
        link, post = self.cleaned_data["link"], self._desk.post
        if link is None:
            return None
        if link.handle and link.handle not in {post.creator.handle, *post.creator.former_handles}:
            raise forms.ValidationError(f"The link is of @{link.handle}, not of @{post.creator.handle}.")
        if link.post_id and link.post_id == post.tiktok_post_id:
            raise forms.ValidationError("This is the link of the old post.")
        return link
