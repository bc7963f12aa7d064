"""The embedded broker: messages are files in a folder. It is kombu's, without its races.

Kombu makes a file and fills it afterwards; whoever reads it in between takes an empty message, and the worker dies of
it. Here a file gets its name once it is complete.
"""

import json
import time
import uuid
from pathlib import Path
from typing import Any

from kombu.transport import filesystem


class Channel(filesystem.Channel):
    """Writes files in one step."""

    def _put(self, queue: str, payload: Any, **_more: Any) -> None:  # type: ignore[override]
        """A message for ``queue``; names sort by age."""
        name = f"{time.monotonic_ns() // 1_000_000}_{uuid.uuid4()}.{queue}.msg"
        _write(Path(self.data_folder_out, name), payload)

    def _queue_bind(
        self, exchange: str, routing_key: str | None, pattern: str | None, queue: str | None
    ) -> None:
        """Remember that ``exchange`` leads to ``queue``."""
        entry = filesystem.exchange_queue_t(routing_key or "", pattern or "", queue or "")
        table = self.get_table(exchange)
        if entry not in table:
            self.control_folder.mkdir(exist_ok=True)
            _write(self._exchange_file(exchange), [entry, *table])  # type: ignore[attr-defined]


class Transport(filesystem.Transport):
    """``filesystem://`` in sparktrack (see sparktrack/celery.py)."""

    Channel = Channel


def _write(path: Path, content: Any) -> None:
    part = path.with_name(f"{path.name}.{uuid.uuid4()}.part")  # no reader looks for this ending
    try:
        part.write_text(json.dumps(content))
        part.replace(path)
    except OSError:  # no room on the disk: beat tries again and again, and its remains must not stay
        part.unlink(missing_ok=True)
        raise
