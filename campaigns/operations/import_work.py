"""What a worker does with a run: takes it, gives it back, finishes it, and what died is swept.

Every step is a guarded update (``WHERE state AND attempt``): of two workers one does it, and whoever worked on an
attempt that is over changes nothing.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from brands.operations.audit import Change, record_changes
from brands.operations.edits import writing
from campaigns.enums import ImportState
from campaigns.models import ImportRow, ImportRun
from campaigns.operations.imports import came_of_it
from campaigns.operations.touched import zones_of
from sparktrack.core.actors import Actor, ActorKind
from sparktrack.core.bulk import insert
from sparktrack.core.refusals import RefusedError

INTERRUPTED = "The import was interrupted; nothing was written. Start it again."
CHANGED = "Something changed since you looked: look again."
# A worker that gave no sign of life for so long is dead.
SILENCE = timedelta(seconds=60)


class LateWorkerError(RefusedError):
    """The run was taken from this worker; what it wrote is taken back."""

    def __init__(self) -> None:
        super().__init__(INTERRUPTED)


def begin_work(*, run_id: UUID, state: ImportState, now: datetime) -> ImportRun | None:
    """Take a waiting run; None if there is nothing to take: it is in other hands, finished, or gone."""
    with writing():
        taken = ImportRun.objects.filter(pk=run_id, state=state, begun_at=None).update(begun_at=now)
        if not taken:
            return None
        run: ImportRun = ImportRun.objects.select_related("brand").get(pk=run_id)
    return run


def give_back(*, run: ImportRun) -> None:
    """Put a taken run back into the queue: the brand was busy, or the machine is going down."""
    with writing():
        _mine(run).update(begun_at=None)


def finish_preview(
    *,
    run: ImportRun,
    sheet: str,
    report: dict[str, Any],
    rows: Sequence[ImportRow],
    plan_digest: str,
    problem: str = "",
    now: datetime,
    actor: Actor,
) -> None:
    """Keep what the sheet would do, as ``run.wishes`` say it is read; the rows of an earlier preview go.

    Raises LateWorkerError, BrandBusyError.
    """
    with writing():
        _finish(
            run,
            now=now,
            state=ImportState.PREVIEWED,
            sheet=sheet[:120],
            report=report,
            plan_digest=plan_digest,
            problem=problem,
            wishes=run.wishes,
        )
        ImportRow.objects.filter(brand=run.brand_id, run=run).delete()
        insert(rows)
        record_changes(run.brand, [came_of_it(run)], now=now, actor=actor)


def finish_apply(
    *, run: ImportRun, report: dict[str, Any], problem: str = "", now: datetime, actor: Actor
) -> None:
    """The run is applied: the last step of the import's transaction. Raises LateWorkerError, and all is taken back."""
    zones = zones_of(run.brand_id)
    _finish(run, now=now, state=ImportState.APPLIED, report=report, problem=problem, zones=zones)
    record_changes(run.brand, [came_of_it(run)], now=now, actor=actor)


def fail_work(*, run: ImportRun, problem: str, now: datetime, actor: Actor) -> None:
    """It could not be done and nothing was written; ``problem`` says why. A run in other hands stays as it is."""
    with writing():
        if _mine(run).update(state=ImportState.FAILED, problem=problem[:500], ended_at=now):
            change = Change("import.failed", run, after={"state": "failed", "problem": problem[:500]})
            record_changes(run.brand, [change], now=now, actor=actor)


def waiting_runs(*, before: datetime) -> list[tuple[UUID, ImportState]]:
    """The runs of all brands that nobody took until ``before``, oldest first; at most 1,000."""
    runs = ImportRun.objects.filter(
        state__in=[ImportState.READING, ImportState.APPLYING], begun_at=None, asked_at__lte=before
    )
    found = runs.order_by("asked_at").values_list("pk", "state")[:1_000]
    return [(pk, ImportState(state)) for pk, state in found]


def runs_in_hands(*, before: datetime) -> list[ImportRun]:
    """The runs of all brands that a worker took until ``before`` and did not finish; at most 1,000."""
    runs = ImportRun.objects.filter(
        state__in=[ImportState.READING, ImportState.APPLYING], begun_at__lte=before
    )
    return list(runs.select_related("brand").order_by("asked_at")[:1_000])


def asker(run: ImportRun) -> Actor:
    """Who asked last, for whoever works in their name."""
    kept = run.actor
    return Actor(
        ActorKind(kept["kind"]), kept["id"], kept["label"], ip=kept["ip"], request_id=kept["request_id"]
    )


def _finish(run: ImportRun, *, now: datetime, **values: Any) -> None:
    if not _mine(run).update(ended_at=now, **values):
        raise LateWorkerError
    for name, value in values.items():
        setattr(run, name, value)


def _mine(run: ImportRun) -> Any:
    """The row of ``run`` as long as it is the attempt that was taken."""
    return ImportRun.objects.filter(
        pk=run.pk, brand=run.brand_id, state=run.state, attempt=run.attempt, begun_at=run.begun_at
    )
