"""A worker or a beat for faults: the product's own process, with short leases and quick ticks.

Letters need no alerts behind them here; everything else is as it is.
"""

import os
import sys
from datetime import timedelta
from functools import partial

import django

POOL = os.environ.get("FAULTS_POOL", "solo")
LEASE = float(os.environ.get("FAULTS_LEASE", "2"))
TICK = float(os.environ.get("FAULTS_TICK", "1"))


def main(role: str) -> None:
    """Runs until it is stopped."""
    django.setup()
    from alerts import tasks
    from alerts.operations import deliveries
    from alerts.sending import engine
    from sparktrack.celery import app
    from tests.alerts.sending.post import letter

    deliveries.LEASE = timedelta(seconds=LEASE)
    deliveries.HELD = timedelta(seconds=min(LEASE, 1))
    vars(tasks)["deliver"] = partial(engine.deliver, write=letter)
    if role == "beat":
        ticked = ("raise_due", "deliver_due", "mornings", "sweep")
        app.conf.beat_schedule = {name: {"task": f"alerts.tasks.{name}", "schedule": TICK} for name in ticked}
        app.conf.beat_max_loop_interval = TICK
        app.start(["beat", "--pidfile=", "--loglevel", "ERROR"])
    else:
        alone = ["--without-gossip", "--without-mingle", "--without-heartbeat"]
        processes = ["--pool", POOL, "--concurrency", "2"]
        app.worker_main(["worker", *processes, *alone, "--loglevel", "ERROR"])


if __name__ == "__main__":
    main(sys.argv[1])
