"""Child processes that live and die together: each in a session of its own, watched, stopped, none left behind."""

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

_PR_SET_PDEATHSIG = 1
_POLL_SECONDS = 0.1
# Loaded before any fork: a child between fork and exec may not.
_libc = ctypes.CDLL(None) if sys.platform == "linux" else None


@dataclass(frozen=True, slots=True)
class Program:
    """What to run: its name for people, the command, where, additions to the environment, descriptors it inherits."""

    name: str
    command: Sequence[str]
    folder: Path
    environment: Mapping[str, str] = field(default_factory=dict)
    descriptors: Sequence[int] = ()


@dataclass(frozen=True, slots=True)
class Death:
    """A program ended without being asked; ``code`` is its exit code, or minus the signal that killed it."""

    name: str
    code: int

    def __str__(self) -> str:
        return f"{self.name} ended ({f'signal {-self.code}' if self.code < 0 else f'exit code {self.code}'})"


class Processes:
    """Started programs. Ctrl-C in the terminal does not reach them (own sessions): whoever started them stops them."""

    def __init__(self) -> None:
        self._running: dict[str, subprocess.Popen[bytes]] = {}

    def start(self, program: Program) -> None:
        """Starts ``program``; it inherits standard output and error. Raises OSError when it cannot be found."""
        self._running[program.name] = subprocess.Popen(
            program.command,
            cwd=program.folder,
            env={**os.environ, **program.environment},
            stdin=subprocess.DEVNULL,
            pass_fds=program.descriptors,
            start_new_session=True,
            preexec_fn=_end_with_parent,  # noqa: PLW1509 - one call of a loaded function, no locks
        )

    def death(self) -> Death | None:
        """The first program that has ended, if any."""
        for name, process in self._running.items():
            if (code := process.poll()) is not None:
                return Death(name, code)
        return None

    def watch(self, *, until: Callable[[], bool]) -> Death | None:
        """Waits until ``until()`` holds (None) or a program ends by itself (its Death)."""
        while not until():
            if death := self.death():
                return death
            time.sleep(_POLL_SECONDS)
        return None

    def stop(self, *, seconds: float, hurry: Callable[[], bool] = bool) -> None:
        """Ends all: SIGTERM first, SIGKILL for what is left after ``seconds`` or as soon as ``hurry()`` holds."""
        for process in self._running.values():
            if process.poll() is None:
                process.terminate()
        deadline = time.monotonic() + seconds
        while self._alive() and time.monotonic() < deadline and not hurry():
            time.sleep(_POLL_SECONDS / 2)
        for process in self._running.values():
            # Also what a program that died has left behind in its session.
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        self._running.clear()

    def _alive(self) -> bool:
        return any(process.poll() is None for process in self._running.values())


def _end_with_parent() -> None:
    """Should the parent be killed, Linux sends its children SIGTERM."""
    if _libc is not None:
        _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
