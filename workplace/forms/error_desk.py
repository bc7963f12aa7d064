"""The error desk: what TikTok said."""

from django import forms


class ErrorTextForm(forms.Form):
    """An error as it was copied from Ads Manager or an answer of the API."""

    text = forms.CharField(
        label="What does TikTok say?",
        help_text="The error from Ads Manager, or a whole answer of the API. The number alone is often enough.",
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 3, "autocomplete": "off", "data-submit-keys": ""}),
        error_messages={"required": "Paste what TikTok says, or choose it below."},
    )
