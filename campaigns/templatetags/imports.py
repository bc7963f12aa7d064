"""``{% load imports %}``: imports in words."""

from dataclasses import dataclass
from typing import Protocol

from django import template

from campaigns.enums import ImportState
from campaigns.forms.columns import ColumnsForm
from campaigns.forms.owners import OwnersForm
from campaigns.import_words import STAGES, STATES, TOUCHED, came_of_it, counted_kinds, in_a_row
from campaigns.models import ImportRun
from campaigns.phrases import Tone
from campaigns.progress import Progress
from sparktrack.core.wording import count

register = template.Library()


@dataclass(frozen=True, slots=True)
class RunWords:
    """An import in words: its badge, a headline, and what came of it."""

    state: str
    tone: Tone
    headline: str
    sentence: str


@dataclass(frozen=True, slots=True)
class Step:
    """One of the steps of an import."""

    name: str
    is_done: bool
    is_current: bool


@dataclass(frozen=True, slots=True)
class ProgressWords:
    """Work under way."""

    title: str
    stage: str
    done: int
    total: int
    note: str

    @property
    def done_of(self) -> str:
        """``1,200 of 20,000``."""
        return f"{self.done:,} of {self.total:,}"


@dataclass(frozen=True, slots=True)
class PreviewWords:
    """What a preview says first."""

    headline: str
    sentence: str


class Counted(Protocol):
    """The sum of a preview (campaigns.views.imports.previews)."""

    rows: int
    rows_to_import: int
    conflicts: int
    errors: int
    unchanged: int
    skipped: int


_HEADLINES = {
    ImportState.APPLIED: "Imported",
    ImportState.UNDONE: "Undone: everything is as it was before",
    ImportState.REFUSED: "Nothing was written",
    ImportState.FAILED: "Nothing was written",
    ImportState.DISCARDED: "Discarded: nothing was written",
}
_STEPS = ("Sheet", "Columns", "Check the rows", "Import")
_CURRENT = {
    ImportState.UPLOADED: 1,
    ImportState.READING: 2,
    ImportState.PREVIEWED: 2,
    ImportState.APPLYING: 3,
    ImportState.APPLIED: 4,
    ImportState.UNDONE: 4,
}


@register.simple_tag
def run_words(run: ImportRun) -> RunWords:
    """``{% run_words run as words %}``: an import in words."""
    state = ImportState(run.state)
    name, tone = STATES[state]
    return RunWords(name, tone, _HEADLINES.get(state, name), _sentence(run, state))


def _sentence(run: ImportRun, state: ImportState) -> str:
    match state:
        case ImportState.APPLIED:
            # Only the history has the counts beside the run; the page of one import says what was touched instead.
            counts = vars(run)
            created, updated = counts.get("created_counts"), counts.get("updated_counts")
            return came_of_it({"created": created, "updated": updated or {}}) if created else ""
        case ImportState.UNDONE:
            who = f" by {run.undone_by.get_full_name()}" if run.undone_by else ""
            return f"What it had created or changed was put back{who}."
        case ImportState.REFUSED:
            return "Rows had errors, and nobody had said to leave them out."
        case ImportState.FAILED:
            return run.problem
        case ImportState.DISCARDED:
            return "The sheet and its preview are deleted."
        case _:
            return ""


@register.filter
def by_whom(run: ImportRun) -> str:
    """Who brought the sheet."""
    return run.by.get_full_name() if run.by else "from the shell"


@register.simple_tag(takes_context=True)
def steps(context: template.Context, run: ImportRun) -> list[Step]:
    """``{% steps run as steps %}``: where an import stands."""
    current = 1 if context.get("step") == "columns" else _CURRENT.get(ImportState(run.state))
    if current is None:
        return []
    return [Step(name, number < current, number == current) for number, name in enumerate(_STEPS)]


@register.simple_tag
def progress_words(run: ImportRun, progress: Progress | None) -> ProgressWords:
    """``{% progress_words run progress as words %}``: work under way; None: no worker has begun yet."""
    if run.state == ImportState.APPLYING:
        title = f"Importing {run.file_name}"
        note = "You can close this page; the import goes on. It is all written at once at the end, or not at all."
    else:
        title = f"Reading {run.file_name}"
        note = "You can close this page and come back. Nothing is written yet."
    if progress is None or progress.stage == "waiting":
        waiting = "Waiting for another import of this brand." if progress else "Waiting to begin."
        return ProgressWords(title, waiting, 0, 0, note)
    stage = STAGES.get(progress.stage, "Working")
    return ProgressWords(title, f"{stage} …", progress.done, progress.total, note)


@register.simple_tag
def preview_words(run: ImportRun, preview: Counted) -> PreviewWords:
    """``{% preview_words run preview as words %}``: what a preview says first."""
    parts = [f"{preview.rows:,} in the sheet"]
    said = (
        (preview.conflicts, "with a conflict"),
        (preview.errors, "with errors"),
        (preview.unchanged, "unchanged"),
        (preview.skipped, "skipped"),
    )
    parts += [f"{number:,} {words}" for number, words in said if number]
    created = counted_kinds(run.report.get("created", {}))
    changed = counted_kinds(run.report.get("updated", {}))
    effects = [f"Creates {created}."] if created else []
    if changed:
        effects.append(f"Changes {changed}.")
    if preview.rows_to_import:
        headline = f"{count(preview.rows_to_import, 'row')} to import"
    elif preview.errors and not preview.unchanged:
        headline = "No row can be imported as it is"
    else:
        headline = "Nothing to import: what can be is on file already"
    return PreviewWords(headline, f"{', '.join(parts)}. {' '.join(effects)}")


@register.filter
def understood(form: ColumnsForm) -> int:
    """How many columns have a place of their own."""
    return sum(line.understood for line in form.lines)


@register.filter
def owners_question(form: OwnersForm) -> str:
    """``Who are “Jo” and “Mara K.”?``"""
    names = [f"“{name}”" for name in form.names[:3]]
    if len(form.names) > 3:
        return f"Who are {', '.join(names)} and {len(form.names) - 3} more?"
    return f"Who {'is' if len(names) == 1 else 'are'} {in_a_row(names)}?"


@register.filter
def touched_noun(kind: str) -> str:
    """The word for a model on these pages."""
    return (
        TOUCHED[kind][0] if kind in TOUCHED else {"brand": "brand", "adaccount": "ad account"}.get(kind, "")
    )
