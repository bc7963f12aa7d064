"""When to try again: exponential, jittered, and within the time in which the message is worth sending."""

from datetime import datetime, timedelta

FIRST = timedelta(seconds=15)
# One recipient that cannot take mail now (greylisting, a full mailbox, an HTTP 503).
LONGEST = timedelta(minutes=15)
# A server that nobody can reach: all that waits for it is out within two minutes of its return.
LONGEST_AWAY = timedelta(minutes=1)
# Less time than this is not worth another try.
_SHORTEST = timedelta(seconds=5)


def next_try(
    *, now: datetime, attempts: int, send_before: datetime, chance: float, longest: timedelta = LONGEST
) -> datetime | None:
    """When a message that was tried ``attempts`` (≥ 1) times is tried again; None when its time is over.

    The wait doubles from 15 s up to ``longest``; ``chance`` (0 to 1) makes it up to half shorter, so that what failed
    together does not come back together. It never passes ``send_before``: then it is about half of what is left.
    """
    left = send_before - now
    if left < _SHORTEST:
        return None
    wait = min(FIRST * (1 << min(attempts - 1, 16)), longest) * (0.5 + chance / 2)
    return now + min(wait, left * (0.4 + chance / 5))
