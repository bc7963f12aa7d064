"""A worker, a beat or an endless scan for faults: the product's own, with short leases and quick ticks.

Letters that a fault made up need no alerts behind them; everything else is as it is. ``FAULTS_TICK=0``: beat ticks as
it does in production.
"""

import logging
import os
import sys
from datetime import datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING

import django

if TYPE_CHECKING:
    from alerts.letters import Letter
    from alerts.models import Delivery

POOL = os.environ.get("FAULTS_POOL", "solo")
LEASE = float(os.environ.get("FAULTS_LEASE", "2"))
TICK = float(os.environ.get("FAULTS_TICK", "1"))
MADE_UP = "test:"  # so begin the keys of messages without alerts
log = logging.getLogger(__name__)


def main(role: str) -> None:
    """Runs until it is stopped."""
    django.setup()
    from alerts import tasks
    from alerts.operations import deliveries
    from alerts.sending import engine
    from sparktrack.celery import app

    deliveries.LEASE = timedelta(seconds=LEASE)
    deliveries.HELD = timedelta(seconds=min(LEASE, 1))
    vars(tasks)["deliver"] = partial(engine.deliver, write=_write)
    if role == "scan":
        _scan()
    elif role == "beat":
        if TICK:
            ticked = ("raise_due", "deliver_due", "mornings", "sweep")
            app.conf.beat_schedule = {
                name: {"task": f"alerts.tasks.{name}", "schedule": TICK} for name in ticked
            }
            app.conf.beat_max_loop_interval = TICK
        app.start(["beat", "--pidfile=", "--loglevel", "ERROR"])
    else:
        alone = ["--without-gossip", "--without-mingle", "--without-heartbeat"]
        processes = ["--pool", POOL, "--concurrency", "2"]
        app.worker_main(["worker", *processes, *alone, "--loglevel", "ERROR"])


def _write(delivery: "Delivery", *, now: datetime) -> "Letter | None":
    from alerts import letters
    from tests.alerts.sending.post import letter

    write = letter if delivery.key.startswith(MADE_UP) else letters.write
    return write(delivery, now=now)


def _scan() -> None:
    """Raises and sends without a pause, as no beat would ask for; a round that fails is followed by the next."""
    from django.db import close_old_connections

    from alerts.operations.raising import raise_alerts
    from alerts.sending.engine import deliver
    from sparktrack.core.clock import database_now

    while True:
        try:
            raise_alerts(now=database_now())
            deliver(clock=database_now, write=_write)
        except Exception:
            log.exception("a round of the scan failed")
        close_old_connections()  # as after each task of a worker


if __name__ == "__main__":
    main(sys.argv[1])
