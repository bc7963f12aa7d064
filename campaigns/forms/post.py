"""What can be said on the post page: a code was applied, a flight runs anyway."""

from collections.abc import Sequence
from typing import Any

from django import forms

from brands.models import AdAccount, Brand, User

NO_SUCH_ACCOUNT = "Choose an ad account of this brand."


class AppliedForm(forms.Form):
    """The ad account a code was taken to; empty: nobody says which."""

    ad_account = forms.ModelChoiceField(queryset=AdAccount.objects.none(), required=False)

    def __init__(self, *args: Any, brand: Brand, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["ad_account"]
        field.queryset = AdAccount.objects.for_brand(brand)


class RunAnywayForm(forms.Form):
    """Why a flight runs in spite of what it lacks, and who says so."""

    reason = forms.CharField(
        label="Why may it run?",
        help_text="Everybody who can open this page reads it.",
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3, "maxlength": 500}),
        error_messages={"required": "Say why it may run anyway."},
    )
    approver = forms.ChoiceField(
        label="Approved by",
        error_messages={
            "required": "Say who approved it.",
            "invalid_choice": "Choose a manager or admin of this brand.",
        },
    )

    def __init__(self, *args: Any, approvers: Sequence[User], **kwargs: Any) -> None:
        """``approvers``: the members whose role lets them take that responsibility."""
        super().__init__(*args, **kwargs)
        self._approvers = {str(user.pk): user for user in approvers}
        field: Any = self.fields["approver"]
        field.choices = [(pk, str(user)) for pk, user in self._approvers.items()]

    def clean_approver(self) -> User:
        """The person behind the choice."""
        return self._approvers[self.cleaned_data["approver"]]
