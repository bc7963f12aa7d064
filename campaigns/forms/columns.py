"""What the columns of a sheet mean, and how its dates are to be read."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from django import forms

from campaigns.forms.column_words import COLUMN_WORDS, column_choices
from campaigns.importers.columns import Field
from campaigns.wishes import Wishes
from sparktrack.core.tabular import fold_name
from sparktrack.core.wording import short_day

_ORDERS: Final = {
    "dmy": "Day first: 27.10.2026 or 27/10/2026",
    "mdy": "Month first: 10/27/2026",
    "ymd": "Year first: 2026-10-27",
}
_SHOWN: Final = {"dmy": "day first", "mdy": "month first", "ymd": "year first"}
_POSTS: Final = frozenset({Field.POST_URL, Field.POST_ID, Field.TITLE})


@dataclass(frozen=True, slots=True)
class Column:
    """One column of the sheet: its header, examples, and what it is taken for."""

    header: str
    samples: Sequence[str]
    guess: str
    remembered: bool


@dataclass(frozen=True, slots=True)
class ColumnLine:
    """A column and its select."""

    column: Column
    field: forms.BoundField

    @property
    def understood(self) -> bool:
        """Whether it has a place of its own."""
        return bool(self.field.value())


class ColumnsForm(forms.Form):
    """A select for each column, and the order of dates; ``look`` is what was seen of the sheet."""

    sheet = forms.CharField(required=False, strip=False, widget=forms.HiddenInput)
    heading = forms.IntegerField(required=False, widget=forms.HiddenInput)
    date_order = forms.ChoiceField(label="How its dates are written", required=False)

    def __init__(
        self, *args: Any, look: Mapping[str, Any], wishes: Wishes, heading: int | None = None, **kwargs: Any
    ) -> None:
        """``heading``: which of the first rows holds the headings, where none was found; ``wishes``: said before."""
        super().__init__(*args, **kwargs)
        self.look = look
        self.columns = _columns(look, heading)
        self.initial = {"sheet": look.get("sheet") or "", "heading": heading, "date_order": wishes.date_order}
        choices = list(column_choices())
        for number, column in enumerate(self.columns):
            said = wishes.columns.get(column.header, column.guess)
            self.fields[f"column-{number}"] = forms.ChoiceField(
                label=f"Meaning of {column.header}",
                choices=choices,
                initial=said if said in COLUMN_WORDS else "",
                required=False,
            )
        self._ask_dates()

    def _ask_dates(self) -> None:
        field = self.fields["date_order"]
        assert isinstance(field, forms.ChoiceField)
        if question := self.look.get("date_question"):
            readings = {
                order: f"{_day(day)} ({_SHOWN[order]})" for order, day in question["readings"].items()
            }
            field.label = f"What is {question['text']} in row {question['row']}, {question['column']}?"
            field.help_text = (
                "The dates of this sheet can be read in two ways, and nothing in it says which is meant."
            )
            field.choices = list(readings.items())
            field.widget = forms.RadioSelect(choices=field.choices)
            field.required = True
            field.error_messages["required"] = "Say which day is meant: sparktrack does not guess."
        else:
            order = self.look.get("date_order")
            found = (
                f"As the sheet shows: {_SHOWN[order]}"
                if order
                else "As they are: there is one way to read them"
            )
            field.choices = [("", found), *_ORDERS.items()]

    @property
    def lines(self) -> list[ColumnLine]:
        """The columns in the order of the sheet."""
        return [ColumnLine(column, self[f"column-{number}"]) for number, column in enumerate(self.columns)]

    def clean(self) -> dict[str, Any]:
        """Raises ValidationError beside a second column for one field, and if no column says which post is meant."""
        cleaned = super().clean() or {}
        first: dict[str, str] = {}
        for number, column in enumerate(self.columns):
            name = f"column-{number}"
            if not (field := cleaned.get(name)):
                continue
            if field in first:
                self.add_error(name, f"“{first[field]}” is the {COLUMN_WORDS[Field(field)].lower()} already.")
            first.setdefault(field, column.header)
        if not self.errors and not _POSTS & first.keys():
            self.add_error(
                None,
                "No column says which post a row is about: choose one as Post link, Post id or Post title.",
            )
        return cleaned

    def wishes(self, before: Wishes) -> Wishes:
        """What was said; owners, decisions and the rest stay as they were before. For a valid form."""
        said = self.cleaned_data
        columns = {column.header: said[f"column-{number}"] for number, column in enumerate(self.columns)}
        return Wishes(
            sheet=self.look.get("sheet") or "",
            date_order=said["date_order"],
            columns=columns,
            owners=before.owners,
        )


def _columns(look: Mapping[str, Any], heading: int | None) -> list[Column]:
    """Columns with the same header (case and punctuation aside) are one: what is said of it holds for the first."""
    if look.get("columns"):
        found = [
            Column(one["header"], one["samples"], one["field"], one["remembered"]) for one in look["columns"]
        ]
    elif heading is not None:
        rows = look.get("first_rows", [])
        names = rows[heading] if 0 <= heading < len(rows) else []
        found = [
            Column(name, _below(rows[heading + 1 :], index), "", remembered=False)
            for index, name in enumerate(names)
            if name
        ]
    else:
        found = []
    return list({fold_name(column.header): column for column in reversed(found)}.values())[::-1]


def _below(rows: Sequence[Sequence[str]], index: int) -> list[str]:
    texts = [row[index] for row in rows if index < len(row) and row[index]]
    return list(dict.fromkeys(texts))[:3]


def _day(day: str) -> str:
    return short_day(date.fromisoformat(day))
