"""What a list of alerts can be narrowed by, from the URL."""

from collections.abc import Sequence
from typing import Any

from django import forms

from alerts.enums import AlertKind, AlertState
from alerts.queries.alerts import Choice, Cursor
from brands.models import Brand, User
from sparktrack.core.models import choices
from sparktrack.core.refusals import RefusedError

# What a form did, said once on the page that it leads back to (views.acting).
DID = "did"

_MINE = "mine"


class AlertFilter(forms.Form):
    """``state`` (open if nothing is said), ``whose`` (mine, else all), ``kind``, ``post``, and the place ``after``."""

    state = forms.ChoiceField(choices=choices(AlertState), required=False)
    whose = forms.ChoiceField(choices=[(_MINE, "Mine"), ("all", "All")], required=False)
    kind = forms.ChoiceField(choices=choices(AlertKind), required=False)
    post = forms.UUIDField(required=False)
    after = forms.CharField(max_length=80, required=False)

    def clean_after(self) -> Cursor | None:
        """The place. Raises ValidationError for one that no page gave out."""
        text = self.cleaned_data["after"]
        try:
            return Cursor.parse(text) if text else None
        except RefusedError as error:
            raise forms.ValidationError(error.message) from error

    def clean(self) -> dict[str, Any]:
        """Raises ValidationError for a filter that there is not: else it would silently show everything."""
        cleaned = super().clean() or {}
        known = {*self.fields, DID}
        if unknown := sorted(name for name in self.data if name not in known):
            raise forms.ValidationError(f"There is no filter called {unknown[0]}.")
        return cleaned

    @property
    def shown(self) -> AlertState:
        """The state that is shown."""
        return AlertState(self.cleaned_data.get("state") or AlertState.OPEN)

    def choice(self, brands: Sequence[Brand], user: User) -> Choice:
        """What is asked for, among these brands."""
        values = self.cleaned_data
        return Choice(
            brands=brands,
            state=self.shown,
            mine=user if values["whose"] == _MINE else None,
            kind=AlertKind(values["kind"]) if values["kind"] else None,
            post=values["post"],
        )

    @property
    def narrowed(self) -> bool:
        """Whether only some alerts of a state and person are asked for."""
        values = self.cleaned_data
        return bool(values["kind"] or values["post"] or values["after"])

    @property
    def problem(self) -> str:
        """The first thing that is wrong, in words; empty if nothing is."""
        said = [error for errors in self.errors.values() for error in errors]
        return str(said[0]) if said else ""
