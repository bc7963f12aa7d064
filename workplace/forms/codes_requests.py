"""What a creator was asked for."""

from django import forms

from authorizations.rules import PRESET_DAYS
from sparktrack.core.wording import count

WINDOWS = [(days, count(days, "day")) for days in PRESET_DAYS]


class AskForm(forms.Form):
    """For how many days: one of the windows that a creator can choose in the app."""

    window_days = forms.TypedChoiceField(choices=WINDOWS, coerce=int)
