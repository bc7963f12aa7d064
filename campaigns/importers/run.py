"""One import from the file to the report, and the steps that the shell and the pages share."""

import hashlib
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from authorizations.operations.gaps import coverage_change
from brands.models import Brand
from campaigns.enums import ImportState
from campaigns.importers.applying import Applier, Progress, no_progress
from campaigns.importers.journal import Journal
from campaigns.importers.memory import owners_meant, remembered_columns
from campaigns.importers.onfile import load
from campaigns.importers.plan import ImportPlan
from campaigns.importers.planning import plan_import
from campaigns.importers.reading import ReadOptions, Tracker, read_tracker
from campaigns.importers.report import report_of, shortened
from campaigns.models import ImportRun
from campaigns.operations.imports import record_import
from campaigns.operations.touched import mark_of
from sparktrack.core.actors import Actor
from sparktrack.core.ids import uuid7
from sparktrack.core.tabular import open_sheets


@dataclass(frozen=True, slots=True)
class ImportOutcome:
    """What came of an import; the things of an applied ``plan`` know their rows by now, the report what was new."""

    run: ImportRun
    report: dict[str, Any]
    plan: ImportPlan


def import_tracker(
    path: Path,
    *,
    brand: Brand,
    options: ReadOptions,
    apply: bool,
    skip_errors: bool,
    now: datetime,
    actor: Actor,
    progress: Progress = no_progress,
) -> ImportOutcome:
    """Read a tracker and, if ``apply`` is asked for, write it in one transaction; every run is on record.

    Any error means that nothing is written, unless ``skip_errors`` leaves out the rows that have one. Raises
    UnusableFile or ColumnRefused for a file that cannot be used; then there is no record of a run either.
    """
    progress("reading", 0, 1)
    with open_sheets(path) as file:
        tracker = read_tracker(file, options, zone=brand.time_zone, remembered=remembered_columns(brand))
        digest = _sha256(path)
    progress("reading", 1, 1)
    run_id = uuid7()

    def record(plan: ImportPlan, report: dict[str, Any], state: ImportState) -> ImportOutcome:
        run = record_import(
            run_id=run_id,
            brand=brand,
            file_name=path.name,
            sheet=tracker.sheet or "",
            sha256=digest,
            state=state,
            report=shortened(report),
            now=now,
            actor=actor,
        )
        return ImportOutcome(run, report, plan)

    if not apply:
        plan = plan_of(tracker, brand, options, now=now)
        return record(plan, report_of(path.name, tracker, plan, applied=False), ImportState.PREVIEWED)
    with coverage_change(brand) as touched:
        # Matched under the lock of the brand: nobody can put the same things on file in between.
        plan = plan_of(tracker, touched.brand, options, now=now)
        if plan.failed and not skip_errors:
            return record(plan, report_of(path.name, tracker, plan, applied=False), ImportState.REFUSED)
        report = report_of(path.name, tracker, plan, applied=True)
        carry_out(plan, brand=touched.brand, run_id=run_id, now=now, actor=actor, progress=progress)
        return record(plan, report, ImportState.APPLIED)


def plan_of(tracker: Tracker, brand: Brand, options: ReadOptions, *, now: datetime) -> ImportPlan:
    """Match the rows of a sheet, which are let go of, with what is on file, and plan what they do."""
    rows, tracker.rows = tracker.rows, []
    on_file = load(brand, rows)
    on_file.owners = owners_meant(brand, options.owners)
    return plan_import(
        rows,
        on_file,
        brand=brand,
        columns=tracker.columns,
        decisions=options.decisions,
        undecided=options.undecided,
        now=now,
    )


def carry_out(
    plan: ImportPlan,
    *,
    brand: Brand,
    run_id: UUID,
    now: datetime,
    actor: Actor,
    progress: Progress,
) -> None:
    """Write a plan and what it touched, in the transaction of the caller and under the lock of the brand.

    The row of the run may come after it, in the same transaction.
    """
    journal = Journal(brand, plan)
    # What the import did is told from what others did by this mark in the audit.
    marked = replace(actor, request_id=mark_of(run_id))
    made = Applier(brand, now=now, actor=marked, progress=progress).apply(plan)
    progress("noting", 0, 1)
    journal.keep(run_id, made)
    progress("noting", 1, 1)


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
