"""A real Celery worker beside a test: in a thread of this process, on the test's database and broker."""

from collections.abc import Iterator
from contextlib import contextmanager

from celery.contrib.testing.worker import start_worker

from sparktrack.celery import app


@contextmanager
def working() -> Iterator[None]:
    """Messages are taken and tasks run while the block lasts."""
    app.control.purge() if app.conf.worker_enable_remote_control else None
    with start_worker(app, pool="solo", perform_ping_check=False, shutdown_timeout=20):
        yield
