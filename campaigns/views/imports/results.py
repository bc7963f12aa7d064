"""What the page of an applied import shows: what it created and changed, and the way back."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.urls import NoReverseMatch, reverse

from brands.access import BrandRequest
from campaigns.enums import RowOutcome
from campaigns.import_rows import ShownChange, shown_value
from campaigns.import_words import TOUCHED, field_words, in_a_row
from campaigns.models import ImportRun
from campaigns.queries.imports import Page, outcomes, touched_counts, touched_rows
from sparktrack.core.wording import TimeWords, count


@dataclass(frozen=True, slots=True)
class KindChip:
    """A kind of thing the import touched, to show only these."""

    kind: str
    name: str
    count: int


@dataclass(frozen=True, slots=True)
class ShownTouched:
    """A thing the import created or changed."""

    noun: str
    label: str
    created: bool
    changes: list[ShownChange]
    post_id: UUID | None


def result_of(request: BrandRequest, run: ImportRun, times: TimeWords) -> dict[str, Any]:
    """The context of an applied or undone import."""
    counts = touched_counts(run)
    kind = request.GET.get("kind", "")
    if kind not in counts:
        kind = ""
    page = touched_rows(run, kind=kind, after=request.GET.get("after", ""))
    found = outcomes(run)
    return {
        "sentence": touched_sentence(counts),
        "touched": _shown(page, times),
        "kinds": [
            KindChip(name, TOUCHED[name][1], sum(counts[name]))
            for name in TOUCHED
            if sum(counts.get(name, (0, 0)))
        ],
        "kind": kind,
        "total": sum(map(sum, counts.values())),
        "next_link": _next(kind, page),
        "is_later": bool(request.GET.get("after")),
        "rejected": found[RowOutcome.ERROR],
        "skipped": found[RowOutcome.SKIPPED],
        "findings_url": _findings(request, run),
    }


def touched_sentence(counts: dict[str, tuple[int, int]]) -> str:
    """``30 creators and 73 posts created, 2 flights changed.``"""
    parts = []
    for place, verb in enumerate(("created", "changed")):
        said = [
            count(counts[kind][place], TOUCHED[kind][0])
            for kind in TOUCHED
            if counts.get(kind, (0, 0))[place]
        ]
        if said:
            parts.append(f"{in_a_row(said)} {verb}")
    return f"{', '.join(parts)}." if parts else "Everything in the sheet was on file already."


def _shown(page: Page, times: TimeWords) -> list[ShownTouched]:
    return [
        ShownTouched(
            noun=TOUCHED[row.kind][0] if row.kind in TOUCHED else row.kind,
            label=row.label,
            created=row.created,
            changes=[
                ShownChange(
                    field_words(name), shown_value(before, times, name), shown_value(after, times, name)
                )
                for name, before, after in row.changes
            ],
            post_id=row.post_id,
        )
        for row in page.rows
    ]


def _next(kind: str, page: Page) -> str:
    if page.after is None:
        return ""
    return f"?{urlencode({**({'kind': kind} if kind else {}), 'after': page.after})}"


def _findings(request: BrandRequest, run: ImportRun) -> str:
    """The page that says what the sheet did not tell, for the posts of this import; empty if there is none."""
    try:
        return f"{reverse('findings', args=[request.brand.slug])}?import={run.pk}"
    except NoReverseMatch:
        return ""
