"""Fields that several forms have: words, handles, links, people, times of day."""

from typing import Any

from django import forms
from django.db.models import Q

from brands.enums import Role
from brands.models import Brand, User
from brands.rules import POLICY, Action
from sparktrack.core.cells import Refusal
from sparktrack.tiktok.links import parse_handle
from workplace.queries.posts_link import link_in

_PLANNERS = [role.value for role in Role if Action.PLAN_FLIGHTS in POLICY[role]]


class WordsField(forms.CharField):
    """Words separated by commas, as a list without empty ones and repeats."""

    def prepare_value(self, value: Any) -> Any:
        """A list as people type it."""
        return ", ".join(value) if isinstance(value, list) else value

    def clean(self, value: Any) -> Any:
        """The list."""
        words = (word.strip() for word in super().clean(value).split(","))
        return list(dict.fromkeys(word for word in words if word))


class HandleField(forms.CharField):
    """A handle as people type it; empty if none was."""

    def clean(self, value: Any) -> str:
        """The bare handle. Raises ValidationError for a text that is none."""
        text = super().clean(value)
        try:
            return parse_handle(text) if text else ""
        except Refusal as refused:
            raise forms.ValidationError(refused.message) from refused


class LinkField(forms.CharField):
    """A pasted link to a TikTok post, also with words around it; empty while the post is not live."""

    def clean(self, value: Any) -> Any:
        """A PostLink or None. Raises ValidationError for what leads elsewhere."""
        text = super().clean(value)
        try:
            return link_in(text)
        except Refusal as refused:
            raise forms.ValidationError(refused.message) from refused


class TimeField(forms.TimeField):
    """A time of day as browsers send it."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            input_formats=["%H:%M", "%H:%M:%S"],
            widget=forms.TimeInput(format="%H:%M", attrs={"type": "time"}),
            error_messages={"invalid": "This is not a time. Write it as 18:30."},
            **kwargs,
        )


class PersonField(forms.ModelChoiceField):  # type: ignore[type-arg]  # Django's is not generic at run time
    """People by name: the whole e-mail of a colleague is not for everybody."""

    def label_from_instance(self, obj: User) -> str:
        """The name; of somebody who has not said it, the part of the e-mail before the @."""
        return obj.full_name or obj.get_short_name()


def buyers_of(brand: Brand, *, also: User | None = None) -> Any:
    """The members of ``brand`` who may plan flights, and ``also`` whoever it is now."""
    may = Q(memberships__brand=brand, memberships__role__in=_PLANNERS)
    if also is not None:
        may |= Q(pk=also.pk)
    return User.objects.filter(may).distinct().order_by("full_name", "email")
