"""The plan as the pages show it: a row of the table for each row of the sheet."""

import hashlib
import json
from collections.abc import Iterable
from typing import Any

from brands.operations.audit import plain
from campaigns.enums import RowOutcome
from campaigns.importers.cells import clean_text
from campaigns.importers.columns import Field
from campaigns.importers.plan import (
    Effect,
    ImportPlan,
    Kind,
    Planned,
    PlannedCode,
    PlannedCreator,
    PlannedFlight,
    PlannedPost,
    PlannedRight,
    PlannedUse,
    effect,
    term_of,
)
from campaigns.importers.reading import Tracker, body
from campaigns.models import ImportRow, ImportRun
from sparktrack.core.cells import Cell
from sparktrack.core.tabular import SheetFile
from sparktrack.tiktok.codes import MaskedCode, NoCode, clean_code

Change = tuple[str, Any, Any]  # field, before, after


def rows_of(plan: ImportPlan, tracker: Tracker, file: SheetFile, run: ImportRun) -> list[ImportRow]:
    """What the sheet shows (codes masked) beside what becomes of it, for every row; the file must still be open."""
    secret = [index for index, field in tracker.header.fields.items() if field == Field.CODE]
    width = len(tracker.header.names)
    described: dict[int, dict[str, Any]] = {}  # a thing is described once, however many rows speak of it
    rows = []
    for row, planned in zip(body(file, tracker.sheet, tracker.header), plan.rows, strict=True):
        rows.append(
            ImportRow(
                brand_id=run.brand_id,
                run=run,
                number=planned.number,
                outcome=planned.outcome,
                cells=masked_cells(row.cells[:width], secret),
                effects=[_described(kind, thing, described) for kind, thing in planned.things],
                messages=[
                    {
                        "column": message.column,
                        "code": message.problem.value,
                        "message": message.text,
                        "error": message.problem.is_error,
                    }
                    for message in planned.messages
                ],
                conflicts=[conflict.as_json() for conflict in planned.conflicts],
            )
        )
    return rows


def digest_of(plan: ImportPlan) -> str:
    """What a plan does to what is on file: two plans that do the same to the same values have the same.

    What is changed counts with the value it has now: an import must not write over what somebody changed after the
    preview. A conflict counts with both its sides, whatever is decided: it can be decided with the import itself.
    """
    digest = hashlib.sha256()
    for row in plan.rows:
        parts: list[Any] = [row.number, row.outcome.value]
        parts += [conflict.as_json() for conflict in row.conflicts]
        decided_later = row.outcome is RowOutcome.CONFLICT
        parts += [
            [kind, effect(thing), _replaced(thing)]
            for kind, thing in row.things
            if not (decided_later and kind is Kind.CODES)
        ]
        if not decided_later:
            parts += [message.problem for message in row.messages]
        digest.update(json.dumps(parts).encode())
    return digest.hexdigest()


def _replaced(thing: Planned) -> list[Any]:
    """The values on file that a changed thing loses."""
    if effect(thing) is not Effect.UPDATED:
        return []
    return [[name, plain(before)] for name, before, _ in _changes(thing)]


def masked_cells(cells: Iterable[Cell], secret: Iterable[int]) -> list[str]:
    """The texts of a row; in the columns of codes (``secret``) also what only looks a little like one is masked."""
    texts = [clean_text(cell) for cell in cells]
    for index in secret:
        if index < len(texts):
            texts[index] = _masked(texts[index])
    return texts


def _masked(text: str) -> str:
    try:
        return f"…{clean_code(text).ending}"
    except MaskedCode as error:
        return f"…{error.ending}"
    except NoCode:
        return text


def _described(kind: Kind, thing: Planned, known: dict[int, dict[str, Any]]) -> dict[str, Any]:
    key = id(thing)
    if key not in known:
        done = effect(thing)
        known[key] = {
            "kind": kind.value,
            "effect": done.value,
            "label": _label(thing),
            "changes": []
            if done is Effect.UNCHANGED
            else [
                {"field": name, "before": plain(before), "after": plain(after)}
                for name, before, after in _changes(thing)
            ],
        }
    return known[key]


def _label(thing: Planned) -> str:
    """What a person knows the thing by."""
    label: str
    match thing:
        case PlannedCreator():
            label = f"@{thing.handle}"
        case PlannedPost():
            label = thing.label
        case PlannedCode():
            label = f"code ending {thing.ending}"
        case PlannedRight():
            label = f"rights {thing.values.get('contract_reference', '')}".strip()
        case PlannedFlight():
            label = thing.campaign.name
        case PlannedUse():
            label = f"code ending {thing.code.ending} in {thing.account or 'an ad account'}"
        case _:
            label = thing.name
    return label


def _changes(thing: Planned) -> list[Change]:
    """What is stored anew: field, value on file (None: there is none), value to be."""
    match thing:
        case PlannedCreator() | PlannedPost():
            row: Any = thing.row
            values = thing.values if row is None else thing.changes
            found = [(name, getattr(row, name, None), value) for name, value in values.items()]
            if isinstance(thing, PlannedPost):
                found += [("stage", None, stage) for stage in sorted(thing.stages)]
                found += [(name, None, number) for name, number in thing.numbers.items()]
            return found
        case PlannedCode():
            return _code_changes(thing)
        case PlannedRight():
            return _right_changes(thing)
        case PlannedFlight():
            return _flight_changes(thing)
        case _:
            return []


def _code_changes(code: PlannedCode) -> list[Change]:
    row, window = code.row, code.window
    after: list[tuple[str, Any]] = [
        ("starts_at", window.starts_at),
        ("expires_at", window.expires_at),
        ("end_source", window.end_source.value),
        ("revoked_at", code.revoked_at),
    ]
    return _differing(row, after)


def _right_changes(right: PlannedRight) -> list[Change]:
    row, term = right.row, right.term
    ends = [
        ("ends_on", term.ends_on),
        ("term_days", term.days),
        ("term_months", term.months),
        ("perpetual", term.perpetual),
    ]
    others = [("paid_amplification", right.paid), *right.values.items()]
    if row is None:
        return _differing(None, [("starts_on", right.starts_on), *ends, *others])
    changed = [(name, getattr(row, name), value) for name, value in right.changes.items()]
    return (_differing(row, ends) if term != term_of(row) else []) + changed


def _flight_changes(flight: PlannedFlight) -> list[Change]:
    said: list[tuple[str, Any]] = [
        ("starts_on", flight.starts_on),
        ("ends_on", flight.ends_on),
        ("daily_spend", flight.daily_spend),
    ]
    people: list[tuple[str, Any]] = [
        ("buyer", flight.buyer),
        ("buyer_invited", flight.buyer_invited),
        ("ad_account", flight.ad_account),
    ]
    found = _differing(flight.row, said)
    for name, value in people:
        before = getattr(flight.row, name) if flight.row else None
        if value is not None and value != before:
            found.append((name, str(before) if before else None, str(value)))
    return found


def _differing(row: Any, after: Iterable[tuple[str, Any]]) -> list[Change]:
    if row is None:
        return [(name, None, value) for name, value in after if value not in (None, "", False)]
    return [(name, old, value) for name, value in after if (old := getattr(row, name)) != value]
