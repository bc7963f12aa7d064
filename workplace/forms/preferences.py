"""What a person chooses for themselves."""

from typing import Any

from django import forms


class PreferencesForm(forms.Form):
    """Single keys on or off."""

    shortcuts = forms.ChoiceField(
        label="Single keys",
        choices=[("on", "Do things, as the list under ? says"), ("off", "Do nothing; Ctrl K still works")],
        widget=forms.RadioSelect,
        help_text="Switch them off if you speak to your computer, or strike keys by accident.",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("label_suffix", "")
        super().__init__(*args, **kwargs)
