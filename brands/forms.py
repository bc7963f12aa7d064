"""The forms of account pages: allauth's, with labels instead of placeholders, and our own."""

from typing import Any

from allauth.account import forms as account_forms
from allauth.core.internal.cryptokit import normalize_user_code
from allauth.mfa.adapter import get_adapter
from allauth.mfa.base import forms as mfa_forms
from allauth.mfa.totp import forms as totp_forms
from django import forms
from django.contrib.auth import password_validation
from django.core.cache import cache

from brands.models import User
from sparktrack.core.zones import is_zone, zone_names

_CODE_SECONDS = 120


class _Labelled:
    """Labels say what a field is; a placeholder that repeats them vanishes when it is needed.

    The link to the reset stands below the form, not between label and field where the keyboard meets it first.
    """

    labels: dict[str, str] = {}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: dict[str, forms.Field] = self.fields  # type: ignore[attr-defined]
        for name, field in fields.items():
            field.widget.attrs.pop("placeholder", None)
            field.label = self.labels.get(name, field.label)
            if name in {"password", "oldpassword"}:
                field.help_text = ""


class LoginForm(_Labelled, account_forms.LoginForm):
    """E-mail and password."""

    labels = {"login": "E-mail"}


class ResetPasswordForm(_Labelled, account_forms.ResetPasswordForm):
    """Where to send the link."""

    labels = {"email": "E-mail"}


class ResetPasswordKeyForm(_Labelled, account_forms.ResetPasswordKeyForm):
    """The new password, behind the link."""

    labels = {"password1": "New password", "password2": "New password again"}


class ChangePasswordForm(_Labelled, account_forms.ChangePasswordForm):
    """The old password and the new one."""

    labels = {
        "oldpassword": "Current password",
        "password1": "New password",
        "password2": "New password again",
    }


class ChangeEmailForm(_Labelled, account_forms.AddEmailForm):
    """The new address; it counts once a mail to it was answered."""

    labels = {"email": "New e-mail"}


class ReauthenticateForm(_Labelled, account_forms.ReauthenticateForm):
    """The password once more, before something sensitive."""


class _OneTimeCode(_Labelled):
    """A code counts once for as long as it would be right.

    allauth remembers a used one for half a minute; with the tolerance for slow clocks it is right for longer.
    """

    labels = {"code": "Code from your authenticator app, or a recovery code"}

    def clean_code(self) -> str:
        """Raises ValidationError for a wrong or used code."""
        code: str = super().clean_code()  # type: ignore[misc]
        user: User = self.user  # type: ignore[attr-defined]
        used = f"factor-used:{user.pk}:{normalize_user_code(code)}"
        if not cache.add(used, 1, timeout=_CODE_SECONDS):
            raise get_adapter().validation_error("incorrect_code")
        return code


class FactorForm(_OneTimeCode, mfa_forms.AuthenticateForm):
    """The second factor at login."""


class FactorAgainForm(_OneTimeCode, mfa_forms.ReauthenticateForm):
    """The second factor once more, before something sensitive."""


class ActivateFactorForm(_Labelled, totp_forms.ActivateTOTPForm):
    """The first code of a new authenticator app."""

    labels = {"code": "Code that the app shows now"}


class ZoneField(forms.CharField):
    """An IANA time zone: typed with suggestions (a list of 600 is no choice); empty stands for a default."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=64, widget=forms.TextInput(attrs={"list": "zones"}), **kwargs)

    def clean(self, value: Any) -> str:
        """The zone, exactly as IANA spells it. Raises ValidationError for any other name."""
        zone: str = super().clean(value)
        if zone and not is_zone(zone):
            raise forms.ValidationError("No such time zone. Choose one of the list, such as Europe/Berlin.")
        return zone

    @property
    def names(self) -> tuple[str, ...]:
        """The suggestions."""
        return zone_names()


class ProfileForm(forms.Form):
    """What a person says about themselves."""

    full_name = forms.CharField(
        label="Name", max_length=120, required=False, widget=forms.TextInput(attrs={"autocomplete": "name"})
    )
    time_zone = ZoneField(
        label="Time zone", required=False, help_text="Empty: times in the zone of each brand."
    )


class JoinForm(forms.Form):
    """A new person accepts an invitation: their name and a password."""

    full_name = forms.CharField(
        label="Name", max_length=120, widget=forms.TextInput(attrs={"autocomplete": "name"})
    )
    password = forms.CharField(
        label="Password",
        strip=False,
        max_length=200,
        help_text="12 characters or more; not one that many people use.",
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def __init__(self, *args: Any, email: str, **kwargs: Any) -> None:
        """``email`` is the invitation's: a password must not resemble it."""
        super().__init__(*args, **kwargs)
        self._email = email

    def clean(self) -> dict[str, Any]:
        """Raises ValidationError beside the password if it is too weak."""
        cleaned = super().clean() or {}
        if password := cleaned.get("password"):
            person = User(email=self._email, full_name=cleaned.get("full_name", ""))
            try:
                password_validation.validate_password(password, person)
            except forms.ValidationError as error:
                self.add_error("password", error)
        return cleaned
