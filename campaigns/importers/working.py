"""What a worker does: it takes a run from the table, reads or writes its sheet, and says what came of it."""

import gc
import io
import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from authorizations.operations.gaps import coverage_change
from brands.models import Brand
from brands.operations.edits import BrandBusyError
from campaigns.enums import ImportState
from campaigns.importers.columns import chosen_columns
from campaigns.importers.looking import kept_sheet
from campaigns.importers.memory import owners_of, remembered_columns
from campaigns.importers.plan import ImportPlan
from campaigns.importers.preview import digest_of, rows_of
from campaigns.importers.reading import ReadOptions, Tracker, read_tracker
from campaigns.importers.report import report_of, shortened
from campaigns.importers.run import carry_out, plan_of
from campaigns.models import ImportRun
from campaigns.operations.import_work import (
    CHANGED,
    INTERRUPTED,
    SILENCE,
    LateWorkerError,
    asker,
    begin_work,
    fail_work,
    finish_apply,
    finish_preview,
    give_back,
    runs_in_hands,
    waiting_runs,
)
from campaigns.progress import Pulse, progress_of
from campaigns.wishes import Decision, Wishes
from sparktrack.core.actors import Actor, system_actor
from sparktrack.core.dates import DateOrder
from sparktrack.core.refusals import RefusedError
from sparktrack.core.tabular import SheetFile, open_sheets

log = logging.getLogger(__name__)
Clock = Callable[[], datetime]

# The lock of a brand is waited for that many times (10 or 20 seconds each), then the run goes back to the queue.
_TRIES = 6
_BROKEN = "Something went wrong on our side; nothing was written. Try again, or ask whoever runs sparktrack."


def preview_run(run_id: UUID, *, clock: Clock) -> None:
    """Read the sheet of a waiting run and keep what it would do. A run that is not waiting is left alone."""
    _work(run_id, ImportState.READING, clock)


def apply_run(run_id: UUID, *, clock: Clock) -> None:
    """Write what the preview of a waiting run showed: all, or nothing. A run that is not waiting is left alone.

    If the plan is no longer the one of the preview, nothing is written and the preview is made afresh.
    """
    _work(run_id, ImportState.APPLYING, clock)


def sweep(*, now: datetime) -> list[tuple[UUID, ImportState]]:
    """Say of runs whose worker died that nothing was written; returns those that nobody took, to be woken again."""
    for run in runs_in_hands(before=now - SILENCE):
        told = progress_of(run)
        if told is None or told.at <= now - SILENCE:
            with suppress(BrandBusyError):  # the next sweep finds it again
                fail_work(run=run, problem=INTERRUPTED, now=now, actor=system_actor("sweep_imports"))
    return waiting_runs(before=now)


def _work(run_id: UUID, state: ImportState, clock: Clock) -> None:
    try:
        run = begin_work(run_id=run_id, state=state, now=clock())
    except BrandBusyError:
        return  # it is still waiting: the sweeper wakes for it
    if run is None:
        return
    with Pulse(run, clock) as pulse, _collector_at_rest():
        for _ in range(_TRIES):
            if _Work(run, asker(run), clock(), pulse).is_done():
                return
            pulse("waiting", 0, 1)
        give_back(run=run)


@contextmanager
def _collector_at_rest() -> Iterator[None]:
    """A big sheet is hundreds of thousands of objects that live to the end: to look through them takes a third."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


@dataclass(frozen=True, slots=True)
class _Work:
    """One try at a run that was taken."""

    run: ImportRun
    actor: Actor
    now: datetime
    pulse: Pulse

    def is_done(self) -> bool:
        """Do it, or say why it cannot be done; False if somebody else is writing in the brand."""
        try:
            with open_sheets(io.BytesIO(kept_sheet(self.run))) as file:
                if self.run.state == ImportState.READING:
                    self._preview(file)
                else:
                    self._apply(file)
        except BrandBusyError:
            return False
        except LateWorkerError:
            log.warning("import %s was taken from this worker: nothing was written", self.run.pk)
        except RefusedError as error:
            self._fail(f"{error.message} Nothing was written.")
        except Exception:
            self._fail(_BROKEN)
            raise
        return True

    def _fail(self, problem: str) -> None:
        fail_work(run=self.run, problem=problem, now=self.now, actor=self.actor)

    def _preview(self, file: SheetFile, problem: str = "") -> None:
        tracker = self._read(file)
        self.pulse("planning", 0, tracker.count)
        plan = plan_of(tracker, self.run.brand, self._options(), now=self.now)
        rows = rows_of(plan, tracker, file, self.run)
        self.pulse("planning", len(rows), tracker.count)
        finish_preview(
            run=self.run,
            sheet=tracker.sheet or "",
            report=shortened(report_of(self.run.file_name, tracker, plan, applied=False)),
            rows=rows,
            plan_digest=digest_of(plan),
            problem=problem,
            now=self.now,
            actor=self.actor,
        )

    def _apply(self, file: SheetFile) -> None:
        tracker = self._read(file)
        with coverage_change(self.run.brand) as touched:
            # Planned under the lock of the brand: nobody can put the same things on file in between.
            self.pulse("planning", 0, 1)
            plan = plan_of(tracker, touched.brand, self._options(), now=self.now)
            in_the_way = plan.failed and not Wishes.from_json(self.run.wishes).skip_errors
            as_seen = digest_of(plan) == self.run.plan_digest and not in_the_way
            if as_seen:
                self._write(plan, tracker, touched.brand)
        if not as_seen:
            # What was decided was decided of another conflict.
            self.run.wishes = {**self.run.wishes, "decisions": {}}
            self._preview(file, CHANGED)

    def _write(self, plan: ImportPlan, tracker: Tracker, brand: Brand) -> None:
        report = shortened(report_of(self.run.file_name, tracker, plan, applied=True))
        carry_out(plan, brand=brand, run_id=self.run.pk, now=self.now, actor=self.actor, progress=self.pulse)
        finish_apply(run=self.run, report=report, now=self.now, actor=self.actor)

    def _read(self, file: SheetFile) -> Tracker:
        self.pulse("reading", 0, 1)
        known = remembered_columns(self.run.brand)
        tracker = read_tracker(file, self._options(), zone=self.run.brand.time_zone, remembered=known)
        self.pulse("reading", 1, 1)
        return tracker

    def _options(self) -> ReadOptions:
        wishes = Wishes.from_json(self.run.wishes)
        return ReadOptions(
            wishes.sheet or None,
            DateOrder(wishes.date_order) if wishes.date_order else None,
            chosen_columns(wishes.columns),
            owners_of(self.run.brand, wishes.owners),
            wishes.decisions,
            Decision.KEEP,
        )
