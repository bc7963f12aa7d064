"""People of a brand: invited, given a role, stood in for, taken out with whoever takes over."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from brands.enums import Role
from brands.models import Brand, Membership, User
from workplace.enums import Duty
from workplace.forms.careful import CarefulForm, refuse_nothing
from workplace.people_words import DUTIES, NOBODY, ROLES, how_many
from workplace.queries.people import Belongings, can_act

# So many are invited at once: more is a list that somebody should look at first.
MOST_INVITED = 50
_NOBODY = "nobody"


def _roles() -> list[tuple[str, str]]:
    return [(role.value, f"{role.value.capitalize()}: {words}") for role, words in ROLES.items()]


class InviteForm(forms.Form):
    """E-mails as people paste them, and one role for all."""

    emails = forms.CharField(
        label="E-mails",
        max_length=10_000,
        help_text="One or many, with commas or line breaks between them.",
        widget=forms.Textarea(attrs={"rows": 2, "autocomplete": "off", "spellcheck": "false"}),
    )
    role = forms.ChoiceField(label="Role", choices=_roles, initial=Role.BUYER, widget=forms.RadioSelect)

    def clean_emails(self) -> list[str]:
        """Lower-case addresses, once each. Raises ValidationError naming all that are none."""
        found: dict[str, None] = {}
        wrong = []
        for email in _addresses(self.cleaned_data["emails"]):
            try:
                validate_email(email)
            except ValidationError:
                wrong.append(email)
            else:
                found[email.lower()] = None
        if wrong:
            raise ValidationError(f"Not an e-mail address: {', '.join(word[:80] for word in wrong[:5])}.")
        if not found:
            raise ValidationError("Type at least one e-mail address.")
        if len(found) > MOST_INVITED:
            raise ValidationError(f"Invite at most {MOST_INVITED} people at once.")
        return list(found)


def _addresses(text: str) -> list[str]:
    """``Ana Diaz <ana@example.com>, ben@example.com``: what stands in angle brackets, else each word."""
    found = []
    for line in text.replace(";", ",").replace("\n", ",").split(","):
        if "<" in line and ">" in line:
            found.append(line.partition("<")[2].partition(">")[0].strip())
        else:
            found += line.split()
    return found


class PersonChoice(forms.ModelChoiceField):  # type: ignore[type-arg]
    """People by name: the whole e-mail of a colleague is not for everybody."""

    def label_from_instance(self, obj: Any) -> str:
        """The name; of somebody who has not said it, the part of the e-mail before the @."""
        return str(obj.full_name or obj.get_short_name())


class DeputyForm(CarefulForm):
    """Who stands in for a member, and when."""

    deputy = PersonChoice(
        label="Who stands in",
        queryset=User.objects.none(),
        required=False,
        empty_label="Nobody",
        help_text="While they do, alerts go to them.",
    )
    deputy_from = forms.DateField(
        label="First day",
        required=False,
        help_text="Empty: from now on.",
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    deputy_until = forms.DateField(
        label="Last day",
        required=False,
        help_text="Empty: until it is changed.",
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )

    def __init__(self, *args: Any, membership: Membership, **kwargs: Any) -> None:
        """``membership`` as it is now."""
        names = [name for name in self.base_fields if name != "was"]
        stored = {name: getattr(membership, name) for name in names}
        kwargs.setdefault("label_suffix", "")
        super().__init__(*args, row=membership, stored=stored, **kwargs)
        field = self.fields["deputy"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = can_act(membership.brand).exclude(pk=membership.user_id)

    def clean(self) -> dict[str, Any]:
        """Raises ValidationError beside the last day if it is before the first, and for a form without any field."""
        cleaned = super().clean()
        refuse_nothing(self)
        first, last = cleaned.get("deputy_from"), cleaned.get("deputy_until")
        if cleaned.get("deputy") and first and last and last < first:
            self.add_error("deputy_until", "The last day is before the first.")
        return cleaned


class MemberForm(DeputyForm):
    """What admins change of a member: the role, and who stands in."""

    role = forms.ChoiceField(label="Role", choices=_roles, widget=forms.RadioSelect)

    field_order = ["role", "deputy", "deputy_from", "deputy_until"]


class HandoverForm(forms.Form):
    """Who takes over each duty that the leaving person has; nobody must be said, too."""

    def __init__(
        self, *args: Any, brand: Brand, membership: Membership, belongings: Belongings, **kwargs: Any
    ) -> None:
        """``belongings``: what they answer for."""
        kwargs.setdefault("label_suffix", "")
        super().__init__(*args, **kwargs)
        self._people = {str(user.pk): user for user in can_act(brand).exclude(pk=membership.user_id)}
        names = [(pk, user.full_name or user.get_short_name()) for pk, user in self._people.items()]
        usual = str(membership.deputy_id) if str(membership.deputy_id) in self._people else ""
        for duty in belongings.open_duties:
            self.fields[duty.value] = forms.ChoiceField(
                label=DUTIES[duty],
                choices=[("", "Choose who takes over"), *names, (_NOBODY, NOBODY[duty])],
                initial=usual,
                help_text=how_many(duty, belongings.duties[duty], belongings.flights_to_come),
                error_messages={"required": "Say who takes this over, or that nobody does."},
            )

    @property
    def successors(self) -> Mapping[Duty, User | None]:
        """Who was chosen for each duty."""
        return {Duty(name): self._people.get(value) for name, value in self.cleaned_data.items()}
