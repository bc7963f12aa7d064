"""What the import pages say. Plain Python, English, no clock."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from campaigns.enums import ImportState, RowOutcome
from campaigns.phrases import Tone
from sparktrack.core.wording import count

# How a kind of the report is counted, in the order of the sentence.
_KINDS: Final = {
    "creators": "creator",
    "posts": "post",
    "codes": "code",
    "rights": "right",
    "campaigns": "campaign",
    "flights": "flight",
}


@dataclass(frozen=True, slots=True)
class OutcomeWords:
    """A row's outcome: on a badge, on a chip, and what it means."""

    badge: str
    chip: str
    note: str
    tone: Tone


OUTCOMES: Final = {
    RowOutcome.CONFLICT: OutcomeWords(
        "Conflict", "Conflicts", "what is on file comes from a better source than the sheet", Tone.WARN
    ),
    RowOutcome.ERROR: OutcomeWords("Error", "Errors", "these rows cannot be imported as they are", Tone.STOP),
    RowOutcome.CREATE: OutcomeWords("New", "New", "something of the row is not on file yet", Tone.OK),
    RowOutcome.UPDATE: OutcomeWords("Change", "Changes", "something on file changes", Tone.OK),
    RowOutcome.UNCHANGED: OutcomeWords("Unchanged", "Unchanged", "everything is on file already", Tone.IDLE),
    RowOutcome.SKIPPED: OutcomeWords(
        "Skipped", "Skipped", "another platform's post, or a row that is there twice", Tone.IDLE
    ),
}

STATES: Final = {
    ImportState.UPLOADED: ("Columns to be confirmed", Tone.WARN),
    ImportState.READING: ("Reading", Tone.IDLE),
    ImportState.PREVIEWED: ("To be checked", Tone.WARN),
    ImportState.APPLYING: ("Importing", Tone.IDLE),
    ImportState.APPLIED: ("Imported", Tone.OK),
    ImportState.UNDONE: ("Undone", Tone.IDLE),
    ImportState.REFUSED: ("Nothing written", Tone.STOP),
    ImportState.FAILED: ("Nothing written", Tone.STOP),
    ImportState.DISCARDED: ("Discarded", Tone.IDLE),
}

STAGES: Final = {
    "reading": "Reading the sheet",
    "planning": "Comparing the rows with what is on file",
    "creators": "Writing creators",
    "posts": "Writing posts",
    "stages": "Writing stages of posts",
    "numbers": "Writing numbers of posts",
    "codes": "Writing codes",
    "uses of codes": "Writing where codes are in use",
    "rights": "Writing usage rights",
    "campaigns": "Writing campaigns",
    "flights": "Writing flights",
    "judging": "Judging what may run",
    "noting": "Noting what was touched, so that it can be undone",
}


# What an import touches, by model: how it is counted, and what several of them are called on a chip.
TOUCHED: Final = {
    "creator": ("creator", "Creators"),
    "post": ("post", "Posts"),
    "authorizationcode": ("code", "Codes"),
    "codeuse": ("use of a code", "Uses of codes"),
    "usageright": ("right", "Rights"),
    "campaign": ("campaign", "Campaigns"),
    "flight": ("flight", "Flights"),
    "stageevent": ("stage", "Stages"),
    "metricssnapshot": ("set of numbers", "Numbers"),
}


# Stored names that do not speak for themselves; the others are said as they are, without underscores.
_FIELDS: Final = {
    "starts_at": "starts",
    "starts_on": "starts",
    "expires_at": "ends",
    "expires_on": "ends",
    "ends_at": "ends",
    "ends_on": "ends",
    "end_source": "source",
    "window_days": "days",
    "term_days": "days",
    "term_months": "months",
    "revoked_at": "revoked",
    "paid_amplification": "paid use",
    "contract_reference": "contract",
    "daily_spend": "spend a day",
    "buyer_invited": "buyer (invited)",
    "sku": "SKU",
    "url": "link",
}


def field_words(name: str) -> str:
    """The word for a stored field: ``ends`` for ``expires_at``, ``hook angle`` for ``hook_angle``."""
    return _FIELDS.get(name, name.replace("_", " "))


def counted_kinds(counts: Mapping[str, int]) -> str:
    """``30 creators, 73 posts and 60 flights``; empty if all are zero."""
    return in_a_row([count(number, noun) for kind, noun in _KINDS.items() if (number := counts.get(kind, 0))])


def in_a_row(parts: Sequence[str]) -> str:
    """``a``, ``a and b``, ``a, b and c``."""
    if len(parts) < 2:
        return "".join(parts)
    return f"{', '.join(parts[:-1])} and {parts[-1]}"


def came_of_it(report: Mapping[str, Mapping[str, int]]) -> str:
    """``Created 30 creators and 73 posts. Changed 2 flights.``: an applied import in a sentence."""
    created = counted_kinds(report.get("created", {}))
    changed = counted_kinds(report.get("updated", {}))
    sentences = [f"Created {created}."] if created else []
    if changed:
        sentences.append(f"Changed {changed}.")
    return " ".join(sentences) or "Everything in the sheet was on file already."
