"""One import from the file to the report."""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from authorizations.operations.gaps import coverage_change
from brands.models import Brand
from campaigns.enums import ImportState
from campaigns.importers.applying import Applier, Progress, no_progress
from campaigns.importers.onfile import load
from campaigns.importers.plan import ImportPlan
from campaigns.importers.planning import plan_import
from campaigns.importers.reading import ReadOptions, Tracker, read_tracker
from campaigns.importers.report import report_of, shortened
from campaigns.models import ImportRun
from campaigns.operations.imports import record_import
from sparktrack.core.actors import Actor
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
        tracker = read_tracker(file, options, zone=brand.time_zone)
        digest = _sha256(path)
    progress("reading", 1, 1)
    run = _Run(path.name, digest, tracker, brand, now, actor)
    if not apply:
        plan = run.plan(brand)
        return run.record(plan, report_of(path.name, tracker, plan, applied=False), ImportState.PREVIEWED)
    with coverage_change(brand) as touched:
        # Matched under the lock of the brand: nobody can put the same things on file in between.
        plan = run.plan(touched.brand)
        if plan.failed and not skip_errors:
            return run.record(plan, report_of(path.name, tracker, plan, applied=False), ImportState.REFUSED)
        report = report_of(path.name, tracker, plan, applied=True)
        Applier(touched.brand, now=now, actor=actor, progress=progress).apply(plan)
        return run.record(plan, report, ImportState.APPLIED)


@dataclass(frozen=True, slots=True)
class _Run:
    """What planning and recording share."""

    file_name: str
    digest: str
    tracker: Tracker
    brand: Brand
    now: datetime
    actor: Actor

    def plan(self, brand: Brand) -> ImportPlan:
        rows, self.tracker.rows = self.tracker.rows, []
        return plan_import(rows, load(brand, rows), brand=brand, columns=self.tracker.columns, now=self.now)

    def record(self, plan: ImportPlan, report: dict[str, Any], state: ImportState) -> ImportOutcome:
        run = record_import(
            brand=self.brand,
            file_name=self.file_name,
            sheet=self.tracker.sheet or "",
            sha256=self.digest,
            state=state,
            report=shortened(report),
            now=self.now,
            actor=self.actor,
        )
        return ImportOutcome(run, report, plan)


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
