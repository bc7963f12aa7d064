"""What came of an import, for people and programs. It never holds a code."""

from typing import Any

from campaigns.importers.columns import Field
from campaigns.importers.messages import Message, Problem
from campaigns.importers.plan import Effect, ImportPlan
from campaigns.importers.planning_flights import WITHOUT_CAMPAIGN
from campaigns.importers.reading import Tracker

# Whoever stores a report stores at most so many messages of each kind.
STORED_MESSAGES = 1_000
STORED_OWNERS = 200


def report_of(file_name: str, tracker: Tracker, plan: ImportPlan, *, applied: bool) -> dict[str, Any]:
    """The report as JSON can hold it. Make it before the plan is applied: then everything would be on file."""
    errors: list[Message] = []
    skipped: list[Message] = []
    warnings: list[Message] = []
    for row in plan.rows:
        for message in row.messages:
            if message.problem.is_error:
                errors.append(message)
            elif message.problem is Problem.OTHER_PLATFORM:
                skipped.append(message)
            else:
                warnings.append(message)
    counts = plan.counts()
    return {
        "file": file_name,
        "sheet": tracker.sheet,
        "header_row": tracker.header.row,
        "header": list(tracker.header.names),
        "date_order": tracker.date_order.value if tracker.date_order else None,
        "rows": tracker.count,
        **{
            effect.value: {kind.value: number for kind, number in counts[effect].items()} for effect in Effect
        },
        "errors": [message.as_report() for message in errors],
        "skipped": [message.as_report() for message in skipped],
        "warnings": [message.as_report() for message in warnings],
        "columns": tracker.header.columns,
        "unmapped": tracker.header.unmapped,
        "notes": _remarks(tracker, plan),
        # Names of owners that are nobody's here, and a date that can be read in two ways: to be asked about.
        "unknown_owners": dict(plan.unknown_owners),
        "date_question": tracker.date_question,
        "applied": applied,
    }


def shortened(report: dict[str, Any]) -> dict[str, Any]:
    """The report with at most ``STORED_MESSAGES`` messages of each kind, for the database."""
    cut = {name: report[name][:STORED_MESSAGES] for name in ("errors", "skipped", "warnings")}
    left_off = sum(len(report[name]) - len(kept) for name, kept in cut.items())
    owners = dict(list(report["unknown_owners"].items())[:STORED_OWNERS])
    return {**report, **cut, "unknown_owners": owners, "messages_left_off": left_off}


def _remarks(tracker: Tracker, plan: ImportPlan) -> list[str]:
    """What holds for the whole sheet."""
    fields = set(tracker.header.fields.values())
    remarks = []
    if not fields & {Field.PAID, Field.RIGHTS_START, Field.RIGHTS_END}:
        remarks.append("The sheet has no column for usage rights: none are made.")
    elif Field.PAID not in fields:
        remarks.append("The sheet does not say whether paid use is allowed: new rights are made without it.")
    if plan.invented_campaign:
        remarks.append(f"Flights without a campaign stand under “{WITHOUT_CAMPAIGN}”.")
    if any(any(map(str.isalnum, name)) for name in tracker.header.unmapped):
        remarks.append("Columns that have no place here go to the notes of the posts.")
    return remarks
