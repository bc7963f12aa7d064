"""The rows of a preview as the page shows them: what becomes of each, and the reasons beside their cells."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Final

from authorizations.enums import EndSource
from campaigns.enums import RowOutcome
from campaigns.import_words import OUTCOMES, OutcomeWords, field_words, in_a_row
from campaigns.models import ImportRow
from campaigns.phrases import SOURCES, Tone
from campaigns.wishes import Decision
from sparktrack.core.wording import TimeWords, local_year, weekday

_NOUNS: Final = {
    "creators": "creator",
    "posts": "post",
    "codes": "code",
    "rights": "right",
    "campaigns": "campaign",
    "flights": "flight",
    "code_uses": "use of the code",
}
_NOTHING: Final = "–"
_ENDS: Final = frozenset({"expires_at", "ends_at"})


@dataclass(frozen=True, slots=True)
class ShownChange:
    """A field of something on file, before and after."""

    field: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class ShownEffect:
    """What happens to one thing."""

    verb: str
    what: str
    changes: list[ShownChange]


@dataclass(frozen=True, slots=True)
class Reason:
    """What is the matter with a cell, or with the whole row (no column)."""

    column: str
    cell: str
    text: str
    tone: Tone


@dataclass(slots=True)
class ShownCell:
    """A cell of the sheet; codes are masked."""

    name: str
    text: str
    tone: str = ""
    reasons: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class ShownRow:
    """One row of the sheet."""

    number: int
    words: OutcomeWords
    effects: list[ShownEffect]
    quiet: str  # what is on file already
    reasons: list[Reason]
    cells: list[ShownCell]


@dataclass(frozen=True, slots=True)
class ShownConflict:
    """Both sides of a conflict in words."""

    label: str
    on_file: str
    source: str
    in_sheet: str


@dataclass(frozen=True, slots=True)
class ConflictRow:
    """A row with conflicts, and whether the sheet's side is chosen."""

    number: int
    conflicts: list[ShownConflict]
    taken: bool


def shown_row(row: ImportRow, names: Sequence[str], times: TimeWords) -> ShownRow:
    """``names``: the header of the sheet; ``times``: how this person reads times."""
    cells = [ShownCell(name, text) for name, text in _beside(names, row.cells) if text]
    reasons = list(_reasons(row, dict(_beside(names, row.cells))))
    for reason in reasons:
        if reason.column:
            _mark(cells, reason)
    moving = [effect for effect in row.effects if effect["effect"] != "unchanged"]
    still = [_NOUNS[effect["kind"]] for effect in row.effects if effect["effect"] == "unchanged"]
    return ShownRow(
        number=row.number,
        words=OUTCOMES[RowOutcome(row.outcome)],
        effects=[_effect(effect, times) for effect in moving],
        quiet=f"On file already: {in_a_row(still)}." if still else "",
        reasons=reasons,
        cells=cells,
    )


def conflict_row(row: ImportRow, decisions: Mapping[int, Decision], times: TimeWords) -> ConflictRow:
    """The two sides of each conflict of a row."""
    shown = []
    for conflict in row.conflicts:
        on_file, in_sheet = conflict["on_file"], conflict["in_sheet"]
        source = SOURCES[EndSource(on_file["source"])] if on_file.get("source") else ""
        if checked := on_file.get("checked_at"):
            source = f"{source}, checked {times.clock(datetime.fromisoformat(checked))}"
        word = "revoked" if conflict["kind"] == "revocation" else "ends"
        shown.append(
            ShownConflict(
                conflict["label"],
                _side(word, on_file.get("at"), times),
                source,
                _side(word, in_sheet.get("at"), times),
            )
        )
    return ConflictRow(row.number, shown, decisions.get(row.number) is Decision.TAKE)


def _side(word: str, at: str | None, times: TimeWords) -> str:
    if at is None:
        return f"not {word}" if word == "revoked" else "no end"
    return f"{word} {times.end(datetime.fromisoformat(at))}"


def _beside(names: Sequence[str], cells: Sequence[Any]) -> Iterator[tuple[str, str]]:
    for index, cell in enumerate(cells):
        name = names[index] if index < len(names) and names[index] else f"column {index + 1}"
        yield name, str(cell)


def _reasons(row: ImportRow, texts: Mapping[str, str]) -> Iterator[Reason]:
    for message in row.messages:
        column = message["column"]
        if message["error"]:
            tone = Tone.WARN if message["code"] == "conflict" else Tone.STOP
        else:
            tone = Tone.IDLE if row.outcome == RowOutcome.SKIPPED else Tone.WARN
        yield Reason(column, texts.get(column, ""), message["message"], tone)


def _mark(cells: list[ShownCell], reason: Reason) -> None:
    cell = next((cell for cell in cells if cell.name == reason.column), None)
    if cell is None:
        cell = ShownCell(reason.column, "")
        cells.append(cell)
    cell.tone = cell.tone or reason.tone.value
    cell.reasons.append(reason.text)


def _effect(effect: Mapping[str, Any], times: TimeWords) -> ShownEffect:
    verb = "New" if effect["effect"] == "created" else "Changes"
    noun, label = _NOUNS[effect["kind"]], str(effect.get("label") or "")
    changes = [
        ShownChange(
            field_words(change["field"]),
            shown_value(change["before"], times, change["field"]),
            shown_value(change["after"], times, change["field"]),
        )
        for change in effect.get("changes", [])
    ]
    what = label if label.startswith(noun) else f"{noun} {label}".strip()
    return ShownEffect(verb, what, changes)


def shown_value(value: Any, times: TimeWords, name: str = "") -> str:
    """A stored value as a person reads it: days and instants in words, yes and no, a dash for nothing.

    ``name`` of the field: an end that came from a date shows its last day.
    """
    if value is None or value in ("", [], {}):
        return _NOTHING
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return ", ".join(shown_value(item, times) for item in value)
    if name == "end_source" and value in set(EndSource):
        return SOURCES[EndSource(value)]
    if isinstance(value, str):
        return _time_in_words(value, times, is_end=name in _ENDS) or value
    return str(value)


def _time_in_words(text: str, times: TimeWords, *, is_end: bool) -> str:
    try:
        if len(text) == len("2026-11-22"):
            return weekday(date.fromisoformat(text), year=local_year(times.now, times.zone))
        instant = datetime.fromisoformat(text)
    except ValueError:
        return ""
    if instant.tzinfo is None:
        return ""
    if is_end:
        return times.end(instant)
    return times.day(instant) if times.begins_a_day(instant) else times.clock(instant)
