"""A real Celery worker beside a test: in threads of this process, on the test's database and broker."""

from collections.abc import Iterator
from contextlib import contextmanager

from celery.contrib.testing.worker import start_worker

from sparktrack.celery import app


@contextmanager
def working() -> Iterator[None]:
    """Messages are taken and tasks run, two at a time, while the block lasts."""
    with start_worker(app, pool="threads", concurrency=2, perform_ping_check=False, shutdown_timeout=20):
        yield
