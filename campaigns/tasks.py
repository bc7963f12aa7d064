"""Work in the background: imports, whose table of runs is the queue while a message only wakes; the demo brand."""

import logging
from uuid import UUID

from celery import shared_task
from django.conf import settings
from kombu.exceptions import OperationalError

from campaigns.demo_days import refresh_demo
from campaigns.enums import ImportState
from campaigns.importers.working import apply_run, preview_run, sweep
from campaigns.models import ImportRun
from campaigns.operations.imports import forget_old_sheets
from campaigns.operations.owners import give_flights_to_accepted
from sparktrack.core.actors import system_actor
from sparktrack.core.clock import utc_now

log = logging.getLogger(__name__)


def wake(run: ImportRun) -> None:
    """Tell a worker that ``run`` waits. Call it after the commit; without a broker the sweeper finds it in a minute."""
    _wake(run.pk, ImportState(run.state))


def _wake(run_id: UUID, state: ImportState) -> None:
    task = preview_import if state is ImportState.READING else apply_import
    try:
        task.delay(str(run_id))
    except (OperationalError, OSError):
        log.warning("broker is away: the import %s waits for the sweeper", run_id)


@shared_task
def preview_import(run_id: str) -> None:
    """Read a sheet and keep what it would do. Doing it twice does no harm."""
    preview_run(UUID(run_id), clock=utc_now)


@shared_task
def apply_import(run_id: str) -> None:
    """Write what the preview showed, all or nothing. Doing it twice does no harm."""
    apply_run(UUID(run_id), clock=utc_now)


@shared_task
def sweep_imports() -> None:
    """Each minute: wakes for runs that nobody took, and says of those whose worker died that nothing was written."""
    for run_id, state in sweep(now=utc_now()):
        _wake(run_id, state)


@shared_task
def give_flights() -> None:
    """Each minute: whoever accepted their invitation becomes the buyer of the flights that wait for them."""
    give_flights_to_accepted(now=utc_now(), actor=system_actor("give_flights"))


@shared_task
def delete_old_sheets() -> None:
    """Daily: sheets are kept for 30 days."""
    forget_old_sheets(now=utc_now(), actor=system_actor("delete_old_sheets"))


@shared_task
def move_demo() -> None:
    """Hourly: once a day the demo brand moves to today. In production there is none."""
    if not settings.PRODUCTION:
        refresh_demo(now=utc_now())
