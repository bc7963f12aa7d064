"""What a buyer says of a code that they took to Ads Manager."""

from typing import Any

from django import forms

from authorizations.models import AuthorizationCode
from brands.models import Brand
from campaigns.forms.planner import DayField


class AppliedAsReadForm(forms.Form):
    """The code, and the day on which it ends as Ads Manager shows it."""

    code = forms.ModelChoiceField(queryset=AuthorizationCode.objects.none())
    ends_on = DayField(label="Ends on, in Ads Manager")

    def __init__(self, *args: Any, brand: Brand, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["code"]
        field.queryset = AuthorizationCode.objects.for_brand(brand).select_related("post__creator")
