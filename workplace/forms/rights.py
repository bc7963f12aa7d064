"""The five questions of the trade on one form."""

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django import forms

from authorizations.enums import RightTrigger
from authorizations.models import UsageRight
from authorizations.operations.rights import Correction, RightDraft
from authorizations.operations.terms import term_of
from authorizations.windows import Term, WindowError, right_bounds
from brands.models import Brand, Membership, User
from campaigns.forms.planner import DayField
from sparktrack.core.days import first_instant, local_date
from workplace.forms.careful import CarefulForm
from workplace.forms.evidence import ProofForm
from workplace.forms.fields import WordsField
from workplace.queries.rights import Holder, level_of
from workplace.rights_words import TRIGGERS

_YES_NO = [("yes", "Yes"), ("no", "No")]
DAYS, MONTHS, LAST_DAY, PERPETUAL, UNSTATED = "days", "months", "last_day", "perpetual", "unstated"
TERMS = [
    (DAYS, "Days"),
    (MONTHS, "Calendar months"),
    (LAST_DAY, "Until a day"),
    (PERPETUAL, "Perpetual"),
    (UNSTATED, "Not stated in the contract"),
]
# One answer, in several fields: who changes one of them answers for all.
TIMES = ("trigger", "starts_on", "term", "length", "ends_on")


class RightForm(ProofForm, CarefulForm):
    """What the contract says: owner, paid use, comments, how long, removal; and the rest of it."""

    asset_owner = forms.CharField(
        label="Who owns the video?",
        max_length=120,
        required=False,
        widget=forms.TextInput(attrs={"list": "owners"}),
    )
    paid_amplification = forms.ChoiceField(
        label="Is paid use approved?",
        choices=_YES_NO,
        widget=forms.RadioSelect,
        error_messages={"required": "Say whether ads are allowed: without that a right covers no ad."},
    )
    channels = WordsField(
        label="Channels",
        required=False,
        max_length=300,
        help_text="None named: all. If any are, TikTok must be among them.",
    )
    territories = WordsField(
        label="Territories", required=False, max_length=300, help_text="None named: everywhere."
    )
    comments_owner = forms.CharField(
        label="Who handles comments?",
        max_length=120,
        required=False,
        widget=forms.TextInput(attrs={"list": "owners"}),
    )
    trigger = forms.ChoiceField(
        label="Counts from when …", choices=[(trigger.value, words) for trigger, words in TRIGGERS.items()]
    )
    starts_on = DayField(
        label="First day",
        required=False,
        help_text="Of an event: the day it happened; empty until then.",
    )
    term = forms.ChoiceField(
        label="For how long?",
        choices=TERMS,
        widget=forms.RadioSelect,
        error_messages={"required": "Say how long, or that the contract does not state it."},
    )
    length = forms.IntegerField(
        label="How many", required=False, min_value=1, max_value=36_500, widget=forms.NumberInput
    )
    ends_on = DayField(label="Last day", required=False)
    creator_may_remove = forms.ChoiceField(
        label="May the creator remove or archive the post?",
        choices=[*_YES_NO, ("", "Not stated")],
        required=False,
        widget=forms.RadioSelect,
    )
    fee = forms.DecimalField(
        label="Fee", required=False, min_value=0, max_digits=12, decimal_places=2, localize=False
    )
    spend_cap = forms.DecimalField(
        label="Spend cap", required=False, min_value=0, max_digits=12, decimal_places=2, localize=False
    )
    contract_reference = forms.CharField(label="Contract reference", max_length=120, required=False)
    granted_by = forms.CharField(
        label="Granted by", max_length=120, required=False, help_text="Who signed for the creator."
    )
    approved_by = forms.ModelChoiceField(
        label="Approved by", queryset=User.objects.none(), required=False, empty_label="Nobody yet"
    )
    approved_on = DayField(label="Approved on", required=False)

    field_order = (
        *("asset_owner", "paid_amplification", "channels", "territories", "comments_owner", *TIMES),
        *("creator_may_remove", "fee", "spend_cap", "contract_reference", "granted_by", "approved_by"),
        *("approved_on", "proofs", "link", "link_name"),
    )

    def __init__(self, *args: Any, brand: Brand, now: datetime, **kwargs: Any) -> None:
        """``brand``: whose members may have approved it and in whose zone days are read."""
        super().__init__(*args, now=now, **kwargs)
        self._brand = brand
        self._at = now
        members = Membership.objects.for_brand(brand).values("user")
        people: Any = self.fields["approved_by"]
        for name, label in (("fee", "Fee"), ("spend_cap", "Spend cap")):
            self.fields[name].label = f"{label} in {brand.currency}"
        people.queryset = User.objects.filter(pk__in=members).order_by("full_name", "email")

    def clean_fee(self) -> Decimal | None:
        """With two decimals, as it is stored: 900 is no change of 900.00."""
        return _cents(self.cleaned_data["fee"])

    def clean_spend_cap(self) -> Decimal | None:
        """With two decimals, as it is stored."""
        return _cents(self.cleaned_data["spend_cap"])

    def clean(self) -> dict[str, Any]:
        """Refuses a time that makes no right, beside the field that is wrong."""
        before = self._was(self.data.get(self.add_prefix("was"), ""))
        self._drop_unasked(self.cleaned_data)
        values = super().clean()
        self._check_time(values)
        if values.get("approved_on") and not values.get("approved_by"):
            self.add_error("approved_by", "Say who approved it.")
        overtaken = [name for name in TIMES if name in before and self._stored.get(name) != before[name]]
        if overtaken and not self.is_overtaken and any(name in self.changes for name in TIMES):
            # Half of an answer and half of another make a third one that nobody gave.
            self.is_overtaken = True
            self.add_error("term", self._overtaken(overtaken[0]))
            self.see_stored()
        return values

    def _drop_unasked(self, values: dict[str, Any]) -> None:
        """A number or day that was typed for another answer does not count; it stays in the form."""
        for name, kinds, words in (
            ("length", {DAYS, MONTHS}, "Say how many."),
            ("ends_on", {LAST_DAY}, "Say which day."),
        ):
            if values.get("term") not in kinds:
                values[name] = None
                self.errors.pop(name, None)
            elif values.get(name) is None and name not in self.errors:
                self.add_error(name, words)

    def _check_time(self, values: dict[str, Any]) -> None:
        term, starts_on = values.get("term"), values.get("starts_on")
        trigger = values.get("trigger")
        if trigger == RightTrigger.FIXED and starts_on is None and "starts_on" not in self.errors:
            self.add_error("starts_on", "Say on which day the rights start.")
        today = local_date(self._at, self._brand.time_zone)
        happens = trigger and trigger != RightTrigger.FIXED
        if happens and starts_on and starts_on > today and "starts_on" in self.changes:
            self.add_error("starts_on", "That day has not come: leave it empty until it happened.")
        if self.errors:
            return
        try:
            right_bounds(starts_on, self.term_typed(), self._brand.time_zone)
        except WindowError as refused:
            place = {LAST_DAY: "ends_on", DAYS: "length", MONTHS: "length"}.get(str(term), "starts_on")
            self.add_error(place if starts_on else "length", refused.message)

    def term_typed(self) -> Term:
        """The term as it was typed. Raises WindowError for one of more than 100 years."""
        values = self.cleaned_data
        return term_from(values["term"], values["length"], values["ends_on"])

    def draft(self, holder: Holder) -> RightDraft:
        """The whole of it, for a new right on ``holder``. Call it for a valid form."""
        values = self.cleaned_data
        return RightDraft(
            **{level_of(holder): holder},  # type: ignore[arg-type]
            trigger=RightTrigger(values["trigger"]),
            starts_on=values["starts_on"],
            term=self.term_typed(),
            **self._details(values),
        )

    def correction(self, right: UsageRight) -> Correction | None:
        """The time as it was typed, if anything of it was changed. Call it for a valid form."""
        if not any(name in self.changes for name in TIMES):
            return None
        values = self.cleaned_data
        return Correction(right, RightTrigger(values["trigger"]), values["starts_on"], self.term_typed())

    def edited(self) -> dict[str, Any]:
        """What else was changed, by field of the right. Call it for a valid form."""
        return self._details(self.changes)

    def _details(self, values: Mapping[str, Any]) -> dict[str, Any]:
        plain = (
            *("asset_owner", "channels", "territories", "comments_owner", "fee", "spend_cap"),
            *("contract_reference", "granted_by", "approved_by"),
        )
        found = {name: values[name] for name in plain if name in values}
        if "paid_amplification" in values:
            found["paid_amplification"] = values["paid_amplification"] == "yes"
        if "creator_may_remove" in values:
            found["creator_may_remove"] = {"yes": True, "no": False}.get(values["creator_may_remove"])
        if "approved_on" in values or "approved_by" in values:
            by, on = self.cleaned_data["approved_by"], self.cleaned_data["approved_on"]
            at = first_instant(on, self._brand.time_zone) if on else self._at
            found["approved_at"] = at if by else None
        return found


def stored_values(right: UsageRight, zone: str) -> dict[str, Any]:
    """A right as the form shows it; days in the IANA ``zone`` of the brand."""
    term = term_of(right)
    kinds = {
        DAYS: term.days is not None,
        MONTHS: term.months is not None,
        LAST_DAY: term.ends_on is not None,
        PERPETUAL: term.perpetual,
    }
    return {
        "asset_owner": right.asset_owner,
        "paid_amplification": "yes" if right.paid_amplification else "no",
        "channels": list(right.channels),
        "territories": list(right.territories),
        "comments_owner": right.comments_owner,
        "trigger": right.trigger,
        "starts_on": right.starts_on,
        "term": next((kind for kind, is_it in kinds.items() if is_it), UNSTATED),
        "length": term.days or term.months,
        "ends_on": right.ends_on,
        "creator_may_remove": {True: "yes", False: "no", None: ""}[right.creator_may_remove],
        "fee": right.fee,
        "spend_cap": right.spend_cap,
        "contract_reference": right.contract_reference,
        "granted_by": right.granted_by,
        "approved_by": right.approved_by_id,
        "approved_on": right.approved_at and local_date(right.approved_at, zone),
    }


def _cents(value: Decimal | None) -> Decimal | None:
    return None if value is None else value.quantize(Decimal("0.01"))


def term_from(kind: str, length: int | None, ends_on: date | None) -> Term:
    """A term as it was typed. Raises WindowError for one of more than 100 years."""
    return Term(
        ends_on=ends_on if kind == LAST_DAY else None,
        days=length if kind == DAYS else None,
        months=length if kind == MONTHS else None,
        perpetual=kind == PERPETUAL,
    )
