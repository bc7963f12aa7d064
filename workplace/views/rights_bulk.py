"""Many rights are extended at once: looked at first, then done, and to be taken back with one click."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django import forms
from django.http import HttpResponse
from django.shortcuts import render

from authorizations.models import UsageRight
from authorizations.operations.rights import NewTerm, extend_rights
from authorizations.operations.terms import longer_term, term_of
from authorizations.windows import Term, WindowError, last_day
from brands.access import BrandRequest, viewer_zone
from sparktrack.core.clock import utc_now
from sparktrack.core.wording import count
from workplace.forms.rights import DAYS, MONTHS
from workplace.lists.pages import BulkForm
from workplace.queries.rights import holder_of
from workplace.rights_words import length_words, short_holder
from workplace.undoing import actor_of_change, say_done


class LongerManyForm(BulkForm):
    """So much longer. ``seen``: of which rights somebody saw what would become of them."""

    length = forms.IntegerField(label="By", min_value=1, max_value=3_650, initial=30)
    unit = forms.ChoiceField(label="Unit", choices=[(DAYS, "days"), (MONTHS, "calendar months")])
    seen = forms.CharField(required=False, max_length=64, widget=forms.HiddenInput)


@dataclass(frozen=True, slots=True)
class Longer:
    """A right and what would become of it; ``refusal``: why nothing."""

    right: UsageRight
    term: Term | None
    refusal: str = ""

    @property
    def name(self) -> str:
        """What it is on."""
        return short_holder(holder_of(self.right))

    @property
    def before(self) -> date | str:
        """The last day as it is, else the length of the term."""
        return _said(self.right.starts_on, term_of(self.right))

    @property
    def after(self) -> date | str:
        """The last day as it would be, else the length of the term."""
        return _said(self.right.starts_on, self.term) if self.term else ""


def extend_many(
    request: BrandRequest, rights: Sequence[UsageRight], values: Mapping[str, Any]
) -> HttpResponse | None:
    """Shows what becomes of each; once that was seen and still holds, does it."""
    more = Term(
        days=values["length"] if values["unit"] == DAYS else None,
        months=values["length"] if values["unit"] == MONTHS else None,
    )
    found = [_longer(right, more) for right in rights]
    able = [each for each in found if each.term is not None]
    mark = _mark(found)
    if values["seen"] != mark or not able:
        context = {
            "found": found,
            "able": able,
            "words": length_words(more),
            "values": values,
            "mark": mark,
            "changed": bool(values["seen"]),
            "now": utc_now(),
            "zone": viewer_zone(request),
        }
        return render(request, "workplace/rights/extend_many.html", context)
    actor = actor_of_change(request)
    changed = extend_rights(
        brand=request.brand,
        terms=[NewTerm(each.right, each.term) for each in able if each.term],
        now=utc_now(),
        actor=actor,
    )
    words = f"{count(len(changed), 'right')} extended by {length_words(more)}."
    if len(able) < len(found):
        words += f" {count(len(found) - len(able), 'right')} stay as they were."
    say_done(request, words, actor)
    return None


def _longer(right: UsageRight, more: Term) -> Longer:
    try:
        return Longer(right, longer_term(right, more))
    except WindowError as refused:
        return Longer(right, None, refused.message)


def _said(starts_on: date | None, term: Term) -> date | str:
    return (last_day(starts_on, term) if starts_on else None) or length_words(term)


def _mark(found: Sequence[Longer]) -> str:
    """Tells whether these rights are still as they were when somebody looked at them."""
    said = sorted(f"{each.right.pk} {each.before} {each.after}" for each in found)
    return hashlib.sha256("\n".join(said).encode()).hexdigest()
