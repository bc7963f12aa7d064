"""UUIDv7: ordered within a process, never the same in two threads or in parent and child."""

import multiprocessing
import os
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from uuid import RFC_4122, UUID

import pytest

from sparktrack.core import ids
from sparktrack.core.ids import uuid7

# From Python 3.12 on a fork beside threads warns; servers that fork do it before they have any.
forks = pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")


def millis(value: UUID) -> int:
    """The Unix milliseconds in front."""
    return value.int >> 80


def test_an_id_has_version_variant_and_time_where_the_standard_puts_them(monkeypatch):
    monkeypatch.setattr(ids, "_last", 0)
    before = time.time_ns() // 1_000_000
    value = uuid7()
    after = time.time_ns() // 1_000_000
    assert (value.version, value.variant) == (7, RFC_4122)
    assert before <= millis(value) <= after
    assert UUID(str(value)) == value


def test_each_id_is_larger_than_the_one_before_as_number_and_as_text():
    made = [uuid7() for _ in range(20_000)]
    assert made == sorted(made)
    assert [str(value) for value in made] == sorted(str(value) for value in made)
    assert len(set(made)) == len(made)
    assert {(value.version, value.variant) for value in made} == {(7, RFC_4122)}


def test_they_stay_ordered_when_the_clock_goes_back(monkeypatch):
    monkeypatch.setattr(ids, "_last", 0)
    first = uuid7()
    monkeypatch.setattr(ids.time, "time_ns", lambda: millis(first) * 1_000_000 - 3_600 * 10**9)
    later = [uuid7() for _ in range(100)]
    assert [first, *later] == sorted({first, *later})


def test_a_full_counter_runs_over_into_the_time_and_breaks_nothing(monkeypatch):
    now = time.time_ns()
    monkeypatch.setattr(ids.time, "time_ns", lambda: now)
    monkeypatch.setattr(ids, "_last", ((now // 1_000_000) << 74) | ((1 << 74) - 1))
    value = uuid7()
    assert (value.version, value.variant) == (7, RFC_4122)
    assert millis(value) == now // 1_000_000 + 1
    assert uuid7() > value


def test_a_new_millisecond_starts_at_random_with_room_to_count(monkeypatch):
    monkeypatch.setattr(ids, "_last", 0)
    tails = set()
    for step in range(1, 200):
        monkeypatch.setattr(ids.time, "time_ns", lambda step=step: step * 1_000_000)
        uuid7()
        tails.add(ids._last & ((1 << 74) - 1))
    assert len(tails) == 199
    assert max(tails) < 1 << 73


def test_threads_never_make_the_same_id():
    barrier = threading.Barrier(8)

    def make() -> list[UUID]:
        barrier.wait()
        return [uuid7() for _ in range(5_000)]

    with ThreadPoolExecutor(8) as pool:
        made = [value for future in [pool.submit(make) for _ in range(8)] for value in future.result()]
    assert len(set(made)) == 40_000


def _make_in_child(queue) -> None:
    queue.put([uuid7() for _ in range(50)])


@forks
def test_forked_processes_do_not_count_on_from_the_same_value(monkeypatch):
    # A clock that stands still keeps every process in the millisecond of the value it inherited.
    now = time.time_ns()
    monkeypatch.setattr(ids.time, "time_ns", lambda: now)
    monkeypatch.setattr(ids, "_last", 0)
    uuid7()
    context = multiprocessing.get_context("fork")
    queue = context.Queue()
    children = [context.Process(target=_make_in_child, args=(queue,)) for _ in range(3)]
    for child in children:
        child.start()
    made = [value for _ in children for value in queue.get(timeout=30)]
    for child in children:
        child.join()
    made += [uuid7() for _ in range(50)]
    assert len(set(made)) == 200


@forks
def test_a_fork_while_another_thread_makes_an_id_leaves_the_child_a_free_lock():
    with ids._lock:  # as if a thread of the parent were inside
        child = os.fork()
        if child == 0:
            os._exit(0 if ids._lock.acquire(timeout=5) else 1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
