"""How far a worker is with a run, told through the cache: the database may be in the middle of one long transaction."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from threading import Event, Lock, Thread
from types import TracebackType
from typing import Self
from uuid import UUID

from django.core.cache import cache

from campaigns.models import ImportRun

_KEPT_SECONDS = 3_600
_BEAT_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class Progress:
    """``done`` of ``total`` things of a stage; ``at`` (UTC) is the last sign of life of the worker."""

    stage: str
    done: int
    total: int
    at: datetime

    @property
    def percent(self) -> int:
        """0 to 100, of the stage."""
        return min(100, 100 * self.done // self.total) if self.total else 0


def progress_of(run: ImportRun) -> Progress | None:
    """What the worker of the current attempt told last; None if there is none or it never did."""
    told: Progress | None = cache.get(_key(run.pk, run.attempt))
    return told


class Pulse:
    """Tells how far one worker is, and that it lives: every 5 seconds, also in the middle of a long step.

    Call it as the importer's ``progress``. ``clock`` says the time (UTC).
    """

    def __init__(self, run: ImportRun, clock: Callable[[], datetime]) -> None:
        self._key = _key(run.pk, run.attempt)
        self._clock = clock
        self._told = ("waiting", 0, 1)
        self._lock = Lock()
        self._over = Event()
        self._thread = Thread(target=self._beat, name=f"pulse of {run.pk}", daemon=True)

    def __call__(self, stage: str, done: int, total: int) -> None:
        """Tell it now."""
        self._told = (stage, done, total)
        self._tell()

    def __enter__(self) -> Self:
        self._tell()
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._over.set()
        self._thread.join()

    def _beat(self) -> None:
        while not self._over.wait(_BEAT_SECONDS):
            self._tell()

    def _tell(self) -> None:
        stage, done, total = self._told
        with self._lock:
            cache.set(self._key, Progress(stage, done, total, self._clock()), _KEPT_SECONDS)


def _key(run_id: UUID, attempt: int) -> str:
    return f"import:{run_id.hex}:{attempt}"
