"""Whom the names in a sheet mean: members of the brand, or people to invite."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from django import forms

from brands.models import Invitation, Membership

_INVITE: Final = "invite"
_NOBODY: Final = ("", "Nobody: leave the buyer open")


class OwnersForm(forms.Form):
    """A select for each unknown name, and an e-mail where somebody may invite."""

    def __init__(
        self,
        *args: Any,
        names: Mapping[str, int],
        members: Sequence[Membership],
        invitations: Sequence[Invitation],
        may_invite: bool,
        **kwargs: Any,
    ) -> None:
        """``names``: as in the sheet → number of rows."""
        super().__init__(*args, **kwargs)
        self.names = list(names)
        people = [(f"user:{one.user_id}", f"{one.user.get_full_name()} ({one.role})") for one in members]
        invited = [(f"invitation:{one.pk}", f"{one.email} (invited)") for one in invitations]
        choices: list[Any] = [_NOBODY, *([("Members", people)] if people else [])]
        if invited:
            choices.append(("Invited, not here yet", invited))
        if may_invite:
            choices.append((_INVITE, "Somebody new: invite by e-mail"))
        for number, name in enumerate(self.names):
            rows = names[name]
            self.fields[f"owner-{number}"] = forms.ChoiceField(
                label=f"“{name}” in {rows:,} {'row' if rows == 1 else 'rows'}",
                choices=choices,
                required=False,
            )
            if may_invite:
                self.fields[f"email-{number}"] = forms.EmailField(
                    label=f"E-mail of “{name}”: invited as a buyer",
                    required=False,
                    widget=forms.EmailInput(attrs={"autocomplete": "off"}),
                )

    @property
    def people(self) -> list[tuple[forms.BoundField, forms.BoundField | None]]:
        """For each name the select, and the e-mail of whoever may invite."""
        return [
            (
                self[f"owner-{number}"],
                self[f"email-{number}"] if f"email-{number}" in self.fields else None,
            )
            for number in range(len(self.names))
        ]

    def clean(self) -> dict[str, Any]:
        """Raises ValidationError beside the e-mail that an invitation lacks."""
        cleaned = super().clean() or {}
        for number, name in enumerate(self.names):
            field = f"email-{number}"
            if (
                cleaned.get(f"owner-{number}") == _INVITE
                and field not in self.errors
                and not cleaned.get(field)
            ):
                self.add_error(field, f"To invite “{name}”, type their e-mail.")
        return cleaned

    def chosen(self) -> dict[str, str]:
        """Name → ``user:<id>`` or ``invitation:<id>``, those that were said. For a valid form."""
        said = {name: self.cleaned_data[f"owner-{number}"] for number, name in enumerate(self.names)}
        return {name: owner for name, owner in said.items() if owner and owner != _INVITE}

    def to_invite(self) -> dict[str, str]:
        """Name → e-mail of those to be invited. For a valid form."""
        return {
            name: self.cleaned_data[f"email-{number}"].lower()
            for number, name in enumerate(self.names)
            if self.cleaned_data[f"owner-{number}"] == _INVITE
        }
