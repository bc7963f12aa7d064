"""Measuring one thing beside another: the repeats take turns, so that a noisy minute hits all of them alike."""

import gc
import statistics
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Spread:
    """Seconds of all repeats, shortest first."""

    seconds: tuple[float, ...]

    @property
    def median(self) -> float:
        """Half of the repeats took no longer."""
        return statistics.median(self.seconds)

    @property
    def p95(self) -> float:
        """95 of 100 repeats took no longer (with fewer than 20 repeats: the longest)."""
        return self.seconds[min(len(self.seconds) - 1, int(len(self.seconds) * 0.95))]


def interleaved(
    contestants: Mapping[str, Callable[[], object]], *, repeats: int, warm_up: int = 1
) -> dict[str, Spread]:
    """Calls every contestant once per round; the first ``warm_up`` rounds do not count."""
    seconds: dict[str, list[float]] = {name: [] for name in contestants}
    for number in range(warm_up + repeats):
        gc.collect()  # what was left behind before must not be swept in the time of one of them
        for name, call in contestants.items():
            began = time.perf_counter()
            call()
            took = time.perf_counter() - began
            if number >= warm_up:
                seconds[name].append(took)
    return {name: Spread(tuple(sorted(values))) for name, values in seconds.items()}
