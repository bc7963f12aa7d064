"""Primary keys: UUIDv7 (RFC 9562 §5.7), made in the app so that rows are ordered by birth on every database.

The standard library has ``uuid.uuid7`` from Python 3.14 on; this one is for the versions before.
"""

import os
import threading
import time
from uuid import UUID

_lock = threading.Lock()
_last = 0


def _start_afresh() -> None:
    """A forked child must not count on from its parent's last value, nor wait for a lock that no thread of it holds."""
    global _lock, _last
    _lock = threading.Lock()
    _last = 0


os.register_at_fork(after_in_child=_start_afresh)


def uuid7() -> UUID:
    """A new UUIDv7; within one process each is larger than the one before.

    48 bits of Unix milliseconds, then 12 + 62 bits that are random in a new millisecond and count on in the same
    one (RFC 9562 §6.2, method 2). Not a secret.
    """
    global _last
    with _lock:
        millis = time.time_ns() // 1_000_000
        # 74 bits behind the time: a random start with the top bit clear leaves room to count.
        fresh = (millis << 74) | (int.from_bytes(os.urandom(10), "big") >> 7)
        _last = fresh if (fresh >> 74) > (_last >> 74) else _last + 1
        value = _last
    high, low = value >> 62, value & ((1 << 62) - 1)
    return UUID(int=((high >> 12) << 80) | (0x7 << 76) | ((high & 0xFFF) << 64) | (0b10 << 62) | low)
