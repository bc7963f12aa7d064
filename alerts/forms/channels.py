"""Adding a channel, and changing what can be changed of it."""

from typing import Any

from django import forms

from alerts.enums import ChannelKind
from alerts.rules.channels import MAX_ADDRESS
from alerts.words import step_name
from brands.models import Brand

_ADDRESSES = {
    ChannelKind.SLACK: ("Webhook URL", "https://hooks.slack.com/services/…"),
    ChannelKind.TEAMS: ("Address of the workflow", "https://….logic.azure.com/workflows/…"),
    ChannelKind.DISCORD: ("Webhook URL", "https://discord.com/api/webhooks/…"),
    ChannelKind.WEBHOOK: ("Address", "https://hooks.example.com/sparktrack"),
}


class ChangeChannelForm(forms.Form):
    """The name of a channel, and from which warning on it is told."""

    name = forms.CharField(
        label="Name", max_length=120, widget=forms.TextInput(attrs={"autocomplete": "off"})
    )
    from_step = forms.TypedChoiceField(
        label="Tell it from",
        coerce=int,
        help_text="This warning of a lapse, and all after it.",
    )

    def __init__(self, *args: Any, brand: Brand, from_step: int = 1, **kwargs: Any) -> None:
        """``from_step``: what is chosen at present; offered even if the brand warns at other days by now."""
        super().__init__(*args, **kwargs)
        self.initial.setdefault("from_step", from_step)
        field = self.fields["from_step"]
        assert isinstance(field, forms.TypedChoiceField)
        steps = sorted({*brand.warning_steps, from_step, 1, 0}, reverse=True)
        field.choices = [(step, step_name(step)) for step in steps]


class NewChannelForm(ChangeChannelForm):
    """A new channel: its address comes first, everything else has a usual answer."""

    address = forms.CharField(
        max_length=MAX_ADDRESS,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false", "inputmode": "url"}),
    )
    field_order = ("address", "name", "from_step")

    def __init__(self, *args: Any, kind: ChannelKind, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["address"]
        field.label, field.widget.attrs["placeholder"] = _ADDRESSES[kind]
        if kind is not ChannelKind.WEBHOOK:
            field.help_text = "Kept encrypted and never shown again: whoever has it can post there."
