"""A campaign: its name, its objective, who buys."""

from typing import Any

from django import forms
from django.db.models import Q

from brands.enums import Role
from brands.models import Brand, User
from brands.rules import POLICY, Action
from workplace.forms.careful import CarefulForm

_PLANNERS = [role.value for role in Role if Action.PLAN_FLIGHTS in POLICY[role]]


def buyers_of(brand: Brand, *, also: User | None = None) -> Any:
    """The members of ``brand`` who may plan flights, and ``also`` whoever it is now."""
    may = Q(memberships__brand=brand, memberships__role__in=_PLANNERS)
    if also is not None:
        may |= Q(pk=also.pk)
    return User.objects.filter(may).distinct().order_by("full_name", "email")


class PersonField(forms.ModelChoiceField):  # type: ignore[type-arg]  # Django's is not generic at run time
    """People by name: the whole e-mail of a colleague is not for everybody."""

    def label_from_instance(self, obj: User) -> str:
        """The name; of somebody who has not said it, the part of the e-mail before the @."""
        return obj.full_name or obj.get_short_name()


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
